"""The offline bundle that a student is given, built from packages anyone can get and kept in the cache."""

from labproof.bundle.assemble import build
from labproof.bundle.manifest import Bundle
from labproof.bundle.rpms import BOX_PACKAGES

__all__ = ["BOX_PACKAGES", "Bundle", "build"]
