"""Language data, one folder for each language: words of dates, patterns of cues and phrases of replies."""
