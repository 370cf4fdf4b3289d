"""The rehearsal box: a Debian root file system, made what a student's machine looks like, for vagrant-lxc."""

from labproof.rehearsal.box.build import Box, ensure

__all__ = ["Box", "ensure"]
