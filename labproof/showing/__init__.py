"""What people see of a run: the progress on the terminal, and the report."""
