"""The verbs of the skytally command, a module each or for a few that belong together.

A verb has `HELP`, `EXAMPLE`, `add(parser)` for its own flags and `run(arguments, settings) -> exit code`;
one that has no use for settings says `SETTINGS = False`.
"""
