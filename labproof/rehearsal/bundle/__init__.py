"""The offline bundle that a student is given, built from packages anyone can get and kept in the cache."""
