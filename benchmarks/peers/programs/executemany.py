"""The same collector after its first afternoon of being too slow: executemany of a thousand rows, one transaction each.

    python -m benchmarks.peers.programs.executemany URL EVENTS CONNINFO
"""

from __future__ import annotations

import json
import sys

import psycopg
from websockets.sync.client import connect

from benchmarks.peers.programs.plain import INSERT, row_of
from benchmarks.peers.programs.stopwatch import Stopwatch

_ROWS = 1000


def main(url: str, events: int, conninfo: str) -> None:
    watch, done, rows = Stopwatch(), 0, []
    with psycopg.connect(conninfo, autocommit=True) as connection, connect(url, max_size=None) as stream:
        cursor = connection.cursor()
        while done < events:
            message = stream.recv()
            watch.start()
            rows.append(row_of(json.loads(message), message))
            if len(rows) == _ROWS or done + len(rows) == events:
                with connection.transaction():
                    cursor.executemany(INSERT, rows)
                done += len(rows)
                rows.clear()
        watch.stop(done)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
