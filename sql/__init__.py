"""The one door between Python and SQL: statements in files, migrations, sessions.

A statement is a file beside this one, named by its reader. It deliberately knows nothing of who runs it or why.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import LiteralString

HERE = Path(__file__).parent


@cache
def statement(name: str) -> LiteralString:
    """Return the SQL text of `name` ('rollup/days' reads sql/rollup/days.sql).

    The type is the promise that it is a text of ours, with nothing in it that anybody has said.
    """
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def array_of(numbers: Iterable[int]) -> str:
    """An array of numbers as a parameter, written as PostgreSQL reads it: for long ones, at a tenth of the time."""
    return "{" + ",".join(map(str, numbers)) + "}"
