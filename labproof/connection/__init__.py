"""The one seam between Labproof and a lab: live, recorded or replayed."""
