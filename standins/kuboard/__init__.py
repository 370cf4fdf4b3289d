"""A web console for a cluster: stands in for Kuboard."""
