"""A bundle that somebody gives to container machines: what of it they can use, and what the rehearsal's own adds."""
