"""The index follows the ledger: in the same transaction, after an outage, and when compared."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from search import engine, index, outbox
from search.models import SearchDocument, SearchNumber, SearchOutbox
from tests.search import toy
from tests.search.toy import ask, ids

pytestmark = pytest.mark.django_db


class Undone(Exception):
    pass


def run(name, *arguments):
    out = io.StringIO()
    call_command(name, *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def test_a_row_is_found_inside_the_transaction_that_wrote_it(county):
    with transaction.atomic():
        county.save(20, "腾跃储能")
        assert ids(ask("腾跃")) == [20]


def test_a_rollback_leaves_no_trace_in_the_index(county):
    def write_and_fail():
        with transaction.atomic():
            county.save(20, "腾跃储能")
            county.drop(1)
            raise Undone

    with pytest.raises(Undone):
        write_and_fail()
    county.put(1, **toy.PROJECTS[1])
    assert ids(ask("腾跃")) == []
    assert ids(ask("飞尚")) == [1]
    assert not SearchOutbox.objects.filter(object_id=20).exists()


def test_an_unregistered_kind_is_ignored(county):
    before = SearchOutbox.objects.count()
    engine.touch_many("nobody", [1, 2])
    engine.touch_many("project", [])
    assert SearchOutbox.objects.count() == before


def test_touching_an_object_finds_its_index_by_model(county):
    class Outbox(SearchOutbox):
        class Meta:
            proxy = True
            app_label = "search"

    rows = toy.Toy("letter")
    rows.put(7, "来函登记")
    index.register(
        index.Index("letter", "函", "search.searchoutbox", rows.documents, index.no_vocabulary)
    )
    engine.touch(Outbox(pk=7))
    assert [(hit.kind, hit.object_id) for hit in ask("来函").hits] == [("letter", 7)]
    engine.touch(SearchDocument(pk=8))
    assert SearchOutbox.objects.filter(kind="letter").count() == 1


def test_two_models_cannot_share_a_kind(county):
    with pytest.raises(ValueError, match="project"):
        index.register(index.Index("project", "项目", "other.Model", county.documents))


def test_versions_rise_with_every_touch_and_outlive_the_object(county, monkeypatch):
    monkeypatch.setattr(outbox, "now", lambda: 5)
    seen = []
    for _ in range(3):
        engine.touch_many("project", [1])
        seen.append(outbox.versions("project", [1])[1])
    assert seen == sorted(set(seen))
    county.drop(1)
    assert outbox.versions("project", [1])[1] > seen[-1]
    assert not SearchDocument.objects.filter(object_id=1).exists()
    assert not SearchNumber.objects.filter(document__object_id=1).exists()


def test_a_row_touched_while_it_was_being_sent_stays_pending(county):
    rows = outbox.pending()
    engine.touch_many("project", [1])
    outbox.mark_sent(rows)
    assert [row.object_id for row in outbox.pending()] == [1]


def test_new_words_of_the_domain_are_understood_after_a_touch(county):
    assert ask("在册").filters == ()
    county.words = (*county.words, index.Term("stage", "lead", "线索", ("在册",)))
    assert ask("在册").filters == ()
    # A park is no project, yet its name is a word of theirs.
    engine.touch_many("park", [1])
    assert [f.value for f in ask("在册").filters] == ["lead"]


def test_verify_finds_missing_stale_and_ghost_rows_and_repairs_them(county):
    assert run("search_verify") == {"differences": [], "repaired": False}
    county.put(30, "新来的项目")
    county.put(1, "改了名的项目")
    del county.rows[2]
    SearchDocument.objects.create(
        kind="vanished", object_id=1, version=1, digest="", payload="{}",
        name="", text="", sound="", initials="", facet="",
    )  # fmt: skip
    found = {(one.kind, one.object_id, one.what) for one in engine.verify()}
    assert found == {
        ("project", 30, "missing"),
        ("project", 1, "stale"),
        ("project", 2, "ghost"),
        ("vanished", 1, "ghost"),
    }
    with pytest.raises(CommandError, match="--repair"):
        run("search_verify")
    answer = run("search_verify", "--repair")
    assert len(answer["differences"]) == 4
    assert answer["repaired"] is True
    assert engine.verify() == []
    assert ids(ask("改了名")) == [1]


def test_another_analysis_makes_every_row_stale(county, monkeypatch):
    monkeypatch.setattr("search.analysis.ANALYSIS_VERSION", "next")
    assert {one.what for one in engine.verify()} == {"stale"}
    engine.rebuild()
    assert engine.verify() == []


def test_rebuild_fills_an_empty_index_and_drops_what_is_gone(county):
    SearchDocument.objects.filter(object_id=1).delete()
    del county.rows[2]
    assert ids(ask("飞尚")) == []
    counts = run("search_rebuild")
    assert counts == {"database": {"project": len(county.rows)}}
    assert ids(ask("飞尚")) == [1]
    assert ids(ask("优食谷")) == []
    assert engine.verify() == []


def test_rebuild_of_one_kind_leaves_the_others_alone(county):
    companies = toy.Toy("company")
    index.register(companies.index)
    companies.save(1, "电池材料公司")
    assert run("search_rebuild", "--kind", "company") == {"database": {"company": 1}}
    assert {hit.kind for hit in ask("电池").hits} == {"project", "company"}
    with pytest.raises(CommandError, match="nobody"):
        run("search_rebuild", "--kind", "nobody")


def test_a_rebuild_does_not_bring_back_what_changed_while_it_was_reading(county):
    """The rows were read, then one was renamed and one deleted, then the read rows are written."""

    def read_then_changed(wanted):
        rows = list(toy.Toy.documents(county, wanted))
        if wanted is None:
            county.save(1, "新名字")
            county.drop(2)
        return rows

    index.register(index.Index("project", "项目", "toy.project", read_then_changed))
    engine.rebuild()
    index.register(county.index)
    assert ids(ask("新名字")) == [1]
    assert ids(ask("飞尚")) == []
    assert ids(ask("优食谷")) == []


@pytest.mark.sqlite
def test_the_full_text_index_equals_its_table(county):
    county.change(1, title="另一个名字")
    county.drop(2)
    SearchDocument.objects.filter(object_id=3).update(name="_s 别的 _e")
    with connection.cursor() as cursor:
        # Raises when a trigger forgot something.
        cursor.execute("INSERT INTO search_fulltext(search_fulltext, rank) VALUES(%s, 1)",
                       ["integrity-check"])  # fmt: skip


def test_sync_has_nothing_to_do_without_elasticsearch(county, settings):
    settings.ELASTICSEARCH_URL = ""
    assert run("search_sync") == {"sent": 0, "pending": 0}


def test_an_engine_that_is_not_there_is_refused_by_name(county, settings):
    settings.ELASTICSEARCH_URL = ""
    with pytest.raises(ValueError, match="ELASTICSEARCH_URL"):
        ask("电池", backend="elasticsearch")
    with pytest.raises(ValueError, match="solr"):
        ask("电池", backend="solr")


def test_what_an_engine_cannot_store_is_kept_out_of_it(county):
    county.save(40, "带\x00零和\ud800半个字的名称", body="\x00", numbers={"n": 2**80, "m": None})
    (stored,) = [d for d in ask("半个字的").hits if d.object_id == 40]
    assert len(stored.title) == len("带\x00零和\ud800半个字的名称")
    assert engine.verify() == []


def test_a_query_costs_few_statements(county, django_assert_max_num_queries):
    ask("电池")
    with django_assert_max_num_queries(4):
        ask("电池")
    with django_assert_max_num_queries(14):
        ask("签约 不存在的词")


def test_the_payload_keeps_no_scopes(county):
    (payload,) = SearchDocument.objects.filter(object_id=90).values_list("payload", flat=True)
    assert "team" not in payload
