"""The resolver: who is asked about, when again, and what may be written of what is said."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from benchmarks import appview as simulated
from collector.appview import AppView
from collector.boards import Boards
from collector.errors import Collision
from collector.resolver import Resolver, run
from collector.settings import ResolverSettings
from sql.ids import Ids
from sql.session import connect
from tests.collector.frames import ALICE, BOB, CAROL, delete, frame, key, like, notice, post, post_uri
from tests.collector.rig import Rig

QUIET = "did:plc:qqqqqqqqqqqqqqqqqqqqqqqq"
COLUMNS = "handle, display_name, followers, resolved_at is not null"


@pytest.fixture(scope="module")
def url() -> str:
    listener = simulated.listen()
    threading.Thread(target=simulated.serve, args=(listener,), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def on_boards(rig: Rig, *frames: bytes) -> None:
    """Alice and Bob were liked, by Carol, who gained experience by it; of Quiet nothing is known but that it is."""
    liked = like(post_uri(ALICE, key(1)), CAROL, 1), like(post_uri(BOB, key(1)), CAROL, 2)
    rig.hand(*liked, notice("account", QUIET, 3, active=True), *frames)
    rig.fold()
    Boards(rig.roller, 100, 40).refresh()


def resolver(rig: Rig, url: str, *, posts_before: bool = False) -> Resolver:
    """One that asks for names alone; for texts see test_texts.py."""
    session = connect(rig.conninfo, "skytally_resolver", "resolver of a test")
    rig._opened.append(session)
    appview = AppView(url, "test")
    rig._opened.append(appview)  # type: ignore[arg-type]
    return Resolver(session, appview, ResolverSettings(appview=url, post_texts=False, posts_before=posts_before))


def names(rig: Rig, did: str) -> tuple[Any, ...]:
    return rig.owner.execute(f"select {COLUMNS} from account where did = %s".encode(), (did,)).fetchall()[0]


def of(did: str) -> tuple[Any, ...]:
    said = simulated.profile(did)
    assert said is not None
    handle = None if said["handle"] == "handle.invalid" else said["handle"]
    return handle, said["displayName"], said["followersCount"], True


def test_who_is_on_a_board_is_asked_about_once_a_day(rig: Rig, url: str) -> None:
    on_boards(rig)
    work = resolver(rig, url)
    assert (work.ask(), work.ask()) == (3, 0)
    listed = [names(rig, did) for did in (ALICE, BOB, CAROL, QUIET)]
    assert listed == [of(ALICE), of(BOB), of(CAROL), (None, None, None, False)]
    rig.owner.execute("update account set resolved_at = now() - interval '25 hours' where did = %s", (BOB,))
    assert work.ask() == 1


def test_posts_from_before_are_those_of_the_first_answer_less_what_is_counted(rig: Rig, url: str) -> None:
    made = [post(rkey=key(n), at=n) for n in (10, 11, 12)]
    on_boards(rig, *made, delete("post", key(12), at=20))
    resolver(rig, url).ask()
    rig.owner.execute("update account set resolved_at = null")
    resolver(rig, url, posts_before=True).ask()  # months behind the clock: more of them may still be counted
    query = "select posts_before from account where did = %s"
    assert rig.owner.execute(query, (ALICE,)).fetchall() == [(None,)]
    said = simulated.profile(ALICE)
    assert said is not None
    assert said["postsCount"] > 2
    for _ in range(2):
        rig.owner.execute("update fold set watermark = now()")
        # the second answer changes nothing, though more is counted by then
        rig.owner.execute("update account set resolved_at = null")
        resolver(rig, url, posts_before=True).ask()
        assert rig.owner.execute(query, (ALICE,)).fetchall() == [(said["postsCount"] - 2,)]
        rig.hand(post(rkey=key(13), at=30))
        rig.fold()


def test_an_identity_event_is_a_hint_that_is_asked_about_at_once(rig: Rig, url: str) -> None:
    on_boards(rig)
    work = resolver(rig, url)
    work.ask()
    rig.hand(notice("identity", ALICE, 5, seq=2, handle="hint.example"))
    assert names(rig, ALICE)[0] == "hint.example"
    assert work.ask() == 1
    assert names(rig, ALICE) == of(ALICE)


def test_an_answer_older_than_an_identity_event_changes_nothing(rig: Rig, url: str) -> None:
    on_boards(rig)
    work = resolver(rig, url)
    asked = work._appview.profiles

    def meanwhile(actors: Any) -> Any:
        rig.hand(notice("identity", ALICE, 5, seq=2, handle="newer.example"))
        return asked(actors)

    work._appview.profiles = meanwhile  # type: ignore[method-assign]
    work.ask()
    assert names(rig, ALICE) == ("newer.example", None, None, False)
    assert names(rig, BOB) == of(BOB)


def test_a_profile_of_the_stream_is_newer_than_what_is_said(rig: Rig, url: str) -> None:
    on_boards(rig, frame("app.bsky.actor.profile", ALICE, 3, rkey="self", displayName="Alice herself"))
    resolver(rig, url).ask()
    assert names(rig, ALICE) == (of(ALICE)[0], "Alice herself", *of(ALICE)[2:])


def test_who_is_not_shown_is_not_asked_about(rig: Rig, url: str) -> None:
    on_boards(rig)
    rig.hand(notice("account", ALICE, 5, seq=3, active=False, status="deleted"))
    assert resolver(rig, url).ask() == 2
    assert names(rig, ALICE) == (None, None, None, False)


def test_a_handle_that_a_reader_asked_for_is_looked_up_and_its_account_known_from_then_on(rig: Rig, url: str) -> None:
    rig.hand(like(post_uri(ALICE, key(1)), CAROL, 1))
    asked = ["dora.example", "dora.example.org"]
    rig.owner.execute("insert into cache.asked_handle (handle) select unnest(%s::text[])", (asked,))
    work = resolver(rig, url)
    assert (work.ask(), work.ask()) == (2, 0)
    for handle in asked:
        said = simulated.profile(handle)
        assert said is not None
        query = "select handle, display_name, shown from account where did = %s"
        assert rig.owner.execute(query, (said["did"],)).fetchall() == [(handle, said["displayName"], True)]
    assert rig.one("select count(*) = 0 from cache.asked_handle")
    # and is who they are when something of them comes by
    assert said is not None
    before = rig.one("select count(*) from account")
    rig.hand(like(post_uri(ALICE, key(2)), said["did"], 3))
    assert rig.one("select count(*) from account") == before


def test_two_accounts_with_one_id_are_a_collision_here_too(rig: Rig, url: str) -> None:
    said = simulated.profile("dora.example")
    assert said is not None
    id = Ids(rig.owner.execute("select salt from network").fetchall()[0][0]).account(said["did"])
    rig.owner.execute("insert into account (id, did) values (%s, 'did:plc:another')", (id,))
    rig.owner.execute("insert into cache.asked_handle (handle) values ('dora.example')")
    with pytest.raises(Collision, match=f"Id {id} stands for '{said['did']}' and another name"):
        resolver(rig, url).ask()


def test_who_is_not_known_there_is_left_alone_for_a_day(rig: Rig, url: str) -> None:
    unknown = next(did for n in range(9999) if simulated.profile(did := f"did:plc:{n:024d}") is None)
    on_boards(rig, like(post_uri(unknown, key(1)), CAROL, 3))
    work = resolver(rig, url)
    assert (work.ask(), work.ask()) == (4, 0)
    assert names(rig, unknown) == (None, None, None, True)


def test_the_resolver_may_write_names_and_texts_and_nothing_else(rig: Rig) -> None:
    with connect(rig.conninfo, "skytally_resolver", "test") as session:
        for query in (b"update account set active = true", b"update account set did = ''", b"select from event",
                      b"insert into account (id, did, hidden) values (1, '', true)",
                      b"delete from account", b"delete from deleted_post"):  # fmt: skip
            with pytest.raises(Exception, match="permission denied"):
                session.execute(query)


def test_trouble_is_said_once_and_tried_again(rig: Rig, url: str, caplog: pytest.LogCaptureFixture) -> None:
    on_boards(rig)
    stopping = threading.Event()
    settings = ResolverSettings(appview="http://127.0.0.1:1")

    class Ending(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            threading.Timer(0.2, stopping.set).start()

    ending = Ending()
    logging.getLogger("collector.resolver").addHandler(ending)
    run(settings, rig.conninfo, "test", stopping)
    logging.getLogger("collector.resolver").removeHandler(ending)
    trouble = "127.0.0.1:1 does not answer (ConnectionRefusedError)"
    assert caplog.messages == [f"names and texts have to wait: {trouble}; trying again"]
