"""Purging: telling caches in front of us what to forget, by a command or an address of the operator's.

It runs what the setting says and knows no CDN. A purge that fails is for whoever asked for it to repeat (telling.py).
"""

from __future__ import annotations

import asyncio
import shlex
import urllib.request
from collections.abc import Awaitable, Callable

import orjson

_TIMEOUT_S = 10.0
_KEYS_MAX = 1000

Forget = Callable[[list[str]], Awaitable[None]]


def purging(hook: str) -> Forget | None:
    """What to call with keys, which raises what was in the way; None without a hook.

    An address gets a POST of {"keys": [...]}, a command arguments.
    """
    if not hook:
        return None
    once = _post if hook.startswith(("http://", "https://")) else _run

    async def forget(keys: list[str]) -> None:
        for begin in range(0, len(keys), _KEYS_MAX):
            await asyncio.wait_for(once(hook, keys[begin : begin + _KEYS_MAX]), _TIMEOUT_S)

    return forget


async def _run(hook: str, keys: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *shlex.split(hook), *keys, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        if await process.wait() != 0:
            raise ValueError(f"{shlex.split(hook)[0]} ended with exit code {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _post(hook: str, keys: list[str]) -> None:
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        hook, orjson.dumps({"keys": keys}), {"Content-Type": "application/json"}, method="POST"
    )
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=_TIMEOUT_S).close())  # noqa: S310
