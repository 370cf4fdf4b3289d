"""A web page for a cluster, with the create-app form: stands in for the Kubernetes Dashboard."""
