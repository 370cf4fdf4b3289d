"""Labproof: run and grade a hands-on Kubernetes course on real machines."""
