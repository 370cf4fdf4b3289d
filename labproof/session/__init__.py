"""One session with a lab: what is chosen, the machines, the scenarios, and how it ends."""
