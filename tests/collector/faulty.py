"""A child that fails, in the ways that children do."""

from __future__ import annotations

import psycopg

from collector.errors import Fenced

TROUBLE = {
    "a fault": ValueError("two\nlines"),
    "fenced": Fenced("Epoch 1."),
    "database": psycopg.OperationalError("connection refused\n\tis it running?"),
}


def run(what: str) -> None:
    raise TROUBLE[what]
