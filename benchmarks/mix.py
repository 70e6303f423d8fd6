"""The mix of a simulated network: how often each kind of event happens, and of it each variety. Only numbers.

Measured on the real network: 240 million events of April 2026, samples of June and July 2026, a billion
events of November and December 2024 (whose shares of deletes are used where there are no newer ones).
"""

from __future__ import annotations

LIKE, REPOST, POST = "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.feed.post"
FOLLOW, BLOCK, LISTITEM = "app.bsky.graph.follow", "app.bsky.graph.block", "app.bsky.graph.listitem"
PROFILE, STATUS = "app.bsky.actor.profile", "app.bsky.actor.status"
THREADGATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"
THIRD, IDENTITY, ACCOUNT = "third party", "identity", "account"

MIX = {LIKE: 0.67, POST: 0.12, REPOST: 0.11, FOLLOW: 0.075, BLOCK: 0.007, THREADGATE: 0.006,
       PROFILE: 0.0035, POSTGATE: 0.003, THIRD: 0.003, LISTITEM: 0.002, STATUS: 0.001,
       ACCOUNT: 0.0008, IDENTITY: 0.0006}  # fmt: skip
# The sign-up surge of November 2024: what a network looks like that doubles in a month.
SURGE_MIX = {LIKE: 0.473, FOLLOW: 0.333, POST: 0.094, REPOST: 0.059, BLOCK: 0.0163, PROFILE: 0.0081,
             LISTITEM: 0.0078, ACCOUNT: 0.0034, IDENTITY: 0.0029, THIRD: 0.003, STATUS: 0.0005,
             THREADGATE: 0.0004, POSTGATE: 0.0002}  # fmt: skip
MIXES = {"2026": MIX, "2024": SURGE_MIX}

DELETE_SHARE = {LIKE: 0.012, REPOST: 0.037, POST: 0.049, FOLLOW: 0.135, BLOCK: 0.06, LISTITEM: 0.175}
UNSEEN_DELETE_SHARE = 0.15  # of deletes: records older than the simulation; in the end a fifth
UPDATE_SHARE = {PROFILE: 0.6, STATUS: 0.4, THREADGATE: 0.3, POSTGATE: 0.3, THIRD: 0.2, POST: 0.001}
SELF_DELETE_SHARE = {PROFILE: 0.005, STATUS: 0.32, THREADGATE: 0.05, POSTGATE: 0.05, THIRD: 0.1}
REPLY_SHARE, QUOTE_SHARE, QUOTE_OTHER_SHARE = 0.45, 0.058, 0.04
LIKE_VIA_SHARE, REPOST_VIA_SHARE, SELF_SHARE, LIKE_OTHER_SHARE = 0.17, 0.36, 0.01, 0.006
THREAD_SHARE, FOLLOW_MANY_SHARE, LISTITEM_MANY_SHARE, DELETE_MANY_SHARE = 0.01, 0.002, 0.01, 0.005
RELIKE_SHARE, RECREATE_SHARE = 0.2, 0.02  # of deletes: done again later; the latter under the same key
HANDLE_SHARE = 0.1  # of identity events that name a handle: in 2026 hardly any does
ARRIVAL_SHARE = 0.65  # of what is said of accounts; the rest leaves
STATUSES = ("deactivated", "deactivated", "deactivated", "deleted", "deleted", "takendown", "takendown",
            "suspended")  # fmt: skip
