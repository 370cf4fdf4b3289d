"""Reading the state of a lab. Probes return facts as data; they never judge and never change anything."""
