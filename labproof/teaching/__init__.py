"""The course as it is taught: the handout's instructions, what proves each of them, and pages of both."""
