"""Problems: what goes wrong for a reader, said as RFC 9457 wants it. It knows no HTTP server."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from web import request_id

MEDIA = "application/problem+json"
INTERNAL = "internal"
CACHED_S = 10
"""How long what is not there may be remembered."""

TITLES = {
    "bad-parameter": "Bad parameter",
    "unknown-yet": "Not known yet",
    "not-found": "Not found",
    "not-shown": "Not shown",
    "gone": "Gone",
    "method-not-allowed": "Method not allowed",
    "no-ranges": "Ranges are not served",
    "no-body": "No body expected",
    "too-long": "Address too long",
    "too-much": "Request too long",
    "slow-down": "Slow down",
    "busy": "Busy",
    "database-away": "Database away",
    INTERNAL: "Internal error",
}
"""Every kind there is; `/docs` explains each."""


class Problem(Exception):
    """An answer without numbers."""

    def __init__(self, status: int, kind: str, detail: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.retry_after_s = status, kind, detail, retry_after_s
        self.request_id = request_id.current() if kind == INTERNAL else ""
        """By which it is found in the log, where it stands there."""

    def again(self) -> Problem:
        """One that says the same, of the same request, and has not been raised yet."""
        again = Problem(self.status, self.kind, self.detail, retry_after_s=self.retry_after_s)
        again.request_id = self.request_id
        return again

    @property
    def lasting(self) -> bool:
        """Whether it will most likely be the same for whoever asks next."""
        return self.status in (404, 410)

    @property
    def passing(self) -> bool:
        """Whether an old answer is better, for the next one may well be an answer."""
        return self.status == 429 or self.status >= 500

    @property
    def body(self) -> bytes:
        """JSON: `type`, `title`, `status`, `detail`; `request_id` where the log has more."""
        found = {
            "type": f"/docs#{self.kind}", "title": TITLES[self.kind], "status": self.status, "detail": self.detail,
            **({"request_id": self.request_id} if self.request_id else {}),
        }  # fmt: skip
        return orjson.dumps(found)

    @property
    def headers(self) -> Mapping[str, str]:
        """Cache-Control, and Retry-After where it is worth trying again."""
        kept = f"public, max-age={CACHED_S}, s-maxage={CACHED_S}" if self.lasting else "no-store"
        retry = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return {"Cache-Control": kept, **retry}


def bad_parameter(name: str, detail: str) -> Problem:
    """A parameter that can not be: its name and what is allowed."""
    return Problem(400, "bad-parameter", f"{name}: {detail}")


def not_found(detail: str) -> Problem:
    """Nothing of this name."""
    return Problem(404, "not-found", detail)


class Unavailable(Problem):
    """What can not be made just now, though it could be: an old answer is better."""

    def __init__(self, kind: str, detail: str, retry_after_s: int = 5) -> None:
        super().__init__(503, kind, detail, retry_after_s=retry_after_s)

    def again(self) -> Problem:
        """See Problem."""
        again = Unavailable(self.kind, self.detail, self.retry_after_s or 0)
        again.request_id = self.request_id
        return again
