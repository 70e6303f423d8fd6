"""CSV: rows of an answer for spreadsheets (RFC 4180), that none of them takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from web.spans import written

MEDIA = "text/csv; charset=utf-8; header=present"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Sequence[Struct], kind: type[Struct]) -> bytes:
    """A header row and a row for each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    fields = structs.fields(kind)
    writer.writerow([field.encode_name for field in fields])
    for row in rows:
        writer.writerow(_cells(getattr(row, field.name) for field in fields))
    return text.getvalue().encode()


def _cells(values: Iterable[Any]) -> list[Any]:
    return [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return written(value)
    # numbers are ours; text is anybody's
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
