"""The statements: in one style, none forgotten, all of them valid against the schema."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from collector.terms import Dimension
from sql import HERE, statement
from sql.metrics import ENGAGEMENT, Metric
from sql.session import connect
from tests.conftest import new_database

ROOT = HERE.parent
STATEMENTS = sorted(
    path.relative_to(HERE).with_suffix("").as_posix()
    for path in HERE.glob("*/*.sql")
    if path.parent.name != "migrations"
)
COMMENT = re.compile(r"--[^\n]*")
TEXT = re.compile(r"'[^']*'")
PARAMETER = re.compile(r"%\((\w+)\)s")


TABLES = {
    "board/forget_counted": {"table": "board_by_actors"},
    "board/retire_counted": {"table": "board_by_language"},
    "event/insert_names": {"table": "account", "name": "did"},
    "rollup/forget_active": {"network_tally": "network_tally_0"},
    "rollup/decide_reposts": {"account_tally": "account_tally_0"},
    "query/points": {"day": "post_day", "hour": "post_hour", "minute": "post_minute", "key": "kept.account = 1"},
    "query/sparks": {"rollup": "term_hour", "unit": "hour", "key": "term", "of": "true"},
    "query/term_authors_of_unit": {"authors": "author_hour", "unit": "hour"},
    "query/interactions": {
        "subject_rkey": "event.quote_rkey", "subject_account": "event.quote_account", "beyond": "<", "direction": "desc"
    },
}
"""Of statements about one table of several, one."""


def references(package: str) -> set[str]:
    """The statements that the code names, wherever in it."""
    texts = (
        node.value
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    folders = {name.split("/")[0] for name in STATEMENTS}
    named = re.compile(rf"({'|'.join(folders)})/\w+")
    return {text for text in texts if named.fullmatch(text)}


def bare(text: str) -> str:
    """The SQL without comments and texts."""
    return TEXT.sub("''", COMMENT.sub("", text))


def test_every_statement_is_named_by_one_half_and_every_name_has_its_statement() -> None:
    collector, web = references("collector"), references("web")
    # what only who operates it wants
    asked = {"backup/note", *(name for name in STATEMENTS if name.startswith("metrics/"))}
    assert asked <= references("ops")
    assert collector | web | asked == set(STATEMENTS)
    assert collector.isdisjoint(web)
    assert references("ops") <= set(STATEMENTS)  # else it reads what the site reads


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.sql")), ids=lambda path: path.stem)
def test_sql_is_written_in_lower_case(path: Path) -> None:
    assert re.findall(r"\b[A-Z]{2,}\b", bare(path.read_text(encoding="utf-8"))) == []


@pytest.fixture(scope="module")
def database(server: str) -> Iterator[psycopg.Connection]:
    """A session of the owner in a database that stays empty: what is prepared is never run."""
    with new_database(server) as conninfo, connect(conninfo, None, "tests") as connection:
        yield connection


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_valid_against_the_schema(name: str, database: psycopg.Connection) -> None:
    text = COMMENT.sub("", statement(name)).strip()
    if copied := re.fullmatch(r"copy \((.*)\) to stdout \(format binary\)", text, re.DOTALL):
        text = copied[1]
    parameters = list(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda found: f"${parameters.index(found[1]) + 1}", text).replace("%%", "%")
    if name in TABLES:
        numbered = numbered.format(**TABLES[name])
    database.execute(f"prepare checked as {numbered}".encode())
    database.execute("deallocate checked", prepare=False)


def test_numbers_in_statements_are_those_of_the_code() -> None:
    """Where a plan wants to see them they are written down, and not given."""
    first, last = min(ENGAGEMENT), max(ENGAGEMENT)
    assert set(range(first, last + 1)) == set(ENGAGEMENT)
    ranked = statement("feed/ranked")
    assert ranked.count(f"metric between {first} and {last}") == ranked.count("metric") == 3
    of_classes = [int(each) for each in (Metric.REPOSTS_OF_TEXT, Metric.REPOSTS_OF_MEDIA, Metric.REPOSTS_OF_ALT)]
    assert f"(array{of_classes})[found.media + 1]" in statement("rollup/decide_reposts")
    assert f"term.dimension = {int(Dimension.LANGUAGE)} " in statement("metrics/new_events")
    assert max(Dimension) < 8  # counts_since.sql and its like have it in three bits of an id
