"""A lab as it can be asked: its machines, its pages and its cluster's API."""
