"""`skytally feeds`: custom feeds, and their records in the publisher's repository."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path

from collector.errors import BadFeeds
from collector.feeds.file import read
from collector.feeds.rules import Feed
from collector.version import user_agent
from ops import exits
from ops.database import database
from ops.pds import Pds
from ops.previewing import disagreeing, harmless, preview, shown
from ops.problem import Problem
from ops.publishing import publish, unpublish
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect
from web.generator import Generator

HELP = (
    "check: whether the file can be used; list: its feeds, their addresses, and how many posts they took; preview ID: "
    "what it would show now; publish [ID...], unpublish ID...: write or delete generator records, with an app password "
    "from SKYTALLY_APP_PASSWORD or a prompt; disagree: posts whose text is not in the language that they say."
)
EXAMPLE = "skytally feeds publish norsk --feeds feeds.toml --handle me.example"
PASSWORD = "SKYTALLY_APP_PASSWORD"  # noqa: S105 - the name of a variable
_ANY = 1000
_IDS = {
    "check": (0, 0), "list": (0, 0), "preview": (1, 1), "publish": (0, _ANY), "unpublish": (1, _ANY),
    "disagree": (0, 0),
}  # fmt: skip
"""How many feeds may be named."""
_COUNTS = """
select
  id,
  coalesce(sum(gained - lost) filter (where hour > (select watermark from fold) - interval '1 day'), 0)::bigint,
  coalesce(sum(gained - lost), 0)::bigint
from feed
left join feed_hour on feed_hour.feed = feed.number
where removed_at is null
group by id, position
order by position
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=list(_IDS), help="what to do")
    parser.add_argument("ids", nargs="*", metavar="ID", help="feeds; publish without any: all of the file")
    parser.add_argument("--handle", help="who signs in (the publisher's DID)")
    parser.add_argument("--pds", default="https://bsky.social", metavar="URL", help="where (https://bsky.social)")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="posts of a preview (20)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    what, ids = arguments.what, arguments.ids
    least, most = _IDS[what]
    if not least <= len(ids) <= most:
        raise Problem(f"feeds {what} takes {'no' if not most else 'one' if most == 1 else 'some'} ID", exits.USAGE)
    if not 1 <= arguments.limit <= _ANY:
        raise Problem(f"--limit is from 1 to {_ANY}", exits.USAGE)
    if what in ("publish", "unpublish"):
        return _with_pds(arguments, settings)
    if what == "check":
        feeds = _file(settings)
        print(f"{settings.collector.feeds}: {', '.join(feed.id for feed in feeds) or 'no feeds'}: well-formed")
        return exits.OK
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "feeds") as connection:
        check(connection)
        if what == "list":
            generator = Generator(settings.web)
            for id, day, ever in connection.execute(_COUNTS):
                place = generator.uri(id) if generator.publisher else "(no SKYTALLY_FEED_PUBLISHER, so no address)"
                print(f"{id}  {day:,} posts in a day, {ever:,} ever  {place}")
        elif what == "preview":
            for each in shown(connection, preview(where.conninfo, ids[0], arguments.limit)):
                print(each.uri if each.text is None else f"{each.uri}  {harmless(each.text)}")
        else:
            for did, text, langs, detected, confidence in disagreeing(connection, 0.6, arguments.limit):
                said = ",".join(langs) or "none"
                print(f"says {said}, is {detected} ({confidence:.2f})  {did}  {harmless(text)}")
    return exits.OK


def _file(settings: Settings) -> tuple[Feed, ...]:
    if not settings.collector.feeds:
        raise Problem("there is no file of feeds; name one with --feeds or SKYTALLY_FEEDS", exits.USAGE)
    try:
        return read(Path(settings.collector.feeds).expanduser())
    except BadFeeds as bad:
        raise Problem(str(bad), exits.USAGE) from None


def _with_pds(arguments: argparse.Namespace, settings: Settings) -> int:
    generator = Generator(settings.web)
    publishing = arguments.what == "publish"
    feeds = {feed.id: feed for feed in _file(settings)} if publishing else {}
    if unknown := [id for id in arguments.ids if publishing and id not in feeds]:
        there = ", ".join(feeds) or "none"
        raise Problem(f"there is no feed {unknown[0]} in the file; there are: {there}", exits.USAGE)
    if publishing and not generator.url.startswith("https://"):
        raise Problem("feeds are asked for at an https address; set SKYTALLY_PUBLIC_URL", exits.USAGE)
    identifier = arguments.handle or generator.publisher
    if not identifier:
        raise Problem("who publishes? name the account with --handle", exits.USAGE)
    folder = Path(settings.collector.feeds).expanduser().parent
    password = os.environ.get(PASSWORD) or getpass.getpass(f"app password of {identifier}: ")
    with Pds(arguments.pds, user_agent(settings.collector.contact)) as pds:
        pds.begin(identifier, password)
        if pds.did != generator.publisher:
            raise Problem(
                f"{identifier} is {pds.did}; set SKYTALLY_FEED_PUBLISHER to it, for addresses of feeds carry it",
                exits.USAGE,
            )
        for id in arguments.ids or feeds:
            done = publish(pds, feeds[id], folder, generator.did) if publishing else unpublish(pds, id)
            print(f"{generator.uri(id)}: {done}")
    return exits.OK
