"""What was said, in which language, about what."""
