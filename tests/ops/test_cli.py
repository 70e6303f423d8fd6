"""The command itself: help, settings, and what it says of what it does not know."""

from __future__ import annotations

import re
import subprocess
import sys

import orjson
import pytest

from ops.cli import VERBS
from tests.ops.command import ROOT, environment, skytally


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_says_what_it_does_and_ends_with_an_example_of_it(verb: str) -> None:
    done = skytally(verb, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: skytally {verb} ")
    assert re.search(rf"\n\nexample: [^\n]*skytally {verb}\b[^\n]*\n$", done.out)


def test_without_a_verb_it_lists_them_all_and_says_its_version() -> None:
    done = skytally()
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"^    ([\w-]+)(?:  |$)", done.out, re.MULTILINE) == list(VERBS)
    assert skytally("--version") == (0, "skytally 0.1.0\n", "")


def test_every_flag_of_simulate_and_replay_is_explained_with_its_default() -> None:
    for verb in ("simulate", "replay"):
        flags = re.split(r"\n  (?=--)", skytally(verb, "--help").out)[1:]
        bare = [flag for flag in flags if not re.search(r"^--[\w-]+( X)?\s+\w", flag)]
        no_default = {flag.split()[0] for flag in flags if "(default" not in " ".join(flag.split())}
        assert (bare, no_default) == ([], {"--out"} if verb == "simulate" else {"--cutover-reorder", "--events"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["look"], "argument VERB: invalid choice: 'look' (choose from"),
        (["config", "--jsn"], "unknown argument --jsn; allowed: --help, --json, --explain, --config, --source,"),
        (["config", "--work", "4"], "unknown argument --work 4; allowed: --help, --json, --explain, --config,"),
        (["simulate", "--out", "x.jsonl", "--workers", "4"],
         "unknown argument --workers 4; allowed: --help, --out, --events, --seed, --start, --rate, --poison-share,"),
        (["simulate"], "the following arguments are required: --out; see skytally simulate --help"),
        (["simulate", "--out", "x.txt"],
         "the name of a recording ends in .jsonl, .jsonl.zst, .bin or .bin.zst, not as 'x.txt' does"),
        (["simulate", "--out", "/nonexistent/x.jsonl"],
         "cannot write the recording /nonexistent/x.jsonl: No such file or directory"),
        (["simulate", "--out", "x.jsonl", "--events", "many"], "argument --events: invalid int value: 'many'; see"),
        (["simulate", "--out", "x.jsonl", "--events", "-1"], "there can not be -1 events"),
        (["simulate", "--out", "x.jsonl", "--accounts", "0"], "a population has at least 1 account, not 0"),
        (["simulate", "--out", "x.jsonl", "--start", "noon"], "Invalid isoformat string: 'noon'"),
        (["replay", "/nonexistent.jsonl"],
         "cannot read the recording /nonexistent.jsonl: No such file or directory"),
        (["replay", "x.jsonl", "--port", "65536"], "a port lies between 0 and 65535, not at 65536"),
        (["replay", "x.jsonl", "--speed", "fast"], "the speed must be a number above 0, or max, not fast"),
        (["record", "--out", "/nonexistent/x.jsonl"], "cannot write the recording /nonexistent/x.jsonl: No such file"),
        (["record", "--out", "x.jsonl", "--for", "soon"], "--for 'soon' is no time: use 90s, 10m, 1h or 1d"),
        (["config", "--web-port", "none"], "setting web_port=none (--web-port) is not allowed; allowed: a whole"),
        (["config", "--config", "/nonexistent.toml"], "settings file /nonexistent.toml: No such file or directory"),
    ],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_one_line_and_exit_code_2(words: list[str], said: str) -> None:
    done = skytally(*words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"skytally: {said}")
    assert not (ROOT / "x.jsonl").exists()


def test_config_prints_every_setting_with_value_unit_and_origin_and_hides_passwords() -> None:
    variables = {"SKYTALLY_WORKERS": "4", "DATABASE_URL": "postgresql://me:secret@db/x"}
    done = skytally("config", "--rewind-s", "7", **variables)
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()}
    picked = ("workers", "rewind_s", "database_url", "web_port", "memcached")
    assert {name: rows[name] for name in picked} == {
        "workers": ["4", "SKYTALLY_WORKERS"],
        "rewind_s": ["7.0", "seconds", "--rewind-s"],
        "database_url": ["postgresql://me:***@db/x", "DATABASE_URL"],
        "web_port": ["8420", "default"],
        "memcached": ["-", "default"],
    }
    found = orjson.loads(skytally("config", "--json", "--rewind-s", "7", **variables).out)
    assert list(found) == list(rows)
    assert {name: found[name] for name in picked[:3]} == {
        "workers": {"value": 4, "unit": "", "origin": "SKYTALLY_WORKERS"},
        "rewind_s": {"value": 7.0, "unit": "seconds", "origin": "--rewind-s"},
        "database_url": {"value": "postgresql://me:***@db/x", "unit": "", "origin": "DATABASE_URL"},
    }
    assert found["source"]["value"][0] == "wss://jetstream2.us-east.bsky.network/subscribe"


def test_a_reader_that_stops_reading_is_no_trouble() -> None:
    command = [sys.executable, "-m", "ops", "config", "--explain"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=-1, stderr=-1) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)
