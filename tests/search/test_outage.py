"""Elasticsearch away, silent or refusing: saves go on, searches are answered and say so."""

import contextlib
import socket
import threading
import time

import pytest
from django.core.management import CommandError, call_command

from search import engine, outbox
from search.backends import elastic, failover
from search.backends.base import Change, Unavailable
from search.models import SearchDocument
from tests import needs
from tests.search import toy
from tests.search.toy import ask, ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What stands inside is committed: the relay runs at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch):
    monkeypatch.setattr(failover, "breaker", failover.Breaker())


@contextlib.contextmanager
def nobody():
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@contextlib.contextmanager
def black_hole():
    """A server that takes calls and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(100)
        yield server.getsockname()[1]


@contextlib.contextmanager
def refusing(status="503 Service Unavailable"):
    """A server that answers everything with an error."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(100)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller:
                        caller.recv(65_536)
                        caller.sendall(
                            f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n"
                            "X-Elastic-Product: Elasticsearch\r\n"
                            "Content-Type: application/json\r\n"
                            "Connection: close\r\n\r\n{}".encode()
                        )

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def too_many():
    return refusing("429 Too Many Requests")


@pytest.mark.parametrize("outage", [nobody, black_hole, refusing, too_many])
def test_saves_go_on_and_search_says_that_the_database_answered(
    outage, settings, only_toys, committed, monkeypatch
):
    settings.ELASTICSEARCH_PREFIX = "outage"
    monkeypatch.setattr(elastic, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr(elastic, "READ_SECONDS", 0.2)
    with outage() as port:
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{port}"
        with committed():
            county = toy.county()
            county.save(20, "腾跃储能")
        with committed():
            county.drop(1)
        for _ in range(5):
            result = ask("腾跃")
            assert ids(result) == [20]
            assert (result.degraded, result.backend) == (True, "database")
        assert ids(ask("飞尚")) == []
        # Nothing is forgotten.
        assert {20, 1} <= {row.object_id for row in outbox.pending()}
        with pytest.raises(CommandError, match="发件箱"):
            call_command("search_sync")
        with pytest.raises(CommandError, match="只重建了数据库索引"):
            call_command("search_rebuild")
        with pytest.raises(CommandError, match="无法核对"):
            call_command("search_verify")


def test_one_silent_call_is_enough_for_the_saves_after_it(
    settings, only_toys, monkeypatch, committed
):
    asked = []
    relay = failover.Breaker.failed
    monkeypatch.setattr(
        failover.Breaker,
        "failed",
        lambda self, **how: (asked.append(how), relay(self, **how))[1],
    )
    with black_hole() as port:
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{port}"
        county = toy.county()
        for i in range(20, 40):
            with committed():
                county.save(i, f"第{i}个项目")
    assert asked == [{"for_certain": True}]


def test_the_database_is_no_degraded_answer_when_nothing_else_is_configured(settings, only_toys):
    settings.ELASTICSEARCH_URL = ""
    toy.county()
    assert not ask("飞尚").degraded


def test_the_breaker_opens_after_three_failures_and_lets_one_probe_through():
    now = [100.0]
    breaker = failover.Breaker(clock=lambda: now[0])
    for _ in range(2):
        breaker.failed()
        assert breaker.may_ask()
    breaker.failed()
    assert not breaker.may_ask()
    now[0] += failover.OPEN_SECONDS
    assert [breaker.may_ask(), breaker.may_ask()] == [True, False]
    breaker.failed()
    assert not breaker.may_ask()
    now[0] += failover.OPEN_SECONDS
    assert breaker.may_ask()
    breaker.succeeded()
    assert all(breaker.may_ask() for _ in range(5))


def test_failures_count_only_in_a_row():
    breaker = failover.Breaker()
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.may_ask()


@pytest.fixture
def node(settings, only_toys):
    settings.ELASTICSEARCH_URL = needs.elasticsearch()
    settings.ELASTICSEARCH_PREFIX = f"test-{time.time_ns()}"
    engine.sync()
    yield failover.elastic()
    for name in failover.elastic()._in_use():
        failover.elastic().abandon(name)


@pytest.mark.elasticsearch
def test_a_commit_tells_the_node_without_a_sync(node, committed):
    with committed():
        county = toy.county()
    with committed():
        county.save(20, "腾跃储能")
        county.save(21, "腾跃光伏")
        node.refresh()
        assert ids(ask("腾跃")) == []
    node.refresh()
    assert sorted(ids(ask("腾跃"))) == [20, 21]
    assert ask("腾跃").backend == "elasticsearch"
    assert outbox.pending() == []


@pytest.mark.elasticsearch
def test_what_was_saved_during_an_outage_arrives_afterwards(node, settings, committed):
    with committed():
        county = toy.county()
    address = settings.ELASTICSEARCH_URL
    with nobody() as port:
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{port}"
        with committed():
            county.save(20, "腾跃储能")
            county.drop(1)
            county.change(2, title="改名的产业城")
        assert ask("腾跃").degraded
    settings.ELASTICSEARCH_URL = address
    assert engine.sync()["pending"] == 0
    for text, found in (("腾跃", [20]), ("飞尚", []), ("改名", [2])):
        result = ask(text)
        assert (ids(result), result.backend, result.degraded) == (found, "elasticsearch", False)
    assert engine.verify() == []


@pytest.mark.elasticsearch
def test_a_late_message_never_brings_an_older_state_back(node, committed):
    with committed():
        county = toy.county()
    old = county.rows[1]
    before = outbox.versions("project", [1])[1]
    with committed():
        county.change(1, title="新名字", aliases=())
    node.write([Change("project", 1, before, old)])
    node.refresh()
    assert (ids(ask("新名字")), ids(ask("飞尚"))) == ([1], [])
    with committed():
        county.drop(1)
    node.write([Change("project", 1, before, old)])
    node.refresh()
    assert ids(ask("飞尚")) == []
    assert engine.verify() == []


@pytest.mark.elasticsearch
def test_differences_on_the_node_are_found_and_repaired(node, committed):
    with committed():
        county = toy.county()
    node.refresh()
    later = outbox.now()
    node.write([Change("project", 1, later, None)])
    node.write([Change("project", 77, later, county.rows[2])])
    node.write([Change("project", 3, later, county.rows[2])])
    node.refresh()
    found = {(one.backend, one.what) for one in engine.verify(repair=True)}
    assert {("elasticsearch", "missing"), ("elasticsearch", "stale")} <= found
    assert engine.verify() == []
    assert ids(ask("飞尚")) == [1]


@pytest.mark.elasticsearch
def test_a_rebuild_swaps_to_a_whole_index_and_keeps_what_was_written_meanwhile(node):
    county = toy.county()
    before = node._in_use()

    def read_then_changed(wanted):
        rows = list(toy.Toy.documents(county, wanted))
        if wanted is None and 20 not in county.rows:
            county.save(20, "腾跃储能")
        return rows

    object.__setattr__(county.index, "documents", read_then_changed)
    counts = engine.rebuild()
    assert counts["elasticsearch"]["project"] >= len(toy.PROJECTS)
    assert node._in_use() != before
    assert len(node._in_use()) == 1
    assert ids(ask("腾跃")) == [20]
    assert engine.verify() == []


@pytest.mark.elasticsearch
def test_an_incomplete_index_never_takes_over(node, committed):
    with committed():
        toy.county()
    node.refresh()
    before = node._in_use()
    name = node.begin(outbox.now())
    with pytest.raises(Unavailable, match="the old one stays"):
        node.swap(name, expected=5)
    assert node._in_use() == before
    assert ids(ask("飞尚")) == [1]


@pytest.mark.elasticsearch
def test_an_index_of_another_shape_is_built_anew(node, monkeypatch):
    toy.county()
    before = node._in_use()
    monkeypatch.setattr(node, "_shape", "0000")
    engine.sync()
    assert node._in_use() != before
    assert ids(ask("飞尚")) == [1]
    assert SearchDocument.objects.count() == len(toy.PROJECTS) + len(toy.HIDDEN)


@pytest.mark.elasticsearch
def test_a_missing_index_is_an_outage_not_an_error(node, committed):
    county = toy.county()
    for name in node._in_use():
        node.abandon(name)
    with committed():
        county.save(20, "腾跃储能")
    result = ask("腾跃")
    assert (ids(result), result.degraded) == ([20], True)
    failover.breaker.succeeded()
    outbox.mark_sent(outbox.pending())
    assert {(one.backend, one.what) for one in engine.verify()} == {("elasticsearch", "missing")}
    engine.sync()
    assert not ask("腾跃").degraded
    assert engine.verify() == []
