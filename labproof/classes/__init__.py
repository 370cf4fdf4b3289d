"""A whole class: who is in it and where their machines are, and the grading of all of their labs."""
