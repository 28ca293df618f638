"""Amadeus: the provider and its wire format."""
