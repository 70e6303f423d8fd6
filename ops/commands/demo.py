"""`skytally demo`: everything on this machine with no network at all, on a simulated one."""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import logging
import os
from pathlib import Path

import msgspec

from benchmarks import appview
from ops import exits
from ops.commands.collect import collect
from ops.companion import Companion
from ops.database import Database
from ops.embedded import embedded
from ops.log_boards import log_boards
from ops.names import resolver
from ops.problem import Problem
from ops.settings import Settings
from ops.stage import Stage
from ops.website import listener_of, website
from sql.migrate import migrate
from sql.session import connect
from web.settings import WebSettings

HELP = "Run everything on a simulated network: a past day compressed, then live at 500 events a second."
EXAMPLE = "skytally demo"
NETWORK = "demo"
FEEDS = Path(__file__).parents[1] / "demo.feeds.toml"
"""Custom feeds, where the settings name none."""
PUBLISHER = "did:web:demo.invalid"
_log = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=250_000, metavar="N", help="events of the past day (250000)")
    parser.add_argument("--rate", type=float, default=500.0, metavar="R", help="events a second, live (500)")
    parser.add_argument("--seed", type=int, default=1, metavar="K", help="of the simulated network (1)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    listener = listener_of(settings.web)
    data_dir = Path(settings.database.data_dir) / "demo"
    data_dir.mkdir(parents=True, exist_ok=True)
    served = data_dir / "served.jsonl.zst"
    lock = os.open(data_dir / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Problem(f"another demo is running in {data_dir}", exits.TAKEN) from None
    pg_bin = Path(settings.database.pg_bin) if settings.database.pg_bin else None
    with embedded(data_dir, pg_bin=pg_bin, pg_user=settings.database.pg_user or None, log=_log.info) as conninfo:
        _begin_anew(conninfo)
        migrate(conninfo, NETWORK)
        profiles = appview.listen()
        url = f"http://127.0.0.1:{profiles.getsockname()[1]}"
        asked = msgspec.structs.replace(settings.resolver, appview=url, appview_interval_s=0.2)
        with (
            Stage(arguments.seed, arguments.events, arguments.rate, served) as stage,
            website(_with_publisher(settings.web), conninfo, listener) as sites,
            Companion("AppView", appview.serve, profiles) as simulated,
            resolver(asked, conninfo, "") as names,
            log_boards(settings.collector.board_rows, conninfo) as boards,
        ):
            collector = msgspec.structs.replace(
                settings.collector, source=(stage.url,), network=NETWORK, since="oldest", collections=(), dids=(),
                feeds=settings.collector.feeds or str(FEEDS),
            )  # fmt: skip

            def look_after() -> None:
                for each in (*sites, simulated, names, boards):
                    each.look_after()
                stage.look_after()

            ours = dataclasses.replace(settings, collector=collector, resolver=asked)
            _log.info("a simulated network is at %s; stop with Ctrl-C", stage.url)
            code = collect(ours, Database(conninfo, data_dir), also=look_after, drain=stage.hush)
    _log.info("recount it: ./run audit --data-dir %s %s", data_dir, served)
    return code


def _with_publisher(settings: WebSettings) -> WebSettings:
    """Feeds have addresses in somebody's repository."""
    return msgspec.structs.replace(settings, feed_publisher=settings.feed_publisher or PUBLISHER)


def _begin_anew(conninfo: str) -> None:
    """Every demo has a network of its own, so it begins with an empty database."""
    # as the superuser: only it may end an autovacuum that is at work there
    with connect(f"{conninfo} dbname=postgres user=postgres", None, "demo") as connection:
        connection.execute("drop database if exists skytally with (force)")
        connection.execute("create database skytally owner skytally")
