"""Writing a course: the files that a new section or criterion needs, and what in them is still to be filled in."""
