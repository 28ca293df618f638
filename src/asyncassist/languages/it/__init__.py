"""Italian words."""
