"""Names and the numbers that stand for them: account ids, record keys, collections.

New names are written in a transaction of their own before the rows that use them; a name that is there already costs
nothing. What is known is remembered in tables of a fixed size, by id: that an id (sql/ids.py) stands for two different
names is noticed when a process writes the second, and ends it; while it remembers the id it does not look.
"""

from __future__ import annotations

from array import array

import psycopg

from collector.errors import Collision, NotOurs
from collector.naming import insert_names, lock_names
from collector.post import is_did
from collector.terms import Term
from sql import statement
from sql.ids import Ids

_SLOTS = 1 << 20  # 8 MiB: one slot per id, a newer id drives out an older one
_COLLECTIONS_MAX = 10_000
_IDS_MAX = 1 << 14  # twice at most, 7 MB of DIDs whose ids need not be computed again
_RKEYS_MAX = 10_000
_TERMS_MAX = 1 << 13
_USUAL_DID = 64  # a DID may have 2,048 characters; such are not worth remembering
_USUAL_TERM = 200  # and a link 2,048
_TABLES = (("account", "did"), ("rkey", "name"), ("term", "name"))


class Names:
    """The names of one database, as one worker knows them."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        row = connection.execute("select salt from network").fetchone()
        if row is None:
            raise NotOurs("It counts no network yet.")
        self._of = Ids(row[0])
        self._known = array("q", bytes(8 * _SLOTS))
        self.ids: dict[str, int] = {}
        """Ids of DIDs seen lately: well-formed ones, and noted for the next flush. For reading."""
        self._older_ids: dict[str, int] = {}
        self._new_accounts: dict[int, str] = {}
        self._new_rkeys: dict[int, str] = {}
        self._rkeys: dict[str, int] = {}
        self._new_terms: dict[int, Term] = {}
        self._terms: dict[Term, int] = {}
        self._collections: dict[str, int] = dict(connection.execute("select name, id from collection").fetchall())
        self._collection_names = {number: name for name, number in self._collections.items()}

    def account(self, did: str) -> int:
        """The id of an account, by its DID. Raises ValueError if that is none, unless its id is known."""
        number = self.ids.get(did) or self._older_ids.get(did)
        if number is None:
            number = self._of.account(did)
            if self._known[number & (_SLOTS - 1)] != number:
                if not is_did(did):
                    raise ValueError("not a DID")
                if self._new_accounts.setdefault(number, did) != did:
                    raise Collision(f"Id {number} stands for {did!r} and {self._new_accounts[number]!r}.")
        if len(did) <= _USUAL_DID:
            self.ids[did] = number
        return number

    def rkey(self, rkey: str) -> int:
        """The number of a record key: a TID's own, below zero for any other text."""
        number = self._rkeys.get(rkey)
        if number is None:
            number = self._of.rkey(rkey)
            if number < 0:
                self._new_rkeys[number] = rkey
        return number

    def term(self, term: Term) -> int:
        """The id of a term. Its last three bits are its dimension, so that who has ids only can tell them apart."""
        number = self._terms.get(term)
        if number is None:
            number = self._of.term(*term)
            if self._new_terms.setdefault(number, term) != term:
                raise Collision(f"Id {number} stands for {term!r} and {self._new_terms[number]!r}.")
        return number

    def collection(self, name: str) -> int:
        """The id of a collection; a new one is given its id at once."""
        number = self._collections.get(name)
        if number is None:
            row = self._connection.execute(statement("event/insert_collection"), {"name": name}).fetchone()
            assert row is not None
            number = int(row[0])
            if len(self._collections) < _COLLECTIONS_MAX:  # anybody can make one up
                self._collections[name] = number
                self._collection_names[number] = name
        return number

    def collection_name(self, number: int) -> str | None:
        """The name of a collection that is remembered."""
        return self._collection_names.get(number)

    def flush(self) -> int:
        """Make every name used since the last flush durable with the rows that follow; return how many were new."""
        if len(self.ids) > _IDS_MAX:
            self._older_ids = dict(self.ids)
            self.ids.clear()
        terms = {number: name for number, (_, name) in self._new_terms.items()}
        each = zip(_TABLES, (self._new_accounts, self._new_rkeys, terms), strict=True)
        new = [(table, names) for table, names in each if names]
        written = 0
        if new:
            with self._connection.transaction():
                lock_names(self._connection)
                written = sum([insert_names(self._connection, *table, names) for table, names in new])
        for number in self._new_accounts:
            self._known[number & (_SLOTS - 1)] = number
        self._new_accounts = {}
        self._remember()
        return written

    def _remember(self) -> None:
        """New terms, and record keys that are no TIDs, stay known for a while; a flood of them must not grow us."""
        for number, rkey in self._new_rkeys.items():
            self._rkeys[rkey] = number
        for number, term in self._new_terms.items():
            if len(term[1]) <= _USUAL_TERM:
                self._terms[term] = number
        self._new_rkeys, self._new_terms = {}, {}
        if len(self._rkeys) > _RKEYS_MAX:
            self._rkeys = {}
        if len(self._terms) > _TERMS_MAX:
            self._terms = {}
