"""The offline bundle that a student is given, built from packages anyone can get and kept in the cache."""

from labproof.rehearsal.bundle.assemble import build
from labproof.rehearsal.bundle.manifest import Bundle
from labproof.rehearsal.bundle.rpms import BOX_PACKAGES

__all__ = ["BOX_PACKAGES", "Bundle", "build"]
