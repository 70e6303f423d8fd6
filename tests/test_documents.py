"""The documents: what they tell people to type works, and what they name is there.

Every command in a block of shell is parsed by the parser that would get it; those that can be are run by the letter.
Those that are not stand here with the reason, so that a new one has to be decided upon.
"""

from __future__ import annotations

import argparse
import http.client
import importlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from PIL import Image

from benchmarks.suite import SUITE
from collector.feeds import file as feeds
from collector.rulesets import parse as rulesets_in
from ops import cli
from ops.embedded import wait_until_stopped
from ops.settings import NOT_SETTINGS, declared, default_of, description
from tests.documents import ROOT, Command, anchors, blocks, commands, links, named
from tests.faults.faults import FAULTS
from tests.mutants.mutants import MUTANTS
from tests.ops.embedded_directory import private_directory
from tests.service.rows import STRIKES
from tests.test_recipes import NEW_FILE, RECIPES
from tests.web.site import site

TRIAL = next(block for block in blocks(ROOT / "README.md", "sh") if "./run simulate" in block)
"""Record, serve, collect, recount: run by the letter, but for its port."""
RUN = "\n".join((TRIAL, "./run status"))
_SERVER, _LONG = "changes a server; checked in tests/ops", "takes minutes"
NOT_RUN = {
    "demo": "goes on until it is ended, at the cost of a processor; the picture in README is its",
    "up": "needs the network; tests/ops/test_cli_running.py does it without",
    "doctor": "asks upstream; tests/ops/test_doctor.py",
    "watch": "goes on until it is ended; tests/ops/test_cli_watch.py",
    "feeds": "needs an account of the network; tests/ops/test_cli_feeds.py",
    "forget": "waits for ten minutes to pass; tests/ops/test_forget.py",
    "install": "tests/ops/test_install.py", "upgrade": "tests/ops/test_install.py",
    "rollback": "tests/ops/test_install.py",
    "backup": "tests/ops/test_backup.py", "restore": "tests/ops/test_backup.py",
    "bench": _LONG, "test": "this is it",
    ".venv/bin/python": "ruff and mypy: part of ./run test",
    "jq": "shows what others say",
    **dict.fromkeys(("systemctl", "systemd-sysusers", "systemd-tmpfiles", "nginx", "apt-get", "git", "cd"), _SERVER),
    **dict.fromkeys(("su", "psql", "createuser", "createdb", "dropdb", "cp", "cat", "rm"), _SERVER),
    **dict.fromkeys(("grep", "xargs", "tee", "until", "do", "done"), _SERVER),
}  # fmt: skip
"""By verb or program, why."""
PROGRAMS = {"--faults": "faults", "--service-faults": "service", "--mutants": "mutants", "--fuzz": "fuzz"}
"""What `./run test` can be told to be, and the module of each."""
COMMANDS = commands()
OURS = [command for command in COMMANDS if command.ours is not None]


def name_of(command: Command) -> str:
    return command.ours[0] if command.ours else command.words[0]


def test_every_command_is_run_or_it_is_said_why_not() -> None:
    run = {words[1] for line in RUN.splitlines() if (words := line.split())[:1] == ["./run"]} | {"curl", "kill"}
    assert {name_of(command) for command in COMMANDS} == run | NOT_RUN.keys()
    assert run.isdisjoint(NOT_RUN)
    for why in NOT_RUN.values():
        assert all((ROOT / path).exists() for path in re.findall(r"tests/[\w/.]+", why)), why


