"""Duffel provider and its wire format."""
