"""Italian language data: date words, patterns and phrases."""
