"""Cluster DNS: stands in for CoreDNS."""
