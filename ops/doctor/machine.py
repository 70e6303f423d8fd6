"""What the doctor looks at on this machine: settings, versions and the disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from collector.errors import BadFeeds
from collector.feeds.file import read
from ops.doctor.finding import Finding
from ops.settings import Settings
from sql.version import VERSION


def findings(settings: Settings, disk: Path | None) -> Iterator[Finding]:
    """Everything that needs nobody else; `disk`: where the embedded database lies, if it is that."""
    yield Finding("versions", "well", f"skytally {VERSION}, Python {platform.python_version()}, {platform.system()}")
    origins = sorted({value.origin for value in settings.values if value.origin != "default"})
    yield Finding("settings", "well", f"from {', '.join(origins)}" if origins else "all as they come")
    yield _contact(settings)
    yield _workers(settings)
    if settings.collector.feeds:
        yield _feeds(settings)
    if disk is not None:
        yield _disk(settings, disk)


def _contact(settings: Settings) -> Finding:
    if settings.collector.contact:
        return Finding("contact", "well", settings.collector.contact)
    return Finding("contact", "warning", "upstream is not told who you are", "set contact: an address or a page")


def _workers(settings: Settings) -> Finding:
    workers, cores = settings.collector.workers, os.cpu_count() or 1
    if workers <= cores:
        return Finding("workers", "well", f"{workers} on {cores} processors")
    return Finding("workers", "warning", f"{workers} on {cores} processors", f"set workers to {cores} or less")


def _feeds(settings: Settings) -> Finding:
    """Whether the network can find the custom feeds."""
    try:
        feeds = read(Path(settings.collector.feeds).expanduser())
    except BadFeeds as bad:
        return Finding("feeds", "wrong", bad.detail, "skytally feeds check says the same")
    found = f"{len(feeds)} in {settings.collector.feeds}"
    if not settings.web.feed_publisher:
        advice = "set feed_publisher: the DID of the account that publishes them"
        return Finding("feeds", "warning", f"{found}, and nobody publishes them", advice)
    if not settings.web.public_url.startswith("https://"):
        return Finding("feeds", "warning", f"{found}, and no https address to ask at", "set public_url")
    return Finding("feeds", "well", found)


def _disk(settings: Settings, disk: Path) -> Finding:
    free, least = shutil.disk_usage(disk).free >> 20, settings.collector.disk_free_mib_min
    found = f"{free:,} MiB free on {disk}"
    if free < least:
        return Finding("disk", "wrong", f"{found}: reading is paused below {least:,}", "free some, or move data_dir")
    if free < 4 * least:
        advice = "free some, or set database_mib_max; skytally status says what it will take"
        return Finding("disk", "warning", f"{found}: reading pauses below {least:,}", advice)
    return Finding("disk", "well", found)
