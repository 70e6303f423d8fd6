"""What the web half can be told. Read once at the start (ops.settings) and handed down."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class WebSettings(Struct, frozen=True, kw_only=True):
    """Settings of the API and the site."""

    web_host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    web_port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 takes any free one.")] = 8420
    web_pool_max: Annotated[int, Meta(ge=1, le=100, description="Database connections at most, per process.")] = 4
    memcached: Annotated[
        str, Meta(description="memcached to cache in: host:port or the path of a unix socket; empty: none.")
    ] = ""
    public_url: Annotated[
        str,
        Meta(pattern=r"^(https?://[^\s]+)?$", description="Where readers reach the site, for links; empty: unknown."),
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="Networks (CIDR) whose X-Forwarded-For is believed.")
    ] = ()
    contact: Annotated[
        str, Meta(max_length=200, description="Who runs this: told to upstream in the User-Agent, shown on the site.")
    ] = ""
