"""Mutants of the way from the socket to the rollups: lanes, positions, queues, folds, ends."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, fault, unit

_READER, _REACHED = "collector/reader.py", "collector/reached.py"
_QUEUE = "collector/queue.py"
_ROLLUP = "collector/rollup.py"

_PUT = "        self._queues[worker].put(pack(position, frames, gaps, self._closed_at[worker]))\n"
_TRUNCATE = '            self._connection.execute(sql.SQL("truncate {}").format(every))\n'
_SUM = "            self._add(tables, minutes)\n"

MUTANTS = [
    Mutant(
        "another lane in reader and worker", "collector/lanes.py",
        "return crc32(did) & (LANES - 1)", "return crc32(did[::-1]) & (LANES - 1)",
        (unit("reader", "lane"), fault("kill reader")),
    ),
    Mutant(
        "watermark before its frames", _READER, _PUT,
        _PUT.replace("frames", "[]") + _PUT.replace("gaps", "[]"),
        (unit("reader", "watermarks"), fault("point after_commit")),
    ),
    Mutant(
        "no watermark for idle lanes", _READER,
        "if frames or self._told[worker] != reached or (worker == 0 and self._reached.has_gaps):", "if frames:",
        (unit("reader", "watermarks"),),
    ),
    Mutant(
        "position of the latest frame", _REACHED,
        "return lowest(self._latest)", "return max(self._latest, default=None)",
        (unit("reader", "wrong_time"),),
    ),
    Mutant(
        "positions in the future believed", _REACHED,
        "return found if found.time_us <= latest_us else Position(min(found.cursor, latest_us), latest_us)",
        "return found",
        (unit("reader", "years_ahead"),),
    ),
    Mutant(
        "frames dropped while a queue is full", _READER,
        "        frames = self._frames[worker]\n        frames.append(frame)\n",
        "        frames = self._frames[worker]\n        if self._queues[worker].full:\n            return\n"
        "        frames.append(frame)\n",
        (unit("reader", "behind"), fault("sigterm under load")),
    ),
    Mutant(
        "last batch lost at a stop", _READER, _PUT,
        _PUT.replace("frames", "[] if self._stopping.is_set() else frames"),
        (unit("reader", "a_stop_loses_nothing"), fault("sigterm under load")),
    ),
    Mutant(
        "a cut-off batch taken for whole", _QUEUE,
        "return data if len(data) == length else None", "return data",
        (unit("queue", "cut_off"), fault("kill reader")),
    ),
    Mutant("fold without truncate", _ROLLUP, _TRUNCATE, "", (unit("rollup", "cut_off"),)),
    Mutant(
        "truncate before the sum", _ROLLUP, _SUM + _TRUNCATE, _TRUNCATE + _SUM, (unit("rollup", "cut_off"),)
    ),
    Mutant(
        "truncate in a transaction of its own", _ROLLUP,
        _TRUNCATE + '            crashpoint("fold_truncated")\n',
        '        self._connection.execute(sql.SQL("truncate {}").format(every))\n'
        '        crashpoint("fold_truncated")\n',
        (unit("rollup", "cut_off"),),
    ),
    Mutant(
        "sum committed before the truncate", _ROLLUP, _TRUNCATE,
        '            self._connection.execute("commit")\n            self._connection.execute("begin")\n'
        '            crashpoint("fold_summed")\n' + _TRUNCATE,
        (unit("rollup", "cut_off"), fault("point fold_summed")),
    ),
    Mutant(
        "fold without the table lock", _ROLLUP,
        'self._connection.execute(sql.SQL("lock table {} in access exclusive mode").format(every))',
        "every.as_string(None)",
        (unit("rollup", "at_once"), fault("two rollers")),
    ),
    Mutant(
        "watermark of the foremost lane", "sql/rollup/turn_segment.sql",
        "then min(stream_time) end", "then max(stream_time) end",
        (unit("rollup", "hindmost"),),
    ),
    Mutant(
        "watermark although a lane has none", "sql/rollup/turn_segment.sql",
        "case when count(stream_time) = count(*) then min(stream_time) end", "min(stream_time)",
        (unit("rollup", "hindmost"),),
    ),
    Mutant(
        "tallies left unfolded at the end", "collector/roller.py",
        "        _fold_all(fold, schedule, vitals)\n", "",
        (unit("supervisor", "sigterm"),),
    ),
    Mutant(
        "the group outlives its supervisor", "collector/parent.py",
        "    end_with_parent(signal.SIGKILL)\n", "",
        (unit("parent"),),
    ),
    Mutant(
        "a killed process not noticed", "collector/watchdog.py",
        "        for process in self._group.dead():\n", "        for process in list(self._group.dead())[:0]:\n",
        (fault("kill worker 0"),),
    ),
    Mutant(
        "records not hashed", "collector/firehose.py",
        "if self._check_cids and ", "if not self._check_cids and ",
        (unit("firehose", "cids"),),
    ),
    Mutant(
        "a bad block spoils its commit", "collector/firehose.py",
        "said.broken.append(Broken(frame, BadFrame(bad.reason, commit_key(message))))", "raise",
        (unit("firehose", "spoils"),),
    ),
    Mutant(
        "what a sync repeats counts", "collector/envelopes.py",
        'commit["operation"] = "update"', "pass",
        (unit("envelopes", "all_along"),),
    ),
]  # fmt: skip
