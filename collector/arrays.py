"""Arrays: columns of numbers as PostgreSQL's bigint[] in binary, both ways.

Python's lists of numbers take ten times the memory and the time. It does not know what the numbers are.
"""

from __future__ import annotations

from struct import Struct

import numpy as np
import psycopg
from psycopg import pq
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
