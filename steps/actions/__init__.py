"""Doing what the handout says on the machines: the very commands, as root. Actions change; they never judge."""
