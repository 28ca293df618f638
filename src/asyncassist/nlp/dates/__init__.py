"""Date expressions: lexing, grammar rules, resolution against a reference date."""
