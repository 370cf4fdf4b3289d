"""What everything stands on: errors, settings, places, waiting. Imports nothing of Labproof."""
