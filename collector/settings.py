"""What the collector can be told, each limit with its unit, its reason and what is allowed.

Read once at the start (ops.settings) and handed down; no module here reads the environment, but for the
fault tests (crashpoint.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

PUBLIC_HOSTS = (
    "wss://jetstream2.us-east.bsky.network/subscribe",
    "wss://jetstream1.us-east.bsky.network/subscribe",
    "wss://jetstream2.us-west.bsky.network/subscribe",
    "wss://jetstream1.us-west.bsky.network/subscribe",
)


class CollectorSettings(Struct, frozen=True, kw_only=True):
    """Settings of reader, workers, roller and supervisor."""

    source: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^wss?://[^\s]+$")], ...],
        Meta(min_length=1, description="Where events come from, the first that answers: ws:// or wss:// URLs."),
    ] = PUBLIC_HOSTS
    network: Annotated[
        str,
        Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="Which network this database counts; it refuses another."),
    ] = "bluesky"
    since: Annotated[
        str,
        Meta(
            pattern=r"^(oldest|live|[0-9]+[smhd]|[0-9]{4}-.*)$",
            description="Where a first run begins: oldest (all the host keeps), live, a duration back (90m, 24h), "
            "or an RFC 3339 time. Later runs resume from the checkpoint.",
        ),
    ] = "oldest"
    collections: Annotated[
        tuple[str, ...],
        Meta(max_length=100, description="Ask upstream for these collections only (NSIDs or prefix.*); none: all."),
    ] = ()
    dids: Annotated[
        tuple[str, ...],
        Meta(max_length=10_000, description="Ask upstream for these accounts only; none: all."),
    ] = ()
    contact: Annotated[
        str, Meta(max_length=200, description="Who runs this: told to upstream in the User-Agent, shown on the site.")
    ] = ""

    workers: Annotated[
        Literal[1, 2, 4, 8, 16, 32], Meta(description="Worker processes; a number that divides the 32 lanes.")
    ] = 2
    batch_events_max: Annotated[
        int,
        Meta(
            ge=1, le=100_000, description="Events of a batch: larger ones cost less each, smaller are durable sooner."
        ),
    ] = 8192
    batch_bytes_max: Annotated[
        int, Meta(ge=1 << 16, le=1 << 28, description="Bytes of a batch at which it is closed early.")
    ] = 4 << 20
    batch_age_s_max: Annotated[
        float, Meta(gt=0, le=60, description="Seconds after which an unfilled batch is closed.")
    ] = 0.2
    queue_bytes_max: Annotated[
        int,
        Meta(
            ge=1 << 20, le=1 << 30, description="Bytes that wait for one worker before reading pauses: absorbs bursts."
        ),
    ] = 4 << 20

    frame_bytes_max: Annotated[
        int, Meta(ge=1 << 20, le=1 << 27, description="Bytes of the largest frame received; above it a gap is written.")
    ] = 16 << 20
    event_bytes_max: Annotated[
        int, Meta(ge=1 << 16, le=1 << 27, description="Bytes of the largest frame counted; above it quarantined.")
    ] = 8 << 20
    zstd: Annotated[
        bool, Meta(description="Whether to ask upstream for compressed messages where there is a dictionary.")
    ] = True
    zstd_dictionaries: Annotated[
        tuple[str, ...],
        Meta(
            max_length=8,
            description="Files of zstd dictionaries, for /subscribe and subscribeEvents; the latter's hosts are asked.",
        ),
    ] = ()
    check_cids: Annotated[
        bool, Meta(description="Whether each record of the raw firehose is hashed and compared with its CID.")
    ] = True
    future_s_max: Annotated[
        float,
        Meta(ge=0, le=86_400, description="Seconds a stream time may be ahead of the clock before it is refused."),
    ] = 300.0
    rewind_s: Annotated[
        float,
        Meta(
            ge=0, le=3600, description="Seconds re-read on every new connection: hosts reorder when replay turns live."
        ),
    ] = 5.0
    rewind_other_host_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Seconds re-read when the host changes, in the time of revs.")
    ] = 120.0
    rewind_other_host_s_max: Annotated[
        float,
        Meta(
            ge=0, le=86_400,
            description="Seconds re-read at most, by twice as many each time what a host repeats is not recognised.",
        ),
    ] = 3600.0
    two_at_once: Annotated[
        bool,
        Meta(
            description="Whether the next source is read beside the first: what comes first counts, what only one of "
            "them delivers is shown. Twice the bytes, and twice the work.",
        ),
    ] = False
    first_host_probe_s: Annotated[
        float,
        Meta(
            ge=0, le=3600,
            description="Seconds between two looks at the first host while another is read; 0: it is not gone back to.",
        ),
    ] = 30.0
    first_host_well_s: Annotated[
        float,
        Meta(
            ge=0, le=3600,
            description="Seconds the first host must be well to go back to it; twice that where it failed soon after.",
        ),
    ] = 300.0
    blind_s: Annotated[
        float,
        Meta(
            ge=0, le=3600,
            description="Seconds a host delivers none of a collection, and others, before it is left; 0: never.",
        ),
    ] = 300.0
    gap_s_min: Annotated[
        float,
        Meta(gt=0, le=3600, description="Seconds by which the first event may miss the asked time without a gap row."),
    ] = 5.0
    silence_s_max: Annotated[
        float, Meta(gt=0, le=86_400, description="Seconds without any frame on an open socket before it is given up.")
    ] = 30.0
    reconnect_s_min: Annotated[
        float, Meta(gt=0, le=60, description="Seconds before the first try to reconnect; doubles, with jitter.")
    ] = 0.5
    reconnect_s_max: Annotated[float, Meta(gt=0, le=600, description="Seconds between tries at most.")] = 30.0

    window_s_min: Annotated[
        float, Meta(ge=60, le=86_400, description="Stream time the window of seen keys covers at least, seconds.")
    ] = 900.0
    window_events_min: Annotated[
        int, Meta(ge=1, le=1 << 26, description="Keys the window of seen keys holds at least, all workers together.")
    ] = 1_000_000
    window_events_max: Annotated[
        int,
        Meta(
            ge=1,
            le=1 << 28,
            description="Keys in memory at most (about 105 bytes each); what is older is looked up in the log.",
        ),
    ] = 2_000_000

    fold_interval_s: Annotated[
        float, Meta(gt=0, le=600, description="Seconds between two folds of tallies into rollups.")
    ] = 2.0
    event_days_kept: Annotated[
        int,
        Meta(ge=7, le=36_500, description="Days of the event log, from its newest; creates are known for 7 of them."),
    ] = 7
    feeds: Annotated[
        str,
        Meta(description="The file of custom feeds (feeds.toml), read at the start and on SIGHUP; empty: none."),
    ] = ""
    experience: Annotated[
        bool,
        Meta(
            description="Whether what experience is made of is counted: posts by what they show, reposts by what they "
            "are of. It costs some percent; false: levels know plain posts, likes and reposts, and an audit misses the "
            "rest."
        ),
    ] = True
    minute_days_kept: Annotated[
        int, Meta(ge=2, le=36_500, description="Days of the rollups by the minute, from the newest.")
    ] = 3
    hour_days_kept: Annotated[
        int, Meta(ge=31, le=36_500, description="Days of the rollups by the hour, from the newest; days stay for ever.")
    ] = 40
    database_mib_max: Annotated[
        int,
        Meta(
            ge=0,
            description="MiB of the database, without cached answers, above which the oldest days of the event log go "
            "early; 0: never.",
        ),
    ] = 0
    live_kept_s: Annotated[
        float,
        Meta(
            ge=10, le=86_400,
            description="Seconds that whoever watches counts may be away and go on without having missed one.",
        ),
    ] = 600.0
    board_rows: Annotated[
        int, Meta(ge=10, le=10_000, description="Rows of a board: a thousand, and some for what is hidden meanwhile.")
    ] = 1100
    board_interval_s: Annotated[
        float,
        Meta(
            gt=0, le=3600,
            description="Seconds between two makings of the boards of an hour; six times that for those of a day.",
        ),
    ] = 10.0
    stop_deadline_s: Annotated[
        float, Meta(gt=0, le=600, description="Seconds an ordered stop may take before what is left is killed.")
    ] = 10.0
    disk_free_mib_min: Annotated[
        int, Meta(ge=0, description="Free MiB below which reading pauses: before Postgres runs out of disk, not after.")
    ] = 1024
    selfcheck_interval_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Seconds between two self-checks; 0: none. They cost seconds.")
    ] = 3600.0
    metrics_listen: Annotated[
        str,
        Meta(description="Where the collector shows metrics to Prometheus: loopback or a unix socket; empty: nowhere."),
    ] = ""

    def __post_init__(self) -> None:
        """Raise ValueError where two limits contradict each other."""
        for lower, upper in (
            ("reconnect_s_min", "reconnect_s_max"),
            ("window_events_min", "window_events_max"),
            ("rewind_other_host_s", "rewind_other_host_s_max"),
            ("event_bytes_max", "frame_bytes_max"),
            ("minute_days_kept", "hour_days_kept"),
        ):
            if getattr(self, lower) > getattr(self, upper):
                shown = f"{lower}={getattr(self, lower)} {upper}={getattr(self, upper)}"
                raise ValueError(f"settings {shown} contradict each other; allowed: {lower} at most {upper}")


class ResolverSettings(Struct, frozen=True, kw_only=True):
    """What the resolver can be told."""

    appview: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s/]+)?$",
            description="AppView that is asked for handles, names and followers of accounts on boards and for what "
            "posts on boards say; empty: none.",
        ),
    ] = "https://public.api.bsky.app"
    appview_interval_s: Annotated[
        float, Meta(ge=0.01, le=3600, description="Seconds between two questions of 25 accounts or posts each.")
    ] = 1.0
    profile_age_s_max: Annotated[
        float, Meta(ge=60, le=31_536_000, description="Seconds after which an account on a board is asked about again.")
    ] = 86_400.0
    posts_before: Annotated[
        bool,
        Meta(
            description="Whether posts from before an account was counted here earn experience, by rulesets that have "
            "points for them (code: 30): what the AppView says it has when it is first asked, less what is counted."
        ),
    ] = False
    post_texts: Annotated[
        bool,
        Meta(
            description="Whether what posts on boards say is shown, for a list of links tells nobody anything; false: "
            "it is not asked for, and what is kept is deleted."
        ),
    ] = True
    post_text_rows: Annotated[
        int,
        Meta(ge=1, le=10_000, description="Rows of each board of posts whose texts are asked for: a page of the site."),
    ] = 100
    post_text_age_s_max: Annotated[
        float,
        Meta(
            ge=60, le=86_400,
            description="Seconds after which a post on a board is asked about again: by then an edit or a label shows.",
        ),
    ] = 21_600.0
