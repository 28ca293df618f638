"""Duffel: the provider and its wire format."""
