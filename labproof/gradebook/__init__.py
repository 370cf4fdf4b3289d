"""What an instructor takes away from a class: a page, gradebooks, and files for other systems."""
