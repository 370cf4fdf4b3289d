"""Fetches the handout's bundle from its official sources, and checks whatever it fetches."""

from labproof.rehearsal.fetching.fetch import Wanted, fetch

__all__ = ["Wanted", "fetch"]
