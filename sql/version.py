"""What version this is: of the schema, and of all that works with it."""

VERSION = "0.1.0"
