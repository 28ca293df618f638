"""Flight providers, one folder each."""
