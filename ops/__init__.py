"""Operations: the command line, settings, the embedded database, the audit. It alone may use both halves."""
