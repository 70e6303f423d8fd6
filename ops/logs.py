"""Logs: a line on stderr for each event of ours, for people or as JSON, from the level on that its part is to have.

It owns how a line looks and which are written; what there is to say stands where it happens, in the standard library's
logging. What upstream sends never makes a line, so nobody there can drive how much is written.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import Annotated, Literal

import orjson
from msgspec import Meta, Struct

from ops.display import leave_progress

OURS = ("collector", "web", "ops", "benchmarks")
"""Whose lines are written from `info` on; anybody else's from `warning` on."""
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))  # syslog.h
_SHOWN = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
"""How characters are written that would begin a line, or tell a terminal what to do: what a host says may have them."""
_Level = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_.]*=)?(debug|info|warning|error)$")]


class LogSettings(Struct, frozen=True, kw_only=True):
    """What logs can be told."""

    log_format: Annotated[
        Literal["human", "json"], Meta(description="How lines on stderr are written: for people, or an object each.")
    ] = "human"
    log_level: Annotated[
        tuple[_Level, ...],
        Meta(description="From which level on lines are written; with part= before it, of this part alone."),
    ] = ("info",)


_begun = LogSettings()


def begin(settings: LogSettings, process: str = "") -> None:
    """Write the lines of this process from now on. `process` is what it is called among ours."""
    global _begun
    _begun = settings
    handler = _ToStderr()
    journal = _is_journal()
    handler.setFormatter(_Json(process, journal) if settings.log_format == "json" else _Human(journal))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    for each in ("info", *settings.log_level):
        _set_level(*each.rpartition("=")[::2])
    sys.excepthook = _uncaught


def _set_level(part: str, level: str) -> None:
    """Of a part; without one of all that is ours, and of others where it is a level that they may have."""
    number = logging.getLevelNamesMapping()[level.upper()]
    for name in [part] if part else OURS:
        logging.getLogger(name).setLevel(number)
    if not part:
        logging.getLogger().setLevel(max(number, logging.WARNING))


def begun() -> LogSettings:
    """As which they were begun: for a process that is started."""
    return _begun


def complain(what: object) -> None:
    """Why a command does not go on; for people that is its last line, without a time."""
    if _begun.log_format == "json" or _is_journal():
        logging.getLogger("ops").error("%s", what)
    else:
        leave_progress()
        print(f"skytally: {what}", file=sys.stderr)


class _ToStderr(logging.Handler):
    """Whole lines, each in one piece; a progress line that is being shown stays above."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            leave_progress()
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


class _Human(logging.Formatter):
    """For people. A terminal shows what happens now, and the journal has times and levels of its own."""

    def __init__(self, journal: bool) -> None:
        super().__init__()
        self._journal = journal
        self._terminal = sys.stderr.isatty()

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage().translate(_SHOWN)
        if request_id := getattr(record, "request_id", ""):
            text = f"{text} (request {request_id})"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        if self._journal:
            return _with_priority(record.levelno, text)
        return text if self._terminal else f"{_time(record)} {record.levelname.lower()} {text}"


class _Json(logging.Formatter):
    """An object a line."""

    def __init__(self, process: str, journal: bool) -> None:
        super().__init__()
        self._process, self._journal = process, journal

    def format(self, record: logging.LogRecord) -> str:
        found = {
            "time": "" if self._journal else _time(record),
            "level": record.levelname.lower(),
            "part": record.name,
            "process": self._process,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            **getattr(record, "figures", {}),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        # what a line can not say is left out; a text of somebody's may be none that JSON knows
        line = orjson.dumps({name: _text(value) for name, value in found.items() if value not in ("", None)}).decode()
        return _with_priority(record.levelno, line) if self._journal else line


def _text(value: object) -> object:
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _time(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _with_priority(level: int, text: str) -> str:
    """As sd-daemon(3) wants it, so that the journal knows the level of every line."""
    priority = next(priority for least, priority in _PRIORITIES if level >= least)
    return "\n".join(f"<{priority}>{line}" for line in text.splitlines())


def _is_journal() -> bool:
    """Whether the journal reads our stderr: systemd names the stream by its device and inode (systemd.exec(5))."""
    try:
        found = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _uncaught(kind: type[BaseException], error: BaseException, trace: object) -> None:
    logging.getLogger("ops").critical("this is a fault of ours", exc_info=error)
