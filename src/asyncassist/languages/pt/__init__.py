"""Portuguese words."""
