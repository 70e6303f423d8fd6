"""Mutants of what counts: duplicates, meanings, losses, quarantine, account states."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, fault, unit

_WORKER = "collector/worker.py"
_TALLY = "collector/tally.py"
_SHORTCUT = "collector/shortcut.py"
_RECORD = "collector/record.py"
_ROWS = "collector/rows.py"
_WRITER = "collector/writer.py"

_EXPERIENCE = (unit("experience"),)

MUTANTS = [
    Mutant(
        "reposts decided before their minute is over", "sql/rollup/decide_reposts.sql",
        "  where minute < %(known_to)s\n", "  where minute <= %(known_to)s\n", _EXPERIENCE,
    ),
    Mutant(
        "reposts decided and kept", "sql/rollup/decide_reposts.sql",
        "  delete from repost_tally\n  where minute < %(known_to)s\n  returning minute, account, subject_account, "
        "subject_rkey, gained, lost\n",
        "  select * from repost_tally\n  where minute < %(known_to)s\n", _EXPERIENCE,
    ),
    Mutant(
        "reposts decided before it is proven that two hosts join", "sql/rollup/known_to.sql",
        "(outcome is null or outcome = 'deeper')", "outcome = 'gap'", (unit("overlap", "ten_minutes_behind"),),
    ),
    Mutant("a GIF is a link", "collector/media.py", "    if not is_gif(uri):\n", "    if uri:\n", _EXPERIENCE),
    Mutant(
        "media of one way alone", _SHORTCUT, "media = _media(record.embed)", "media = 0 * _media(record.embed)",
        (unit("shortcut"), *_EXPERIENCE),
    ),
    Mutant(
        "what a post showed is not lost", _TALLY, "if self.experience and row.media:",
        "if self.experience and row.media and row.packed:", _EXPERIENCE,
    ),
    Mutant(
        "a repost is not lost by its kind", _TALLY, "self._reposts.setdefault(key, [0, 0])[column] += sign",
        "self._reposts.setdefault(key, [0, 0])[0] += sign", _EXPERIENCE,
    ),
    Mutant(
        "window skipped on the long way", _WORKER,
        "if judged.key in self._window or judged.key in self._refused:", "if judged.key in self._refused:",
        (unit("worker", "unusual_shape"),),
    ),
    Mutant(
        "window lets go amid a batch", "collector/window.py",
        "        self._open_newest_us = max(self._open_newest_us, newest_us)\n\n    def let_go",
        "        self._open_newest_us = max(self._open_newest_us, newest_us)\n        self.let_go()\n\n    def let_go",
        (unit("worker", "vouched"), unit("worker", "lets_go")),
    ),
    Mutant(
        "two shapes of one event not looked for", _WORKER,
        "if doubts := self._in_doubt(plains, judged):", "if doubts := set[bytes]():",
        (unit("worker", "first_counts"),),
    ),
    Mutant(
        "refused only after the batch", _WORKER, "            self._refused.add(key)\n\n", "\n",
        (unit("worker", "first_counts"),),
    ),
    Mutant(
        "ids kept for ever", "collector/names.py",
        "            self.ids.clear()\n", "            self.ids.copy()\n", (unit("names"),),
    ),
    Mutant(
        "window skipped on the short way", _SHORTCUT,
        "len(keys) == len(plain.keys) and window.seen.isdisjoint(keys) and", "len(keys) == len(plain.keys) and",
        (unit("worker", "counts_once"),),
    ),
    Mutant(
        "key without record key", _ROWS,
        "_KEY.pack(rev, actor, rkey, collection)", "_KEY.pack(rev, actor, 0, collection)",
        (unit("worker", "two_operations"),),
    ),
    Mutant("key without rev", _ROWS, "_KEY.pack(rev, actor", "_KEY.pack(0, actor", (unit("counting", "in_the_log"),)),
    Mutant(
        "key without record key on the short way", _ROWS, "*range(53, 61), ", "",
        (unit("shortcut"), unit("worker", "two_operations")),
    ),
    Mutant(
        "key remembered, row lost", _SHORTCUT, "            content.take(plain)\n", "            len(plain.keys)\n",
        (unit("shortcut"), unit("counting", "made_by_one")),
    ),
    Mutant(
        "window not loaded at resume", "collector/window_load.py",
        "            _remember(window, bytes(data))\n", "            len(bytes(data))\n",
        (unit("worker", "counts_once"),),
    ),
    Mutant(
        "window lets go too early", "collector/window.py",
        "if left < self._events_min or (young and left + CHUNK_KEYS < self._events_max):", "if left < 0:",
        (unit("window"),),
    ),
    Mutant(
        "late events not looked up", _WORKER,
        "return vouched_us > 0 and min(row.time_us, rev_time_us) <= vouched_us", "return False",
        (unit("worker", "older_than_the_window"),),
    ),
    Mutant(
        "refused events counted later", _WORKER,
        "if judged.key in self._window or judged.key in self._refused:", "if judged.key in self._window:",
        (unit("worker", "stays_refused"),),
    ),
    Mutant(
        "updates counted", _TALLY,
        'if row.operation == CREATE and row.collection in', 'if row.operation != "d" and row.collection in',
        (unit("counting", "updates"),),
    ),
    Mutant(
        "deletes of the unseen counted", _RECORD,
        "            if live is not None and (", "            live = live or row\n            if (",
        (unit("record"),),
    ),
    Mutant(
        "a create lost by every delete after it", _RECORD,
        "            live = None\n", "",
        (unit("record"),),
    ),
    Mutant("losses follow arrival, not rev", _RECORD, "in sorted(rows, key=_rev):", "in rows:", (unit("record"),)),
    Mutant(
        "likes known to deletes for ever", _RECORD,
        "row.time_us - live.time_us <= KNOWN_US", "KNOWN_US > 0",
        (unit("counting", "seven_days"),),
    ),
    Mutant(
        "lost in the minute of the create", "collector/content.py",
        "self.tallies.loss(loss.created, loss.deleted.time_us, loss.sign)",
        "self.tallies.loss(loss.created, loss.created.time_us, loss.sign)",
        (unit("counting", "own_minute"),),
    ),
    Mutant(
        "what one does to oneself is received", _TALLY,
        "if subject is None or subject == actor:", "if subject is None:",
        (unit("shortcut"), unit("counting", "oneself")),
    ),
    Mutant(
        "the same on the short way", _TALLY,
        "others = plain.actors != plain.subjects", "others = plain.actors == plain.actors",
        (unit("shortcut"), unit("counting", "oneself")),
    ),
    Mutant(
        "languages keep their case", "collector/terms.py",
        'lang.partition("-")[0].lower()', 'lang.partition("-")[0]',
        (unit("terms"),),
    ),
    Mutant(
        "hashtags keep their case", "sql/spelling.py", ".casefold()", "", (unit("terms"),),
    ),
    Mutant(
        "domains keep their www", "collector/links.py",
        "host.removeprefix(\"www.\") or host)", "host)", (unit("terms"),),
    ),
    Mutant(
        "late tallies miss their hour", "collector/rollup.py",
        "((HOUR, hours_to), (DAY, days_to))", "((HOUR, None), (DAY, None))",
        (unit("rollup", "late"),),
    ),
    Mutant(
        "a fold's minutes without those of terms alone", "collector/rollup.py",
        ' union "\n            "select minute from {term_tally}"\n', '"\n', (unit("rollup", "terms_alone"),),
    ),
    Mutant(
        "tallies of every minute for some", "collector/rollup.py",
        "chosen = None if some == every else list(some)", "chosen = None", (unit("rollup", "not_looked_for"),),
    ),
    Mutant(
        "an hour closed before the watermark", "collector/rollup.py",
        "hour is not None and hour + _HOUR <= watermark", "hour is not None and hour <= watermark",
        (unit("rollup", "not_over"),),
    ),
    Mutant(
        "a mention counted twice", "collector/post.py",
        "                found[did] = None\n    return tuple(found)\n",
        "                found[did] = None\n    return (*found, *found)\n",
        (unit("post"),),
    ),
    Mutant(
        "a data error gives up the whole batch", _WRITER,
        "bad = self._narrow(content.everything())", "bad = content.everything()",
        (unit("writer", "only_postgres"),),
    ),
    Mutant(
        "a data error ends the process", _WRITER,
        "                if not bad:\n", "                if bad:\n",
        (unit("writer", "only_postgres"),),
    ),
    Mutant(
        "a full disk is blamed on the rows", _WRITER,
        "            except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):\n"
        "                bad = self._narrow(content.everything())\n",
        "            except psycopg.Error:\n"
        "                bad = content.everything()\n",
        (unit("writer", "not_the_rows_fault"), fault("disk full")),
    ),
    Mutant(
        "quarantine without event keys", "collector/content.py",
        "return self.key if self.key is not None else _frame_digest(self.frame)", "return _frame_digest(self.frame)",
        (unit("worker", "quarantine"), unit("worker", "refused")),
    ),
    Mutant(
        "the last account state to arrive wins", "sql/event/update_accounts.sql",
        "(account.status_time, account.status_seq) < (given.time, given.seq)", "true",
        (unit("worker", "account_event"),),
    ),
    Mutant(
        "an account once gone stays gone", "sql/event/update_accounts.sql",
        "  account.id = given.id\n", "  account.id = given.id\n  and account.active\n",
        (unit("worker", "account_event"),),
    ),
]  # fmt: skip
