"""Amadeus provider and its wire format."""
