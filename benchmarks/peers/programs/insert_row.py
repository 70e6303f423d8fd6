"""A collector as most people write their first: websockets, json, and an INSERT with its commit for every event.

    python -m benchmarks.peers.programs.insert_row URL EVENTS CONNINFO
"""

from __future__ import annotations

import json
import sys

import psycopg
from websockets.sync.client import connect

from benchmarks.peers.programs.plain import INSERT, row_of
from benchmarks.peers.programs.stopwatch import Stopwatch


def main(url: str, events: int, conninfo: str) -> None:
    watch, done = Stopwatch(), 0
    with psycopg.connect(conninfo, autocommit=True) as connection, connect(url, max_size=None) as stream:
        while done < events:
            message = stream.recv()
            watch.start()
            connection.execute(INSERT, row_of(json.loads(message), message))
            done += 1
        watch.stop(done)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
