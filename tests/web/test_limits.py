"""Limits: what a client may cause, who a client is, and what happens when there is too much of all."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.web.site import site
from web import limits
from web.limits import Buckets, Work, network_of
from web.problem import Problem, Unavailable

TOP = "/api/v1/top/accounts"


def test_answers_that_have_to_be_made_are_counted_and_others_are_not(conninfo: str) -> None:
    with site(conninfo, web_misses_per_second=0.5, web_misses_burst=3.0) as found:
        made = [found.get(f"{TOP}?limit={n}") for n in range(1, 7)]
        assert [answer.status for answer in made] == [200, 200, 200, 429, 429, 429]
        refused = made[3]
        assert (refused.json["type"], refused.headers["cache-control"]) == ("/docs#slow-down", "no-store")
        assert 1 <= int(refused.headers["retry-after"]) <= 3
        assert {found.get(f"{TOP}?limit=1").status for _ in range(50)} == {200}
        time.sleep(2.2)
        assert found.get(f"{TOP}?limit=20").status == 200


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [((), [200, 429, 429]), (("127.0.0.1",), [200, 200, 200]), (("10.0.0.0/8",), [200, 429, 429])],
)
def test_only_a_trusted_proxy_is_believed(conninfo: str, proxies: tuple[str, ...], expected: list[int]) -> None:
    limited = {"web_misses_per_second": 0.001, "web_misses_burst": 1.0, "trusted_proxies": proxies}
    with site(conninfo, **limited) as found:
        said = [found.get(f"{TOP}?limit={n}", X_Forwarded_For=f"198.51.100.{n}").status for n in range(1, 4)]
        assert said == expected
        if proxies == ("127.0.0.1",):  # what the client itself claims comes first, and is not believed
            spoofed = [f"203.0.113.{n}, 198.51.100.1" for n in range(3)]
            assert {found.get(f"{TOP}?limit=9{n}", X_Forwarded_For=s).status for n, s in enumerate(spoofed)} == {429}


def test_a_client_is_an_address_or_the_network_of_one_subscriber() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("unix") == "unix"


def test_tokens_come_back_and_clients_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_NETWORKS_MAX", 100)
    buckets = Buckets(rate=1.0, burst=2.0)
    for number in range(1000):
        buckets.take(f"10.0.{number // 256}.{number % 256}")
    assert len(buckets._buckets) == 100
    for _ in range(2):
        buckets.take("192.0.2.1")
    with pytest.raises(Problem, match="more than 1 answers a second"):
        buckets.take("192.0.2.1")
    for _ in range(100):
        Buckets(rate=0.0, burst=1.0).take("192.0.2.1")


def test_what_costs_more_leaves_less() -> None:
    buckets = Buckets(rate=1.0, burst=6.0)
    buckets.take("192.0.2.1", 5.0)
    with pytest.raises(Problem) as refused:
        buckets.take("192.0.2.1", 5.0)
    assert refused.value.retry_after_s == 4
    buckets.take("192.0.2.1")
    buckets.take("192.0.2.2", 50.0)  # more than there can be: all there is
    with pytest.raises(Problem):
        buckets.take("192.0.2.2")


@pytest.mark.parametrize(("works_s", "others", "expected"), [(0.05, 2, "done"), (1.0, 6, "refused")])
def test_of_too_much_at_once_what_does_not_get_its_turn_is_refused(
    monkeypatch: pytest.MonkeyPatch, works_s: float, others: int, expected: str
) -> None:
    monkeypatch.setattr(limits, "_WAIT_S", 0.3)
    monkeypatch.setattr(limits, "_WAITING_MAX", 3)

    async def do(work: Work, seconds: float) -> str:
        try:
            async with work.place():
                await asyncio.sleep(seconds)
                return "done"
        except Unavailable:
            return "refused"

    async def crowd() -> list[str]:
        work = Work(1)
        first = asyncio.create_task(do(work, works_s))
        await asyncio.sleep(0.02)
        return [*await asyncio.gather(*[do(work, 0.0) for _ in range(others)]), await first]

    assert asyncio.run(crowd()) == [*[expected] * others, "done"]


def test_a_crowd_on_one_question_is_one_question(conninfo: str) -> None:
    with site(conninfo, web_misses_per_second=0.001, web_misses_burst=1.0) as found, ThreadPoolExecutor(40) as pool:
        assert {answer.status for answer in pool.map(found.get, [f"{TOP}?limit=77"] * 200)} == {200}
