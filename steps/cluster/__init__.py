"""The cluster of the course as it can be asked: its API, what it complains of, and words for that."""
