"""The make-believe machines of a computer without a hypervisor: their box, and the bundle that a student is given."""
