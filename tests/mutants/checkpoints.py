"""Mutants of what makes a batch durable once: compare-and-set, cursors, epochs, resume, rewind, gaps."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, fault, unit

_ADVANCE = "sql/checkpoint/advance.sql"
_WRITER = "collector/writer.py"
_CHECKPOINT = "collector/checkpoint.py"

MUTANTS = [
    Mutant("batch number not compared", _ADVANCE, "  and lane.batch = %(batch)s\n", "", (unit("writer", "batch"),)),
    Mutant("epoch not compared", _ADVANCE, "  and lane.epoch = %(epoch)s\n", "", (unit("writer", "epoch"),)),
    Mutant(
        "one lane of its own is enough", _WRITER,
        "if len(rows) != len(self._lanes):", "if not rows:",
        (unit("writer", "batch"),),
    ),
    Mutant(
        "cursor committed before the rows", _WRITER,
        '            crashpoint("after_advance")\n',
        '            cursor.execute("commit")\n            cursor.execute("begin")\n'
        '            crashpoint("after_advance")\n',
        (fault("point after_advance"),),
    ),
    Mutant(
        "rows committed before the cursor's end", _WRITER,
        '                crashpoint("after_events")\n',
        '                cursor.execute("commit")\n                cursor.execute("begin")\n'
        '                crashpoint("after_events")\n',
        (fault("point after_events"),),
    ),
    Mutant(
        "cursor not monotone", _ADVANCE,
        "else greatest(lane.cursor, %(cursor)s)", "else %(cursor)s",
        (unit("worker", "idle_batch"), fault("shuffled and killed")),
    ),
    Mutant(
        "highest lane's cursor at resume", _CHECKPOINT,
        "before(min(cursors), ", "before(max(cursors), ",
        (unit("checkpoint"), fault("worker frozen, group restarted")),
    ),
    Mutant(
        "no rewind at resume", _CHECKPOINT,
        "before(min(cursors), rewind.same_host_s)", "min(cursors)",
        (unit("checkpoint"), fault("shuffled and killed")),
    ),
    Mutant(
        "no rewind after a reconnect", "collector/reader.py",
        "before(reached.cursor, self._rewind_s)", "reached.cursor",
        (unit("reader", "read_again"), fault("shuffled and dropped")),
    ),
    Mutant(
        "no rewind on another host", _CHECKPOINT,
        "min(contents) - timedelta(seconds=rewind.other_host_s)", "min(contents)",
        (unit("checkpoint"), fault("to the second host")),
    ),
    Mutant(
        "one host's cursor used on another", _CHECKPOINT,
        "same_host = all(lane.host == host for lane in lanes)", "same_host = True",
        (unit("checkpoint"), fault("to the second host and back")),
    ),
    Mutant(
        "old cursor kept on another host", "sql/checkpoint/fence_lanes.sql",
        "case when host = %(host)s and not %(again)s then cursor else %(resume_cursor)s end", "cursor",
        (unit("checkpoint", "every_lane_begins"), fault("to the second host and back")),
    ),
    Mutant(
        "lanes not handed to the new run", "sql/checkpoint/fence_lanes.sql",
        "  epoch = %(epoch)s,\n", "  epoch = greatest(lane.epoch, 1),\n",
        (unit("writer", "earlier_run"), fault("kill worker 0")),
    ),
    Mutant(
        "epoch committed asynchronously", _CHECKPOINT,
        "set local synchronous_commit = on", "set local synchronous_commit = off",
        (fault("epoch kept"),),
    ),
    Mutant(
        "second collector allowed", _CHECKPOINT,
        "return bool(row and row[0])", "return True",
        (unit("supervisor", "second_collector"),),
    ),
    Mutant(
        "gap not written", _WRITER,
        "for gap in content.gaps:", "for gap in content.gaps[:0]:",
        (unit("worker", "gap"), fault("a frame too large")),
    ),
    Mutant(
        "gap not noticed", "collector/reached.py",
        "return first.time_us - last.time_us > self._settings.gap_s_min * 1e6", "return False",
        (unit("reader", "gap"),),
    ),
    Mutant(
        "missing seq not noticed", "collector/reached.py",
        "return first.cursor > last.cursor + 1", "return False",
        (unit("seqs", "missing"),),
    ),
    Mutant(
        "a seq compared with a time", "collector/cursors.py",
        "if is_time(new.cursor) == is_time(old.cursor):", "if True:",
        (unit("seqs", "two_kinds"),),
    ),
]  # fmt: skip
