"""Packed rows are what the table holds, column by column."""

from __future__ import annotations

from collector import rows, tally
from collector.event import FOLLOW, LIKE, POST, REPOST
from collector.terms import Dimension
from sql.metrics import Metric
from tests.collector.frames import ALICE, BOB, CAROL, NOON_US, frame, key, like, post, post_uri
from tests.collector.rig import Rig


def test_every_column_of_the_tables_is_copied(rig: Rig) -> None:
    tables = {
        "event": rows.COLUMNS,
        "account_tally_0": tally.ACCOUNT_COLUMNS,
        "account_tally_1": tally.ACCOUNT_COLUMNS,
        "term_tally_0": tally.TERM_COLUMNS,
        "term_tally_1": tally.TERM_COLUMNS,
        "network_tally_0": tally.NETWORK_COLUMNS,
        "network_tally_1": tally.NETWORK_COLUMNS,
        "repost_tally": tally.REPOST_COLUMNS,
    }
    for table, columns in tables.items():
        found = rig.owner.execute(
            "select column_name from information_schema.columns where table_schema = 'skytally' and table_name = %s",
            (table,),
        ).fetchall()
        assert {name for (name,) in found} == set(columns), table


def test_metrics_have_the_ids_of_their_table(rig: Rig) -> None:
    found = rig.owner.execute("select name, id from metric").fetchall()
    assert dict(found) == {metric.name.lower(): metric.value for metric in Metric}
    dimensions = rig.owner.execute("select name, id from dimension").fetchall()
    assert dict(dimensions) == {dimension.name.lower(): dimension.value for dimension in Dimension}


def test_a_row_reads_back_as_it_was_packed(rig: Rig) -> None:
    uri = post_uri(BOB, key(1))
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": post_uri(CAROL, "odd-key")}}
    facets = [{"features": [{"$type": "app.bsky.richtext.facet#mention", "did": CAROL}]}]
    reply = {"root": {"uri": uri}, "parent": {"uri": uri}}
    told = post(at=5, reply=reply, embed=embed, facets=facets, langs=["en", "ja"], text="\N{DOG FACE}")
    rig.hand(told, like(uri, at=6))
    rig.hand(frame("com.example.thing", at=7))
    query = """
        select extract(epoch from time) * 1000000, operation::text, a.did, c.name, tid.name, s.did, subject_rkey,
          reply, quote, q.did, qr.name, (select array_agg(did) from account where id = any (mentions)),
          (select array_agg(d.name || ' ' || term.name order by d.id, term.name)
            from term join dimension d on d.id = dimension where term.id = any (terms))
        from event
        join account a on a.id = actor
        join collection c on c.id = collection
        left join rkey tid on tid.id = event.rkey
        left join account s on s.id = subject_account
        left join account q on q.id = quote_account
        left join rkey qr on qr.id = quote_rkey
        order by time
    """
    names = rig.worker._names
    assert rig.owner.execute(query.encode()).fetchall() == [
        (NOON_US + 5000, "c", ALICE, POST, None, BOB, names.rkey(key(1)), True, True, CAROL, "odd-key", [CAROL],
         ["language en", "language ja", "emoji \N{DOG FACE}"]),
        (NOON_US + 6000, "c", ALICE, LIKE, None, BOB, names.rkey(key(1)), None, None, None, None, None, None),
        (NOON_US + 7000, "c", ALICE, "com.example.thing", None, None, None, None, None, None, None, None, None),
    ]  # fmt: skip
    assert {REPOST, FOLLOW} <= {name for (name,) in rig.owner.execute("select name from collection")}


def test_an_id_does_not_depend_on_the_order_of_insertion(rig: Rig) -> None:
    assert [rig.worker._names.account(did) for did in (ALICE, BOB)] == [
        rig.restart()._names.account(did) for did in (ALICE, BOB)
    ]
