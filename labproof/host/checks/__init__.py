"""What a provider needs of this computer, a module for each check: data in, a verdict with its fix out."""
