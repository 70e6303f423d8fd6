"""The reckoning: what vitals say of batches is what the database has of them."""

from __future__ import annotations

import ast
import re
from contextlib import closing
from itertools import islice
from pathlib import Path

from benchmarks.simulator import Simulation
from collector import vitals
from collector.batch import Gap
from collector.vitals import BATCH_FRAMES_MAX, COPIED, EVENTS, OTHER, REASONS
from tests.collector.frames import ALICE, NOON_US, frame, post
from tests.collector.rig import Rig

COLLECTOR = Path(vitals.__file__).parent
ONE_EACH = {"event", "repost_tally", "tick"}
"""Of the others there are two, of which one is written to."""


def test_figures_are_the_databases(conninfo: str, tmp_path: Path) -> None:
    with closing(Rig(conninfo, tmp_path)) as rig:
        lines = [line for _, line in islice(Simulation(3).events(), 1500)]
        rig.hand(*lines, b"not JSON", b"[]")
        made_up = [frame(f"made.up.n{n}", ALICE, n, rkey="x") for n in range(7)]
        known = [*lines[:5], b"not JSON"]
        rig.hand(*known, *made_up, post(at=9), gaps=[Gap(NOON_US, NOON_US + 5_000_000, "not_delivered")])
        get = rig.vitals.get
        query = "select name, operation::text, count(*) from event join collection c on c.id = collection group by 1, 2"
        expected = {f"accepted {collection} {operation}": 0.0 for collection, operation in EVENTS}
        for name, operation, n in rig.owner.execute(query):
            shown = name if (name, operation) in EVENTS else OTHER
            expected[f"accepted {shown} {operation}"] += n
        assert {figure: get(figure) for figure in expected} == expected
        assert expected[f"accepted {OTHER} c"] >= 7
        assert sum(expected.values()) == get("events") == 1508 == rig.one("select sum(events) from lane")
        refused = [reason for reason in REASONS if get(f"refused {reason}") == 1]
        assert (refused, get("refused")) == (["not_json", "not_an_object"], 2)
        assert (get("batches"), get("frames"), get("duplicates"), get("gaps")) == (2, 1516, 5, 1)
        sizes = {most: n for most in BATCH_FRAMES_MAX if (n := get(f"batches_to_{most}"))}
        assert (sizes, get("batches_larger")) == ({100: 1, 2000: 1}, 0)
        tables = {table: table if table in ONE_EACH else f"{table}_0" for table in COPIED}
        rows = {table: rig.one(f"select count(*) from {name}") for table, name in tables.items()}
        segment = rig.one("select segment from fold")
        assert segment == 0
        assert {table: get(f"copied {table}") for table in COPIED} == rows
        assert min(get("sort_out_s"), get("names_s"), get("commit_s"), get("durable_s")) > 0


def test_every_reason_that_is_given_is_shown() -> None:
    given = {
        call.args[0].value
        for path in COLLECTOR.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "BadFrame"
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    given |= set(re.findall(r'\.refuse\(\w+, "(\w+)"\)', (COLLECTOR / "writer.py").read_text()))
    assert given - set(REASONS) == set()
    assert len(given) > 15
