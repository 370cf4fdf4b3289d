"""Every scenario of the course becomes a test."""

from pytest_bdd import scenarios

scenarios(".")
