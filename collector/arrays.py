"""Arrays: columns of numbers as PostgreSQL's bigint[] in binary, both ways.

Python's lists of numbers take ten times the memory and the time. It does not know what the numbers are.
"""

from __future__ import annotations

from struct import Struct
from typing import Any

import numpy as np
import psycopg
from psycopg import pq, sql
from psycopg.adapt import Dumper

from collector.columns import Ints

_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])
_HEAD = Struct(">iiiii")  # dimensions, null flag, element type; length, lower bound (array_send)
_BIGINT_OID, _BIGINTS_OID = 20, 1016


class _Bigints(Dumper):
    """As array_recv reads it."""

    format = pq.Format.BINARY
    oid = _BIGINTS_OID

    def dump(self, obj: Ints) -> bytes:
        elements = np.empty(len(obj), _ELEMENT)
        elements["length"], elements["value"] = 8, obj
        return _HEAD.pack(1, 0, _BIGINT_OID, len(obj), 1) + elements.tobytes()


def take_columns(connection: psycopg.Connection) -> None:
    """From now on a column may be given to a query as it is."""
    connection.adapters.register_dumper(np.ndarray, _Bigints)


def column_of(array: bytes | None) -> Ints:
    """A bigint[] as array_send writes it; NULL is an empty one."""
    if array is None or len(array) <= _HEAD.size:
        return np.empty(0, np.int64)
    return np.frombuffer(array, _ELEMENT, offset=_HEAD.size)["value"].astype(np.int64)


def fetched(connection: psycopg.Connection, query: sql.Composed, given: dict[str, Any]) -> list[list[bytes | None]]:
    """Rows with their columns as they came, in binary."""
    cursor = connection.cursor(binary=True)
    cursor.execute(query, given)
    result = cursor.pgresult
    assert result is not None
    return [[result.get_value(row, column) for column in range(result.nfields)] for row in range(result.ntuples)]
