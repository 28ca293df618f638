"""Offline provider with deterministic, synthetic offers."""
