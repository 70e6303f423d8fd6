"""The errors of the collector, each saying what the caller does.

Exception
├── BadFrame             quarantine the frame under its reason and go on
└── CollectorError       our own state is wrong: end this process; the supervisor restarts the group
    ├── Fenced           another run owns the lanes: end, write nothing more
    ├── Collision        two names share an id: end loudly, a restart does not help
    ├── NotOurs          the database can not be used as it is: end with its message
    │   └── AlreadyRunning   another collector counts into it: end
    └── BadSetting, BadRuleset, BadFeeds   what the operator wrote can not be used: end before anything begins
"""

from __future__ import annotations

from collector.event import Key


class BadFrame(Exception):
    """An event upstream sent that we can not count. `reason` is one of a small fixed set of words.

    `key` is the event's key where the frame has one, so that it is quarantined once however often it comes.
    """

    def __init__(self, reason: str, key: Key | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.key = key


class CollectorError(Exception):
    """The collector can not go on. The default message is the sentence the class stands for."""

    def __init__(self, detail: str = "") -> None:
        what = (type(self).__doc__ or "").splitlines()[0]
        super().__init__(f"{what} {detail}".strip())


class Fenced(CollectorError):
    """A newer run owns these lanes; nothing of this one can be written any more."""


class Collision(CollectorError):
    """Two different names have the same 64-bit id; the database needs another salt."""


class NotOurs(CollectorError):
    """The database can not be used as it is."""


class AlreadyRunning(NotOurs):
    """Another collector is running on this database."""


class BadSetting(CollectorError):
    """A setting can not be used."""


class BadRuleset(CollectorError):
    """A ruleset can not be used."""


class BadFeeds(CollectorError):
    """A file of feeds can not be used."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
