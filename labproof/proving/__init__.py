"""Proof of the grader: what it says of untouched machines, of the finished lab, and of every known mistake alone."""
