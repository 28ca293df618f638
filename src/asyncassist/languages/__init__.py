"""Language data, one folder for each language; `registry` lists them, `pack` says what each contains."""
