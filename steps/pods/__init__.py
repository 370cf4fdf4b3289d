"""Pods of our own that look at a cluster from inside."""
