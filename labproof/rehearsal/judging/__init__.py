"""Judges any bundle, an instructor's own too: what it holds against what the handout and its manifests ask for."""

from labproof.rehearsal.judging.finding import Finding, Verdict
from labproof.rehearsal.judging.judge import judge

__all__ = ["Finding", "Verdict", "judge"]
