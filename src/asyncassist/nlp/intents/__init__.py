"""Intent classification: phrase patterns and a linear model."""
