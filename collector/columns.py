"""Columns: many rows of one shape at once, as numpy arrays, packed for binary COPY.

Packing 100,000 rows a second one by one costs a tenth of a core; filling a column of a structured array costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sql import tid

Ints = npt.NDArray[np.int64]

NULL = b"\xff\xff\xff\xff"

_TID_CHARACTERS = 13
_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
_DIGITS[list(tid.ALPHABET)] = np.arange(len(tid.ALPHABET))


class Layout:
    """A COPY row of `count` columns that all have a fixed width.

    `fields` are, in order, (name, type) for a number that varies ("i8", "i4", "i2") and bytes, made by `constant`, for
    what is the same in every row.
    """

    def __init__(self, count: int, fields: Iterable[tuple[str, str] | bytes]) -> None:
        parts: list[tuple[str, str, bytes]] = [("count", "V2", count.to_bytes(2, "big"))]
        for number, field in enumerate(fields):
            if isinstance(field, bytes):
                parts.append((f"constant_{number}", f"V{len(field)}", field))
                continue
            name, kind = field
            width = int(kind[1:])
            parts.append((f"width_{number}", "V4", width.to_bytes(4, "big")))
            parts.append((name, f">{kind}", bytes(width)))
        self._dtype = np.dtype([(name, kind) for name, kind, _ in parts])
        self._template = np.frombuffer(b"".join(value for _, _, value in parts), self._dtype)
        self.size = self._dtype.itemsize
        """Bytes of a row."""

    def pack(self, rows: int, **columns: npt.NDArray[Any] | int) -> npt.NDArray[np.void]:
        """The rows as one array; its bytes are the rows one after the other."""
        packed = np.repeat(self._template, rows)
        for name, column in columns.items():
            packed[name] = column
        return packed


def constant(value: bytes) -> bytes:
    """A field with its length."""
    return len(value).to_bytes(4, "big") + value


def parts_of(packed: npt.NDArray[np.void], part: slice | list[int]) -> list[bytes]:
    """The same bytes of every row."""
    bytewise = packed.view(np.uint8).reshape(len(packed), -1)[:, part]
    found: list[bytes] = np.ascontiguousarray(bytewise).view(f"V{bytewise.shape[1]}").ravel().tolist()
    return found


def ints(values: Sequence[int]) -> Ints:
    """A column of 64-bit numbers. Raises OverflowError."""
    return np.array(values, np.int64)


def tid_numbers(tids: Sequence[str]) -> Ints:
    """What `tid.number` says of each. Raises ValueError if any of them is none, without saying which."""
    text = "".join(tids)
    if set(map(len, tids)) - {_TID_CHARACTERS} or not text.isascii():
        raise ValueError("a TID has 13 characters")
    digits = _DIGITS[np.frombuffer(text.encode(), np.uint8)].reshape(len(tids), _TID_CHARACTERS)
    if (digits == _NO_DIGIT).any() or (digits[:, 0] > 7).any():
        raise ValueError("not a TID")
    value = np.zeros(len(tids), np.int64)
    for place in range(_TID_CHARACTERS):
        value = (value << 5) | digits[:, place]
    return value


def runs(first: Ints, *others: Ints) -> tuple[npt.NDArray[np.intp], Ints]:
    """Equal rows counted: where one of each stands, and how often it does.

    Sorted by the first column only, so where equal firsts alternate in the others a row may be named twice: the
    counts still add up.
    """
    order = np.argsort(first)
    new = np.empty(len(order), bool)
    new[:1] = True
    new[1:] = False
    for column in (first, *others):
        sorted_column = column[order]
        new[1:] |= sorted_column[1:] != sorted_column[:-1]
    starts = np.flatnonzero(new)
    return order[starts], np.diff(starts, append=len(order))
