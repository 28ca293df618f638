"""English language data: date words, patterns and phrases."""
