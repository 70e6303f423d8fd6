"""Side by side: every contender takes the whole of what it is given, through the real replay into a real Postgres, and
one that does not has no figure."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import libipld
import orjson
import pytest

from benchmarks.balance import WrongRun
from benchmarks.child import replay
from benchmarks.peers import contest, peer
from benchmarks.peers.contenders import INSERTED_SHARE, Contenders
from benchmarks.peers.contest import order, peers
from benchmarks.peers.material import Material, material_of
from benchmarks.peers.options import PeersOptions
from benchmarks.peers.programs.plain import TABLE
from benchmarks.peers.ratios import figures_of, ratios_of
from benchmarks.peers.table import tables
from benchmarks.recording import read
from benchmarks.trial import NETWORK, Server
from sql.session import connect, entry
from tests.conftest import new_database
from tests.ops.command import skytally
from tests.ops.embedded_directory import private_directory

EVENTS = 1200
OPTIONS = PeersOptions(events=EVENTS, runs=1)
INSERTED = EVENTS // INSERTED_SHARE


@pytest.fixture(scope="module")
def fresh(server: str) -> Server:
    @contextmanager
    def database() -> Iterator[str]:
        with new_database(server) as conninfo:
            with connect(conninfo, None, "tests") as connection:
                connection.execute("update network set name = %s", (NETWORK,))
            yield conninfo

    return database


@pytest.fixture(scope="module")
def material(fresh: Server) -> Iterator[Material]:
    with private_directory() as folder:
        yield material_of(OPTIONS, folder, fresh, lambda _: None)


@pytest.fixture(scope="module")
def contenders(fresh: Server, material: Material) -> Contenders:
    return Contenders(fresh, material, simulated=True, workers=2)


@pytest.mark.parametrize(
    ("name", "events"),
    [pytest.param("skytally", EVENTS, marks=pytest.mark.long), ("skytally-fold", EVENTS), ("copy", EVENTS),
     ("copy-unindexed", EVENTS), ("executemany", EVENTS), ("insert-async", INSERTED), ("insert", INSERTED)],
)  # fmt: skip
def test_a_contender_takes_everything(contenders: Contenders, name: str, events: int) -> None:
    turns = contenders.turns(sdk=False)
    assert len(turns) == 7
    done = turns[name]()
    assert done["events"] == events
    assert done["events_per_second"] == pytest.approx(events / done["seconds"], rel=1e-6)
    assert set(done) == {"events", "seconds", "events_per_second", "cpu_us_per_event", "postgres_us_per_event"}


@pytest.mark.parametrize("name", ["sdk-jetstream", "sdk-firehose", "skytally-v2", "skytally-repos"])
def test_the_sdk_takes_everything_and_so_do_we_on_its_wires(contenders: Contenders, name: str) -> None:
    pytest.importorskip("atproto", reason="the atproto SDK is not installed (benchmarks/peers/requirements.lock)")
    done = contenders.turns(sdk=True)[name]()
    assert done["events"] == EVENTS
    assert ("frames_per_second" in done) == name.endswith(("firehose", "repos"))


def test_the_same_events_are_on_every_wire(material: Material) -> None:
    frames = [libipld.decode_dag_cbor_multi(frame) for frame in read(material.subscribe_repos.recording)]
    commits = [body["ops"] for head, body in frames if head["t"] == "#commit"]
    assert len(frames) == material.frames_of_repos
    assert sum(map(len, commits)) + len(frames) - len(commits) == EVENTS
    assert len(list(read(material.subscribe.recording))) == EVENTS
    assert material.subscribe_events.recording == material.subscribe.recording
    assert (material.events, material.events_once, material.events_of_repos) == (EVENTS, EVENTS, EVENTS)
    assert material.rows.count == EVENTS


def test_who_does_not_take_everything_has_no_figure(fresh: Server, material: Material) -> None:
    feed = material.subscribe
    with fresh() as conninfo, replay(feed.recording, *feed.served(INSERTED)) as (url, _):
        with connect(conninfo, None, "tests") as connection:
            connection.execute(TABLE.encode())
        words = ("insert_row", url, INSERTED, entry(conninfo, None, "tests"))
        with pytest.raises(WrongRun, match=rf"^insert_row took {INSERTED} of {INSERTED + 1} events, so it has no fig"):
            peer.timed_storing(conninfo, "raw_event", *words, events=INSERTED + 1)
        with pytest.raises(WrongRun, match=rf"^insert_row stored 0 of {INSERTED} events, so it has no figure$"):
            peer.timed_storing(conninfo, "event", *words, events=INSERTED)
        with pytest.raises(WrongRun, match=r"^insert_row did not work: .*nobody"):
            peer.timed("insert_row", url, INSERTED, f"{conninfo} user=nobody", events=INSERTED)


def test_who_never_ends_is_ended(fresh: Server, material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "_STUCK_S", 1)
    feed = material.subscribe
    with fresh() as conninfo, replay(feed.recording, *feed.served(10)) as (url, _):
        with connect(conninfo, None, "tests") as connection:
            connection.execute(TABLE.encode())
        with pytest.raises(WrongRun, match=r"^executemany never had all of its 11 events$"):
            peer.timed("executemany", url, 11, entry(conninfo, None, "tests"), events=11)


RATES: tuple[dict[str, float], ...] = (
    {"copy": 200.0, "skytally": 100.0, "executemany": 50.0}, {"copy": 300.0, "skytally": 90.0, "executemany": 30.0},
    {"copy": 100.0, "skytally": 80.0, "executemany": 80.0},
)  # fmt: skip
TRIES = [{name: {"events": 9, "events_per_second": rate} for name, rate in rates.items()} for rates in RATES]


def test_ratios_are_those_of_one_try() -> None:
    found = {(each["ours"], each["theirs"]): each["ratio"] for each in ratios_of(TRIES)}
    assert found == {
        ("skytally", "copy"): {"median": 0.5, "min": pytest.approx(0.3), "max": 0.8},
        ("skytally", "executemany"): {"median": 2.0, "min": 1.0, "max": 3.0},
    }


RESULT = {
    "figures": figures_of(TRIES), "ratios": ratios_of(TRIES), "options": {"recording": "", "runs": 3, "workers": 2},
    "machine": {"cpu": "A", "cores": 2, "loops_per_us": 9.5, "memory_gib": 4.0, "system": "Linux", "python": "3.11",
                "versions": {"psycopg": "3.3"}, "commit": "abc"},
}  # fmt: skip


def test_tables_show_the_strongest_first() -> None:
    assert tables(RESULT, markdown=True).splitlines() == [
        "| ours | against | ratio | min to max | aimed at |",
        "|---|---|---|---|---|",
        "| skytally | one bare COPY of the same rows, our indexes: the limit | 0.50 | 0.30 to 0.80 | 0.4 |",
        "| skytally | executemany of 1,000, raw and uncounted | 2.00 | 1.00 to 3.00 | 1.0 |",
        "",
        "| contender | events | events/s | min to max | its CPU, us/event | PostgreSQL's | commits/s |",
        "|---|---|---|---|---|---|---|",
        "| copy | 9 | 200 | 100 to 300 |  |  |  |",
        "| skytally | 9 | 90 | 80 to 100 |  |  |  |",
        "| executemany | 9 | 50 | 30 to 80 |  |  |  |",
        "",
        "simulated events, 3 tries, 2 workers; A, 2 cores, 9.5 loops/us, 4.0 GiB, Linux; Python 3.11, psycopg 3.3; "
        "commit abc",
    ]
    assert tables(RESULT, markdown=False).splitlines()[:2] == [
        "ours      against                                                 ratio  min to max    aimed at",
        "skytally  one bare COPY of the same rows, our indexes: the limit  0.50   0.30 to 0.80  0.4",
    ]


def test_an_earlier_result_is_shown(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(orjson.dumps(RESULT))
    ended = skytally("bench", "peers", "--markdown", "--result", tmp_path / "result.json")
    assert (ended.code, ended.out) == (0, tables(RESULT, markdown=True) + "\n"), ended.err


def test_every_try_has_another_order_and_the_sdk_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Fake:
        def __init__(self, *_: object, **__: object) -> None: ...

        def turns(self, *, sdk: bool) -> dict[str, Any]:
            assert not sdk

            def turn(name: str) -> dict[str, float]:
                asked.append(name)
                return {"events": 9, "events_per_second": RATES[0][name]}

            return {name: lambda name=name: turn(name) for name in RATES[0]}

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "atproto" else find(name))
    monkeypatch.setattr(contest, "Contenders", Fake)
    monkeypatch.setattr(contest, "material_of", lambda *_: None)
    said: list[str] = []
    result = peers(PeersOptions(runs=3), lambda: pytest.fail("no database is needed"), said.append)
    a, b, c = RATES[0]
    assert asked == [a, b, c, b, c, a, c, a, b]
    assert [list(one) for one in result["tries"]] == [list(RATES[0])] * 3
    assert len(result["ratios"]) == 2
    assert "atproto" not in result["machine"]["versions"]
    assert said[0].startswith("the atproto SDK is not installed, so nothing is compared with it; to have it: ")
    assert said[0].endswith(" -r benchmarks/peers/requirements.lock")
    assert (Path(__file__).parents[2] / said[0].rpartition(" ")[2]).is_file()
    assert order(["a", "b"], 2) == ["a", "b"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--events", "0"), 2, "--events 0; allowed: 1 or more"),
        (("--recording", "day.bin"), 1, "day.bin has no lines of /subscribe, which is what plain collectors read"),
        (("--result", "nowhere.json"), 1, "nowhere.json is no result of bench peers --json"),
        (
            ("--result", "benchmarks/results/pipeline.json"), 1,
            "benchmarks/results/pipeline.json is no result of bench peers --json",
        ),
        (("--recording", "nowhere.jsonl"), 1, "cannot read the recording nowhere.jsonl: No such file or directory"),
    ],
)
def test_what_can_not_be_compared_is_refused(words: tuple[str, ...], code: int, said: str) -> None:
    ended = skytally("bench", "peers", *words)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.splitlines()[-1] == f"skytally: {said}"
