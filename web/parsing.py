"""Parsing: from the path and the query of a URL to what is asked, or to a problem that names what is wrong.

It is strict: a parameter that is unknown, repeated or ill-formed is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from msgspec import structs

from web.actors import canonical
from web.asking import Ask
from web.problem import Problem, bad_parameter

QUERY_BYTES_MAX = 4096
_PARAMETERS_MAX = 32
_AT_FIELD = re.compile(r"^(?P<detail>.*) - at `\$\.(?P<name>[^`.]+)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>\w+)`$")
_TIMES = {"as_of", "from", "to", "since"}
_TIME = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)", re.IGNORECASE).fullmatch
_DAY = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}").fullmatch
_INTEGERS = {"limit", "offset", "bucket"}
_INTEGER = re.compile(r"-?[0-9]{1,18}").fullmatch
Asked = TypeVar("Asked", bound=Ask)


def parsed(kind: type[Asked], path: dict[str, str], query: bytes) -> Asked:
    """What is asked. Raises Problem 400, or 414 where the address is too long."""
    if len(query) > QUERY_BYTES_MAX:
        raise Problem(414, "too-long", f"a query may have {QUERY_BYTES_MAX:,} bytes")
    given: dict[str, Any] = {}
    for name, value in _pairs(query):
        if name in path or name not in _names(kind):
            allowed = ", ".join(sorted(_names(kind) - path.keys())) or "none"
            raise bad_parameter(_shortly(name), f"is no parameter of this resource; its parameters are: {allowed}")
        if name in given:
            raise bad_parameter(name, "is given more than once")
        given[name] = value
    for name, value in path.items():
        if "\ufffd" in value:
            raise bad_parameter(name, "is not UTF-8")
    return _checked(kind, {**path, **given})


def known_only(kind: type[Ask], path: Mapping[str, str], query: bytes) -> bytes:
    """What of a query a page knows, each name once, and none that its path has: links that people share carry more."""
    known: dict[str, str] = {}
    for name, value in parse_qsl(query[:QUERY_BYTES_MAX].decode("latin1"), errors="replace"):
        if value and name in _names(kind) and name not in path:
            known.setdefault(name, value)
    return urlencode(known).encode()


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=_PARAMETERS_MAX, errors="strict",
            separator="&", strict_parsing=bool(query),
        )  # fmt: skip
    except UnicodeDecodeError:
        raise bad_parameter("query", "is not UTF-8, percent-encoded") from None
    except ValueError:
        raise bad_parameter("query", f"has to be at most {_PARAMETERS_MAX} pairs of name=value") from None


def _names(kind: type[Ask]) -> set[str]:
    return {field.encode_name for field in structs.fields(kind)}


def _checked(kind: type[Asked], given: dict[str, Any]) -> Asked:
    for name in _INTEGERS & given.keys():
        if not _INTEGER(given[name]):
            raise bad_parameter(name, f"has to be an integer{_allowed_of(kind, name)}")
    days = {field.encode_name for field in structs.fields(kind) if date in get_args(field.type)}
    for name in days & given.keys():
        if not _DAY(given[name]):
            raise bad_parameter(name, "has to be a day from 2000 to 2199, like 2026-07-04")
    for name in (_TIMES - days) & given.keys():
        if not _TIME(given[name]):
            raise bad_parameter(name, "has to be a time as of RFC 3339 from 2000 to 2199, like 2026-07-04T12:00:00Z")
    for name in ("actor", "actors"):
        if name in given:
            given[name] = ",".join(canonical(each) for each in given[name].split(","))
    try:
        return _in_utc(msgspec.convert(given, kind, strict=False))
    except msgspec.ValidationError as error:
        if missing := _MISSING.match(str(error)):
            name = missing["name"]
            raise bad_parameter(name, f"is missing; it {_described(_schema_of(kind, name))}") from None
        found = _AT_FIELD.match(str(error))
        if found is None:
            raise bad_parameter("query", _plainly(str(error))) from None
        name, detail = found["name"], found["detail"]
        raise bad_parameter(name, _wanted(kind, name, detail) + _nearest(kind, name, detail, given)) from None


def _in_utc(asked: Asked) -> Asked:
    """The same with times in UTC, whatever zone they were given in: answers are the same for all who ask the same."""
    times = {
        field.name: value.astimezone(UTC)
        for field in structs.fields(asked)
        if isinstance(value := getattr(asked, field.name), datetime)
    }
    return structs.replace(asked, **times) if times else asked


def _plainly(detail: str) -> str:
    return detail.replace("`str`", "a text").replace("`int`", "an integer").replace("`", "")


def _wanted(kind: type[Ask], name: str, detail: str) -> str:
    """What is wrong with a parameter, and what it may be: its description where it has another form, not the form."""
    own = _schema_of(kind, name)
    if "regex" in detail and own.get("description"):
        return _described(own)
    return _plainly(detail) + _choices(own)


def _described(own: Mapping[str, Any]) -> str:
    wanted: str = own["description"]
    return f"has to be {wanted[:1].lower()}{wanted[1:].rstrip('.')}"


def _choices(own: Mapping[str, Any]) -> str:
    return f"; it may be {', '.join(map(str, own['enum']))}" if "enum" in own else ""


def _nearest(kind: type[Ask], name: str, detail: str, given: Mapping[str, Any]) -> str:
    """The nearest that is allowed, for a number that is between two."""
    if "multiple" not in detail:
        return ""
    own = _schema_of(kind, name)
    step: int = own["multipleOf"]
    return f"; the nearest is {max(own['minimum'], (int(given[name]) + step // 2) // step * step)}"


def _schema_of(kind: type[Ask], name: str) -> dict[str, Any]:
    (schema,), components = msgspec.json.schema_components([kind])
    found: dict[str, Any] = components[schema["$ref"].rsplit("/", 1)[1]]["properties"].get(name, {})
    return found


def _allowed_of(kind: type[Ask], name: str) -> str:
    own = _schema_of(kind, name)
    if "minimum" not in own:
        return _choices(own)
    steps = f", a multiple of {own['multipleOf']}" if "multipleOf" in own else ""
    return f" from {own['minimum']:,} to {own['maximum']:,}{steps}"


def _shortly(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name[:60])


def request_of(template: str, path: dict[str, str], ask: Ask) -> str:
    """The canonical form of a request: equal for all that ask the same, whatever they wrote."""
    pairs = dict(ask.canonical)
    where = template
    for name in path:
        where = where.replace(f"{{{name}}}", quote(pairs.pop(name), safe=":"))
    query = "&".join(f"{name}={quote(value, safe=':')}" for name, value in pairs.items())
    return f"{where}?{query}" if query else where
