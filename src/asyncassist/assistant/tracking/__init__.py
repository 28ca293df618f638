"""Dialogue state tracking: from what a message says to the slots of the dialogue state."""
