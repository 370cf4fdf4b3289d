"""The one seam between Labproof and a lab: live, recorded or replayed."""

from labproof.ground.lean_imports import leave_out

# paramiko wants it for the commands in an ssh_config, which we read none of.
leave_out("invoke")
