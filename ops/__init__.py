"""How skytally is run and judged: the command line, the embedded server, the audit."""
