"""Entity extraction: places and their roles, date roles, passengers, airlines and preferences."""
