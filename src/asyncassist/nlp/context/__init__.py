"""Interpretation of a message by the dialogue: expected slots and questions about offers."""
