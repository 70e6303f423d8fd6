"""The one error of the embedded Postgres; its text is one line for a person to act upon."""


class EmbeddedError(RuntimeError):
    """The embedded Postgres cannot be used here."""
