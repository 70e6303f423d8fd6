"""Finishing: from an answer to the bytes that are cached and sent, in every encoding.

It owns what an answer says of itself beside its body: who is named in it, and by which keys it can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from web import answers, spreadsheet
from web.asking import Ask
from web.entry import Entry, entry_of
from web.resources import Resource
from web.spans import written

_encoder = msgspec.json.Encoder()


def finished(
    resource: Resource, ask: Ask, request: str, answer: Any, made_at: float, posts: tuple[int, ...] = ()
) -> Entry:
    """The entry of an answer whose numbers were read at `made_at`, and the marks of the posts that it lists."""
    as_csv = getattr(ask, "format", "json") == "csv"
    body = _csv(resource, answer) if as_csv else _encoder.encode(answer)
    media = spreadsheet.MEDIA if as_csv else "application/json"
    return entry_of(
        request, body, media, resource.freshness(ask, answer), made_at, key=board_key(resource, ask),
        dids=dids_of(answer), names_accounts=resource.names_accounts, posts=posts,
        headers=_headers(resource, answer) if as_csv else (),
    )  # fmt: skip


def board_key(resource: Resource, ask: Ask) -> str:
    """By which everything of one board can be forgotten, at whatever page."""
    named = [getattr(ask, name, None) for name in ("metric", "by", "window")]
    return "-".join([resource.name, *[str(name) for name in named if name is not None]])


def dids_of(answer: Any) -> Iterator[str]:
    """Whom an answer names."""
    if getattr(answer, "did", None):
        yield answer.did
    for name in ("rows", "series", "accounts", "interactions", "events"):
        listed = getattr(answer, name, None)
        for row in listed if isinstance(listed, list) else ():
            if getattr(row, "did", None):
                yield row.did
            if subject := getattr(row, "subject", None):
                yield subject.removeprefix("at://").partition("/")[0]


def _csv(resource: Resource, answer: Any) -> bytes:
    rows = getattr(answer, resource.listed)
    if flatten := _FLAT.get(resource.answer):
        rows = [flat for row in rows for flat in flatten[1](row)]
    return spreadsheet.csv_of(rows, row_type(resource))


def _compared(one: answers.Compared) -> Iterator[answers.ComparedPoint]:
    for point in one.points:
        yield answers.ComparedPoint(did=one.did, handle=one.handle, **msgspec.structs.asdict(point))


def _searched(row: answers.SearchRow) -> Iterator[answers.SearchedRow]:
    count, at = (row.followers_count and msgspec.structs.astuple(row.followers_count)) or (None, None)
    yield answers.SearchedRow(**{**msgspec.structs.asdict(row), "followers_count": count}, followers_count_at=at)


_FLAT: dict[type, tuple[type[msgspec.Struct], Callable[[Any], Iterator[msgspec.Struct]]]] = {
    answers.CompareAnswer: (answers.ComparedPoint, _compared),
    answers.Searched: (answers.SearchedRow, _searched),
}
"""Answers whose rows have parts of their own: what a line of them is, and the lines of a row."""


def row_type(resource: Resource) -> type[msgspec.Struct]:
    """What a row of its CSV is."""
    if flat := _FLAT.get(resource.answer):
        return flat[0]
    fields = {field.name: field for field in msgspec.structs.fields(resource.answer)}
    found: type[msgspec.Struct] = fields[resource.listed].type.__args__[0]
    return found


def _headers(resource: Resource, answer: Any) -> tuple[tuple[str, str], ...]:
    """What a CSV has no place for."""
    as_of, covered = getattr(answer, "as_of", None), getattr(answer, "coverage", None)
    said = [("Content-Disposition", f'attachment; filename="skytally-{resource.name}.csv"')]
    if as_of is not None:
        said.append(("As-Of", written(as_of)))
    if covered is not None:
        said.append(("Coverage", f"{covered:g}"))
    if cursor := getattr(answer, "cursor", None):
        said.append(("Cursor", cursor))
    return tuple(said)
