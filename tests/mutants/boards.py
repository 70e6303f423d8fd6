"""Mutants of what is made of the rollups: boards, active accounts, purges, names."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, unit

_SLIDING = (unit("sliding"),)
_CLOSED = (unit("closed"),)
_BOARDS = (unit("boards"),)
_PURGE = (unit("purge"),)

MUTANTS = [
    Mutant(
        "shares too large", "collector/shares.py",
        "hour = max(least, left // max(1, hours + 24 * days) + 1)",
        "hour = max(least, left // max(1, hours + 24 * days) * 3 + 1)",
        (unit("shares"), *_BOARDS),
    ),
    Mutant(
        "days keep what hours have taken", "collector/shares.py",
        "    left -= hours * (hour - 1)\n", "",
        (unit("shares"), *_BOARDS),
    ),
    Mutant(
        "a board below its floor passes", "collector/certified.py",
        "if floor == 1 or (full and ranked.last >= floor):", "if True:",
        _BOARDS,
    ),
    Mutant(
        "who is new in the live minutes is not looked up", "collector/certified.py",
        "        closed.learn(together(live, closed.live_share).keys)\n", "        pass\n",
        _BOARDS,
    ),
    Mutant(
        "who is in no part heavy enough is not in all", "collector/sums.py",
        "share = -(-at_least // len(parts))", "share = at_least",
        (unit("sums"), *_BOARDS),
    ),
    Mutant(
        "heavy keys of before something was added", "collector/sums.py",
        "        self._heavy = None\n        mix", "        mix",
        (unit("sums"), *_BOARDS),
    ),
    Mutant(
        "sums wrap around", "collector/sums.py",
        "column = column.astype(np.promote_types(column.dtype, values.dtype), copy=False)\n    column[at] =",
        "column[at] =",
        (unit("sums"), *_BOARDS),
    ),
    Mutant(
        "what came before the first hour is left out", "sql/board/state.sql",
        "select min(minute) from network_minute", "select max(minute) from network_minute",
        _BOARDS,
    ),
    Mutant(
        "closed sums of the hour before", "collector/certified.py",
        "if self._closed and not self._closed.follow(past, self._floor):", "if False:",
        _BOARDS,
    ),
    Mutant(
        "a floor that is too high by what shares may hold", "collector/shares.py",
        "parts.get(HOUR, 0) * (self.hour - 1)", "parts.get(HOUR, 0) * (self.hour - 2)",
        (unit("shares"),),
    ),
    Mutant(
        "closed sums of before a late event", "collector/boards.py",
        "            board.note(minutes)\n", "            pass\n",
        _BOARDS,
    ),
    Mutant(
        "an hour that has gone stays in the sums of few", "collector/closed.py",
        "        sums.take(gone)\n", "",
        _CLOSED,
    ),
    Mutant(
        "who gained a share in a new bucket is not summed", "collector/closed.py",
        "        sums.add(new)\n", "",
        _CLOSED,
    ),
    Mutant(
        "an hour that has gone stays in the sums of all", "collector/closed.py",
        "        moved.take(self._reader.sums(part, by.gone))\n", "",
        _CLOSED,
    ),
    Mutant(
        "sums of all boards move with the first", "collector/closed.py",
        "moved = sums.copied()", "moved = sums",
        _CLOSED,
    ),
    Mutant(
        "keys are never chosen anew", "collector/closed.py",
        "if by is None or not self._suits(stretches, floor):", "if by is None:",
        _CLOSED,
    ),
    Mutant(
        "authors whose hour has left", "collector/sliding.py",
        "counted.take(less)", "pass",
        _SLIDING,
    ),
    Mutant(
        "authors of a late post", "collector/sliding.py",
        "minute < self._settled[-1].end for minute", "minute < self._settled[0].end for minute",
        _SLIDING,
    ),
    Mutant(
        "live authors counted twice when their hour is over", "collector/sliding.py",
        "come = self._seen.without(self._pairs(known, by.come))", "come = self._pairs(known, by.come)",
        _SLIDING,
    ),
    Mutant(
        "late minutes are not read anew", "collector/live.py",
        "held = [part for part in self._parts if not any(part.begin <= at < part.end for at in changed)]",
        "held = self._parts",
        _BOARDS,
    ),
    Mutant(
        "minutes that left stay", "collector/live.py",
        "        part.shrink(begin)\n", "",
        _BOARDS,
    ),
    Mutant(
        "the newest minute is not read anew", "collector/live.py",
        "settled = self._over(hour, minute, held)", "settled = self._over(hour, after, held)",
        _BOARDS,
    ),
    Mutant(
        "lost does not count", "collector/ranking.py",
        "values = amounts.gained - amounts.lost", "values = amounts.gained",
        _BOARDS,
    ),
    Mutant(
        "of equal values the higher name", "sql/board/best_accounts.sql",
        """account.did collate "C"\n""", """account.did collate "C" desc\n""",
        _BOARDS,
    ),
    Mutant(
        "of equal values the higher post", "collector/ranking.py",
        "for _, _, at in sorted(rows)]", "for _, _, at in sorted(rows, key=lambda each: each[0])]",
        _BOARDS,
    ),
    Mutant(
        "accounts that are not active are ranked", "sql/board/best_accounts.sql",
        "where account.shown\n", "",
        _BOARDS,
    ),
    Mutant(
        "deleted posts are ranked", "sql/board/best_posts.sql",
        "not post_is_gone(given.account, given.rkey)", "true",
        _BOARDS,
    ),
    Mutant(
        "a window is a bucket short", "collector/windows.py",
        "begin = floor(watermark, self.step) + LENGTH[self.step] - self.length",
        "begin = floor(watermark, self.step) + 2 * LENGTH[self.step] - self.length",
        _BOARDS,
    ),
    Mutant(
        "too few terms are counted by authors", "collector/authors.py",
        "rest[posts.gained[rest] >= least]", "rest[posts.gained[rest] > 2 * least]",
        (unit("authors"), *_BOARDS),
    ),
    Mutant(
        "an hour's boards are of the hour after", "collector/boards.py",
        "                begins, ends = window.span(hour + _HOUR - LENGTH[MINUTE])\n                whole",
        "                begins, ends = window.span(hour + _HOUR)\n                whole",
        _BOARDS,
    ),
    Mutant(
        "the worst rank is kept", "sql/board/note_best_ranks.sql",
        "where excluded.rank < best_rank.rank", "where excluded.rank > best_rank.rank",
        _BOARDS,
    ),
    Mutant(
        "sketches of hours stay as they were", "collector/rollup.py",
        "        if hours_to is not None:\n            forget = ", "        if False:\n            forget = ",
        _BOARDS,
    ),
    Mutant(
        "minutes' sketches stay as they were", "collector/active.py",
        "if minute not in changed and any(", "if any(",
        _BOARDS,
    ),
    Mutant(
        "ranks of a sketch are one too low", "collector/sketch.py",
        "ranks = _RANK_BITS + 1 - ", "ranks = _RANK_BITS - ",
        (unit("sketch"),),
    ),
    Mutant(
        "a purge forgets where it was", "sql/migrations/0006_purges.sql",
        "    insert into purged_table (name) values (next.name);\n", "",
        _PURGE,
    ),
    Mutant(
        "a purge takes what came after", "sql/migrations/0006_purges.sql",
        "format('kept.%I < purge.before', next.time_column)", "format('kept.%I is not null', next.time_column)",
        _PURGE,
    ),
    Mutant(
        "who was purged stays in the sums of all", "collector/closed.py",
        "            _read_again(self._reader, part, stretches, sums, accounts)\n", "            pass\n",
        (*_CLOSED, *_PURGE),
    ),
    Mutant(
        "who was purged stays in the sums of few", "collector/closed.py",
        "            _read_again(self._reader, self._measure, self._stretches, self.parts[0], accounts)\n",
        "            pass\n",
        _CLOSED,
    ),
    Mutant(
        "what is left of a purged account comes to what it had", "collector/closed.py",
        "        sums.take(Amounts(held, *sums.of(held)))\n", "",
        _CLOSED,
    ),
    Mutant(
        "of purged accounts only those are read that sums hold", "collector/closed.py",
        "left = reader.of(measure, stretches, np.array(accounts, np.int64)[:, None])",
        "left = reader.of(measure, stretches, sums.beginning_with(accounts))",
        _CLOSED,
    ),
    Mutant(
        "heavy keys of before keys without any went", "collector/sums.py",
        "            self._heavy = None\n            self._keys", "            self._keys",
        (unit("sums"),),
    ),
    Mutant(
        "the roller does not hear of a purge by others", "collector/purge.py",
        "                if self._done is None:\n", "                if False:\n",
        (("tests/ops/test_forget.py",),),
    ),
    Mutant(
        "a purge looks whether there is one before it is alone", "collector/purge.py",
        "        with self._alone():\n            if not self._in_work(\"known_to <= (select watermark from fold)\"):\n"
        "                return None\n",
        "        if not self._in_work(\"known_to <= (select watermark from fold)\"):\n            return None\n"
        "        with self._alone():\n",
        (("tests/ops/test_forget.py",),),
    ),
    Mutant(
        "who was purged stays in the live minutes", "collector/boards.py",
        "        self._live.forget()\n        try:", "        try:",
        _PURGE,
    ),
    Mutant(
        "a purge that was read again by half", "collector/boards.py",
        "            self.forget()\n            raise\n", "            raise\n",
        _PURGE,
    ),
    Mutant(
        "boards are not told of a purge", "collector/purge.py",
        "            self._done(purged)\n", "            pass\n",
        _PURGE,
    ),
    Mutant(
        "what is purged counts again", "collector/worker.py",
        " or purged.get(row.actor, NEVER).takes(*_times_us(row)):", ":",
        _PURGE,
    ),
    Mutant(
        "the window vouches for what is purged", "collector/window_load.py",
        "for at in (floor, row[0] if row else None)", "for at in (floor,)",
        _PURGE,
    ),
    Mutant(
        "a day is summed up in the middle of a purge", "sql/rollup/next_to_close.sql",
        "        where done_at is null\n", "        where false\n",
        _PURGE,
    ),
    Mutant(
        "an old answer about a name wins", "sql/resolve/note.sql",
        "  and account.handle_seq is not distinct from given.seq\n", "",
        (unit("resolver"),),
    ),
    Mutant(
        "one who does it often counts often", "sql/board/actors.sql",
        "select distinct listed.kind,", "select listed.kind,",
        (unit("acting"),),
    ),
    Mutant(
        "a deleted post stays in its language", "sql/board/store_by_language.sql",
        "    and deleted.operation = 'd'\n", "    and false\n",
        (unit("by_language"),),
    ),
]  # fmt: skip
