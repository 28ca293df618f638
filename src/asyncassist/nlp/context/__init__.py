"""Dialogue context of a message: expected slots and questions about offers."""
