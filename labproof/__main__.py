"""`python -m labproof`: the same as the command `labproof`."""

from labproof.cli import main

if __name__ == "__main__":
    main(prog_name="labproof")
