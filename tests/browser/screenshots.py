"""`./run screenshots`: pictures of every kind of page of a running site, wide to narrow, light and dark."""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import orjson
from playwright.sync_api import BrowserContext, sync_playwright
from playwright.sync_api import Error as PlaywrightError

_VIEWS = (("wide", 1440, 1080), ("middle", 768, 900), ("narrow", 320, 700))

_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> int:
    """Exit code 1 where there is no Chromium, no site, or not every picture."""
    parser = argparse.ArgumentParser(prog="run screenshots", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8420", help="a running site (%(default)s, as of ./run demo)")
    parser.add_argument("--out", type=Path, default=Path("screenshots"), help="folder for the pictures (%(default)s)")
    parser.add_argument("--only", default="", metavar="NAME", help="those with NAME in theirs, like home-wide-light")
    parser.add_argument("--after", type=float, default=0.0, metavar="S", help="seconds to look at each before (0)")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("there is no Chromium on this machine (apt-get install chromium)", file=sys.stderr)
        return 1
    try:
        pages = _pages(given.url)
    except OSError as error:
        print(f"no site at {given.url}: {error}", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    taken = missing = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for (view, width, height), scheme in itertools.product(_VIEWS, _SCHEMES):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            for name, path in pages.items():
                picture = f"{name}-{view}-{scheme}.png"
                if given.only in picture:
                    missing += not _take(context, given.url + path, given.out / picture, given.after)
                    taken += 1
            context.close()
        browser.close()
    print(f"{taken - missing} pictures in {given.out}")
    return 1 if missing else 0


def _take(context: BrowserContext, url: str, file: Path, after_s: float) -> bool:
    """Whether the page came and stood still in time; one that does not keeps none of the others from being taken."""
    page = context.new_page()
    try:
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(1000 * after_s)
        page.screenshot(path=file)
    except PlaywrightError as error:
        print(f"{file.name}: {str(error).splitlines()[0]}", file=sys.stderr)
        return False
    finally:
        page.close()
    return True


def _pages(url: str) -> dict[str, str]:
    """Addresses by name; of an account and a post the ones on top."""
    pages = {
        "home": "/", "network": "/network?metric=likes&range=1d&previous=yes", "accounts": "/top/accounts",
        "posts": "/top/posts", "hashtags": "/top/hashtags",
        "languages": "/languages", "status": "/status", "method": "/method", "docs": "/docs",
    }  # fmt: skip
    accounts, posts = (_rows(f"{url}/api/v1/top/{kind}?limit=3") for kind in ("accounts", "posts"))
    if accounts:
        pages["account"] = f"/account/{accounts[0]['did']}?range=1d&window=1d"
        pages["compare"] = f"/compare?actors={','.join(row['did'] for row in accounts)}&range=1d"
        pages["watch"] = f"/watch?actors={','.join(row['did'] for row in accounts)}&window=1d"
    if posts:
        pages["post"] = f"/post/{posts[0]['did']}/{posts[0]['rkey']}"
    return pages


def _rows(address: str) -> list[dict[str, str]]:
    with urlopen(address, timeout=20) as answer:
        rows: list[dict[str, str]] = orjson.loads(answer.read())["rows"]
    return rows


if __name__ == "__main__":
    sys.exit(main())