def parsed(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace | None:
    """By whatever would be given the words; loudly where it would refuse them."""
    if words[0] != "test":
        given, unknown = cli._parser(words[0])[0].parse_known_args(words)
        assert unknown == []
        return given
    if words[1:] and words[1] in PROGRAMS:
        monkeypatch.setattr(sys, "argv", [words[1], *words[2:]])
        found = importlib.import_module(f"tests.{PROGRAMS[words[1]]}.__main__")._arguments()
        assert isinstance(found, argparse.Namespace)
        return found
    assert all((ROOT / word.partition("::")[0]).exists() for word in words[1:] if "/" in word)
    return None


@pytest.mark.parametrize("command", OURS, ids=lambda command: f"{command.document}: {' '.join(command.ours or ())}")
def test_the_parser_takes_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command.ours is not None
    given = parsed(command.ours, monkeypatch)
    only = getattr(given, "only", None) or []
    for part in only.split(",") if isinstance(only, str) else only:
        assert any(part in name for name in _names(command.ours)), part
    variables = {f"SKYTALLY_{name.upper()}" for name in declared()} | NOT_SETTINGS
    assert set(command.variables) <= variables


def _names(words: Sequence[str]) -> list[str]:
    """What `--only` of a command chooses from."""
    if words[0] == "bench":
        return [entry.name for entry in SUITE]
    others = {"--faults": list(FAULTS), "--service-faults": list(STRIKES)}
    return others.get(words[1], [mutant.name for mutant in MUTANTS])


@pytest.mark.long
def test_record_serve_collect_and_recount_by_the_letter() -> None:
    with private_directory() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        taken.close()
        run = folder / "run"
        run.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ops "$@"\n')
        run.chmod(0o755)
        (folder / "trial").mkdir(mode=0o711)
        done = subprocess.run(
            ["sh", "-ec", RUN.replace("6008", port)], cwd=folder, timeout=120, check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT),
                 "SKYTALLY_DATA_DIR": str(folder / "trial"), "SKYTALLY_NETWORK": "trial"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert wait_until_stopped(folder / "trial")
    assert done.returncode == 0, done.stdout
    assert "diff=0" in done.stdout
    assert re.search(r"^events +20,000$|20,000 events", done.stdout, re.MULTILINE), done.stdout


def addresses() -> Iterator[str]:
    for command in COMMANDS:
        if command.words[0] == "curl":
            url = urlsplit(command.words[-1])
            yield f"{url.path}?{url.query}".rstrip("?").replace("DID", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")


def test_every_address_is_answered(conninfo: str) -> None:
    with site(conninfo) as found:
        for address in addresses():
            connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=20)
            connection.request("GET", address)
            status = connection.getresponse().status
            connection.close()
            assert status == (404 if "/accounts/" in address else 200), address


def test_examples_of_files_are_taken(tmp_path: Path) -> None:
    ruleset, feed = blocks(ROOT / "collector/README.md", "toml")
    assert list(rulesets_in(ruleset)) == ["gentle"]
    Image.new("RGB", (8, 8)).save(tmp_path / "norsk.png")
    assert [each.id for each in feeds.parse(feed, tmp_path)] == ["norsk"]


def flags(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from flags(each)


def test_every_flag_in_the_text_is_one() -> None:
    known = {flag for verb in cli.VERBS for flag in flags(cli._parser(verb)[0])}
    programs = [f"tests/{module}/__main__.py" for module in PROGRAMS.values()] + ["tests/browser/screenshots.py", "run"]
    others = "".join((ROOT / path).read_text(encoding="utf-8") for path in programs)
    known |= {*re.findall(r"--[a-z][a-z-]+", others), "--no-block", "--now"}  # the last two are systemctl's; uv's:
    known |= {"--universal", "--generate-hashes", "--group", "--no-header", "--sort"}  # the last one is perf's
    assert named(r"(?<![\w-])--[a-z][a-z-]+") <= known


def test_every_link_leads_somewhere() -> None:
    for link in links():
        target = (link.document.parent / link.path).resolve() if link.path else link.document
        assert target.exists(), link
        assert not link.anchor or link.anchor in anchors(target), link


def test_what_is_named_is_there() -> None:
    new = {name for name, _ in NEW_FILE.findall(RECIPES)}
    kinds = ("*.py", "*.sql", "*.txt", "*.json", "*.md", "*.toml", "*.lock")
    files = {path.relative_to(ROOT).as_posix() for part in kinds
             for path in ROOT.rglob(part) if ".venv" not in path.parts}  # fmt: skip
    for name in named(r"^[\w./-]+\.(?:py|sql)$") | named(r"^(?:ops|tests|web|sql|collector|benchmarks)/[\w./-]+\.\w+$"):
        assert name in new or any(f"/{file}".endswith(f"/{name}") for file in files), name
    known = {f"SKYTALLY_{name.upper()}" for name in declared()} | NOT_SETTINGS
    assert named(r"SKYTALLY_[A-Z][A-Z_]+[A-Z]") <= known
    verbs = {words[0] for words in (name.split() for name in named(r"^(?:\./run|skytally) ([a-z][a-z-]+)"))}
    assert verbs <= {*cli.VERBS, "test", "screenshots"}


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "ops/commands/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `SKYTALLY_(\w+)` \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    assert [(name, said) for name, _, said in rows] == [
        (name.upper(), description(kind)) for name, kind in declared().items()
    ]
    in_words = {"SOURCE", "DATA_DIR"}
    assert {name: default.strip("`") for name, default, _ in rows if name not in in_words} == {
        name.upper(): default_of(name) for name in declared() if name.upper() not in in_words
    }


def test_every_verb_is_documented() -> None:
    text = (ROOT / "ops/commands/README.md").read_text(encoding="utf-8")
    table = text.partition("## Commands")[2].partition("## Settings")[0]
    told = [span for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for span in re.findall("`([a-z-]+)", row)]
    assert set(told) >= set(cli.VERBS)


def test_faults_and_mutants_are_as_many_as_it_says() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "tests/README.md")]
    assert f"{len(FAULTS)} faults" in texts[0]
    assert f"{len(MUTANTS)} collectors" in texts[0]
    assert f"{len(FAULTS)} and growing" in texts[1]
    assert f"in {len(MUTANTS)} ways" in texts[1]


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    results = ROOT / "benchmarks/results"
    pipeline, web, boards = (
        orjson.loads((results / f"{name}.json").read_bytes()) for name in ("pipeline", "web", "boards")
    )
    months = boards["sizes"][1]
    text, live = (ROOT / "README.md").read_text(encoding="utf-8"), pipeline["live"]
    for said in (
        f"**{round(pipeline['events_per_second'], -3):,.0f} events a second**",
        f"{round(pipeline['sustained_with_fold'], -3):,.0f} while it folds them",
        f"**{100 * live['cores']:.0f} % of a processor**",
        f"a live rate of {live['events_per_second']:.0f} events a second",
        f"**{round(web['hot_per_second'], -1):,.0f} answers a second**",
        f"99 % within {web['p99_ms']:.0f} ms",
        f"**{max(months['refresh_s'].values()):.1f} seconds**",
        f"{months['account_hours'] / 1e6:.0f} million account-hours",
        f"from scratch {max(months['scratch_s'].values()):.0f}",
    ):
        assert said in text, said
    assert live["durable_p99_s"] == 0.25
    assert 0.75 < web["ratio"] < 0.85
    assert (pipeline["machine"]["cpu"], pipeline["machine"]["cores"]) == ("AMD EPYC", 2)


def test_the_pictures_are_few_and_small() -> None:
    pictures = [path for path in ROOT.rglob("*.png") if ".venv" not in path.parts]
    assert sum(path.stat().st_size for path in pictures) < 250_000
