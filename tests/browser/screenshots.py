"""`./run screenshots`: pictures of every kind of page of a running site, wide and narrow, light and dark."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from urllib.request import urlopen

import orjson
from playwright.sync_api import sync_playwright

_VIEWS = (("wide", 1280, 900), ("narrow", 390, 844))


def main() -> int:
    """Exit code 1 where there is no Chromium or no site."""
    parser = argparse.ArgumentParser(prog="run screenshots", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8420", help="a running site (%(default)s, as of ./run demo)")
    parser.add_argument("--out", type=Path, default=Path("screenshots"), help="folder for the pictures (%(default)s)")
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for view, width, height in _VIEWS:
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                for name, path in pages.items():
                    page = context.new_page()
                    page.goto(given.url + path, wait_until="networkidle")
                    page.screenshot(path=given.out / f"{name}-{view}-{scheme}.png")
                    page.close()
        browser.close()
    print(f"{len(list(given.out.glob('*.png')))} pictures in {given.out}")
    return 0


def _pages(url: str) -> dict[str, str]:
    """Addresses by name; of an account and a post the ones on top."""
    pages = {
        "home": "/", "accounts": "/top/accounts", "posts": "/top/posts", "hashtags": "/top/hashtags",
        "languages": "/languages", "status": "/status", "method": "/method", "docs": "/docs",
    }  # fmt: skip
    accounts, posts = (_rows(f"{url}/api/v1/top/{kind}?limit=3") for kind in ("accounts", "posts"))
    if accounts:
        pages["account"] = f"/account/{accounts[0]['did']}"
        pages["compare"] = f"/compare?actors={','.join(row['did'] for row in accounts)}"
    if posts:
        pages["post"] = f"/post/{posts[0]['did']}/{posts[0]['rkey']}"
    return pages


def _rows(address: str) -> list[dict[str, str]]:
    with urlopen(address, timeout=20) as answer:
        rows: list[dict[str, str]] = orjson.loads(answer.read())["rows"]
    return rows


if __name__ == "__main__":
    sys.exit(main())
