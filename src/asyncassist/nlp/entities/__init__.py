"""Extraction of entities: places and their roles, passengers, airlines, preferences."""
