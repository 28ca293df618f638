"""Applications and adapters on the public API alone."""
