"""Pod networking on two nodes: stands in for Calico."""
