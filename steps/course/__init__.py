"""What is true of this course only: its facts and its expectations."""
