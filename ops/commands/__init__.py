"""The verbs of the skytally command, a module each or for a few that belong together.

A verb has `NAME`, `HELP`, `EXAMPLE`, `add(parser)` for its own flags and `run(arguments, settings) -> exit code`.
"""
