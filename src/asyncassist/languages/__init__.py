"""The words of each language, one folder each."""
