"""What the web half can be told. Read once at the start (ops.settings) and handed down."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sql.spelling import DID


class WebSettings(Struct, frozen=True, kw_only=True):
    """Settings of the API and the site."""

    web_host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    web_port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 takes any free one.")] = 8420
    web_pool_max: Annotated[
        int, Meta(ge=1, le=100, description="Answers made at once, per process; each takes a database connection.")
    ] = 4
    web_socket: Annotated[
        str, Meta(description="Path of a unix socket to listen on instead of host and port; empty: none.")
    ] = ""
    web_processes: Annotated[int, Meta(ge=1, le=64, description="Processes that serve, on one socket.")] = 1
    web_cache_mib: Annotated[
        int, Meta(ge=1, le=65_536, description="MiB of finished answers that a process keeps in memory.")
    ] = 64
    web_cache_table_mib: Annotated[
        int,
        Meta(
            ge=16, le=65_536,
            description="MiB of finished answers in the database, where there is no memcached or it is away.",
        ),
    ] = 256
    web_misses_per_second: Annotated[
        float, Meta(ge=0, le=100_000, description="Answers a second that may have to be made for a client; 0: any.")
    ] = 10.0
    web_misses_burst: Annotated[
        float, Meta(ge=1, le=1_000_000, description="The same at once, after a while without any.")
    ] = 100.0
    web_live_readers_max: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Who may watch counts at once, per process: each has a connection.")
    ] = 2_000
    web_live_readers_per_client_max: Annotated[
        int, Meta(ge=0, le=1_000_000, description="The same from one client's network; 0: any.")
    ] = 50
    web_metrics_listen: Annotated[
        str, Meta(description="Where the site shows metrics to Prometheus: loopback or a unix socket; empty: nowhere.")
    ] = ""
    web_access_log: Annotated[
        bool, Meta(description="Whether every request makes a line in the log; it says nothing of who asked.")
    ] = False
    cdn_purge: Annotated[
        str,
        Meta(description="Command or URL that has caches in front forget; it is given keys; empty: none."),
    ] = ""
    memcached: Annotated[
        str, Meta(description="memcached to cache in: host:port or the path of a unix socket; empty: none.")
    ] = ""
    public_url: Annotated[
        str,
        Meta(pattern=r"^(https?://[^\s]+)?$", description="Where readers reach the site, for links; empty: unknown."),
    ] = ""
    feed_publisher: Annotated[
        str,
        Meta(
            pattern=f"^({DID})?$",
            description="DID of the account whose repository has the generator records, for addresses of feeds.",
        ),
    ] = ""
    feed_terms: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s]+)?$",
            description="Where the terms of service of feeds stand; empty: on the site's page about itself.",
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="Networks (CIDR) whose X-Forwarded-For is believed; unix: of the socket.")
    ] = ()
    contact: Annotated[
        str, Meta(max_length=200, description="Who runs this: told to upstream in the User-Agent, shown on the site.")
    ] = ""
