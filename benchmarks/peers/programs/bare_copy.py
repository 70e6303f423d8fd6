"""The limit: rows of our event log, already packed and in memory, by one COPY in one transaction and nothing else.

    python -m benchmarks.peers.programs.bare_copy FILE TABLE COLUMNS CONNINFO
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.peers.programs.stopwatch import Stopwatch

_WRITE_BYTES = 1 << 18


def main(file: str, table: str, columns: str, conninfo: str) -> None:
    watch, packed = Stopwatch(), memoryview(Path(file).read_bytes())
    copying = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns.split(",")))
    )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.cursor()
        watch.start()
        with cursor.copy(copying) as copy:
            for begin in range(0, len(packed), _WRITE_BYTES):
                copy.write(packed[begin : begin + _WRITE_BYTES])
        watch.stop(cursor.rowcount)


if __name__ == "__main__":
    main(*sys.argv[1:])
