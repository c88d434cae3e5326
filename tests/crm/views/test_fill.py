"""The page behind a personal link: one recipient's answer, nobody else's, without an account."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import clock
from crm.actions.indicators import answers, collections
from crm.dates import When
from crm.models import AuditEntry, Notification
from crm.models.indicators.collections import AnswerState, CollectionLink, CollectionRecipient
from crm.models.indicators.readings import Reading
from crm.models.system.limits import Bucket
from crm.views.indicators import fill
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2023, 9, 4)
JULY, AUGUST = When.month(2023, 7), When.month(2023, 8)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(TODAY):
        yield


class Round:
    """Two companies asked for their output of August, and the addresses of their links."""

    def __init__(self, count: int = 2) -> None:
        self.output = make.indicator()
        self.companies = [make.company(f"绿溪第{at}纺织有限公司") for at in range(1, count + 1)]
        for at, company in enumerate(self.companies, start=1):
            make.reading(self.output, JULY, f"{at}1.5", company=company)
        self.collection = make.collection(self.companies, indicators=[self.output])
        given = collections.give_links(self.collection.recipients.all(), by=make.maker())
        self.given = {one.recipient.company: one for one in given}
        self.field = f"v-{self.output.pk}"

    def url(self, at: int = 0) -> str:
        return f"/fill/{self.given[self.companies[at]].token}/"

    def recipient(self, at: int = 0) -> CollectionRecipient:
        return CollectionRecipient.objects.get(pk=self.given[self.companies[at]].recipient.pk)

    def send(self, typed: str, at: int = 0, do: str = "submit", **more: str):
        sent = {self.field: typed, "do": do, "version": str(self.recipient(at).version)}
        return Client().post(self.url(at), sent | more)


@pytest.fixture
def asked(db):
    return Round()


def text_of(answer) -> str:
    return answer.content.decode()


def test_it_shows_who_asks_for_what_by_when_and_ones_own_last_number_alone(asked):
    page = text_of(Client().get(asked.url()))
    for said in ("县统计局", "月度产值", "2023-09-14", "第1纺织", "2023年7月报的是", "11.5"):
        assert said in page
    assert "第2纺织" not in page
    assert "21.5" not in page


def test_what_is_submitted_waits_and_no_figure_reads_it(asked):
    done = asked.send("12.5")
    assert done.status_code == 302
    assert "已提交，谢谢" in text_of(Client().get(done.url))
    assert asked.recipient().state == AnswerState.SUBMITTED
    assert not Reading.objects.filter(month_on=AUGUST.start).exists()
    told = Notification.objects.get(user=asked.collection.maker)
    assert "第1纺织" in told.text


def test_an_answer_lies_sealed(asked):
    asked.send("12.5")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM crm_collectionrecipient WHERE answer IS NOT NULL")
        (stored,) = cursor.fetchone()
    assert b"12.5" not in bytes(stored)
    assert asked.recipient().answer == {asked.field: "12.5"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [("-3", "不会小于 0"), ("十几个亿吧", "不是数字"), ("", "请至少填一个数")],
)
def test_an_impossible_number_is_refused_at_its_field_and_stays_typed(asked, typed, said):
    refused = asked.send(typed)
    page = text_of(refused)
    assert refused.status_code == 400
    assert said in page
    assert f'value="{typed}"' in page
    assert asked.recipient().state == AnswerState.WAITING


@pytest.mark.parametrize(
    ("typed", "said"), [("125", "是前面 11.5 的 10 倍"), ("9", "累计数比前面的 11.5 少")]
)
def test_an_improbable_number_is_asked_once_and_taken_with_its_reason(asked, typed, said):
    page = asked.send(typed)
    assert page.status_code == 400
    assert said in text_of(page)
    assert asked.recipient().state == AnswerState.WAITING
    assert asked.send(typed, why="并表").status_code == 302
    assert asked.recipient().state == AnswerState.SUBMITTED


def test_a_number_with_a_unit_of_its_own_says_how_it_was_taken(asked):
    done = asked.send("125000万元")
    assert "按 12.5亿元 计" in text_of(Client().get(done.url))


def test_a_draft_needs_no_number_and_is_changed_until_it_is_taken_over(asked):
    assert asked.send("看错了", do="draft").status_code == 302
    assert asked.recipient().state == AnswerState.DRAFT
    assert 'value="看错了"' in text_of(Client().get(asked.url()))
    asked.send("12.5")
    asked.send("12.6")
    assert asked.recipient().answer == {asked.field: "12.6"}
    take(asked)
    refused = asked.send("13")
    assert refused.status_code == 409
    assert "已经接收" in text_of(refused)
    assert reading(asked) == Decimal("12.6")


def take(asked: Round, at: int = 0) -> None:
    from crm.forms.collection_answers import Known
    from crm.views.indicators.collection_answers import take

    recipient = asked.recipient(at)
    known = Known.of(asked.collection, [recipient])
    take(recipient, known, by=make.maker(), version=str(recipient.version), reason="")


def reading(asked: Round, at: int = 0) -> Decimal | None:
    found = Reading.objects.standing().filter(
        month_on=AUGUST.start, company=asked.companies[at], indicator=asked.output
    )
    return found.get().value


def test_what_was_sent_back_shows_the_reason_and_what_was_typed(asked):
    asked.send("12.5")
    sent = asked.recipient()
    answers.return_answer(sent, by=make.maker(), reason="漏了二分厂", version=sent.version)
    page = text_of(Client().get(asked.url()))
    assert "漏了二分厂" in page
    assert 'value="12.5"' in page
    asked.send("14")
    assert asked.recipient().state == AnswerState.SUBMITTED
    assert asked.recipient().return_reason == ""


def test_a_page_that_is_older_than_the_answer_overwrites_nothing(asked):
    old = asked.recipient().version
    asked.send("12.5")
    refused = asked.send("13", version=str(old))
    assert refused.status_code == 409
    assert "刚在别处保存过" in text_of(refused)
    assert 'value="13"' in text_of(refused)
    assert asked.recipient().answer == {asked.field: "12.5"}
    assert asked.send("12.5", version=str(old)).status_code == 302  # sent twice


def test_wrong_expired_revoked_and_missing_links_answer_alike_and_name_nobody(asked):
    good = text_of(Client().get(asked.url()))
    assert "第1纺织" in good
    pages = [Client().get(path) for path in ("/fill/", "/fill/wrong/", f"/fill/{'x' * 43}/")]
    pages.append(Client().get(f"/fill/{'x' * 500}/"))
    collections.revoke_links([asked.recipient(1)], by=make.maker())
    pages.append(Client().get(asked.url(1)))
    with clock.playing(TODAY + timedelta(days=40)):
        pages.append(Client().get(asked.url()))
        pages.append(Client().post(asked.url(), {asked.field: "12.5"}))
    assert {page.status_code for page in pages} == {404}
    assert len({text_of(page) for page in pages}) == 1
    assert "纺织" not in text_of(pages[0])
    assert asked.recipient().state == AnswerState.WAITING


def test_a_link_opens_until_the_end_of_its_last_day(asked):
    last = CollectionLink.objects.first().expires_on
    for day, status in ((last, 200), (last + timedelta(days=1), 404)):
        with clock.playing(day):
            assert Client().get(asked.url()).status_code == status


def test_a_link_made_anew_is_the_only_one_that_opens(asked):
    before = asked.url()
    (fresh,) = collections.give_links([asked.recipient()], by=make.maker())
    assert Client().get(before).status_code == 404
    assert Client().get(f"/fill/{fresh.token}/").status_code == 200


def test_only_a_keyed_hash_of_a_token_is_kept(asked):
    token = asked.given[asked.companies[0]].token
    link = CollectionLink.objects.get(recipient=asked.recipient())
    assert link.print != token
    assert not AuditEntry.objects.filter(changes__icontains=token).exists()
    assert Client().get(f"/fill/{link.print}/").status_code == 404


def test_opening_and_submitting_are_on_record_with_the_link_as_their_actor(asked):
    for _ in range(3):
        Client().get(asked.url())
    asked.send("12.5")
    by_link = AuditEntry.objects.exclude(link="").order_by("pk")
    assert [one.verb for one in by_link] == ["open_link", "submit_answer"]
    assert {one.actor for one in by_link} == {None}
    assert "第1纺织" in by_link[0].link


def test_a_browser_keeps_and_tells_nothing_of_the_address(asked):
    for url in (asked.url(), "/fill/wrong/"):
        page = Client().get(url)
        assert page["Cache-Control"] == "no-store"
        assert page["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page["X-Robots-Tag"]
        assert "script-src" in page["Content-Security-Policy"]
        assert "<script" not in text_of(page)
        assert not page.cookies


def test_it_needs_no_cookie_and_no_token_against_forgery(asked):
    client = Client(enforce_csrf_checks=True)
    sent = {asked.field: "12.5", "version": str(asked.recipient().version)}
    assert client.post(asked.url(), sent, HTTP_ORIGIN="null").status_code == 302


def test_who_asks_too_often_waits_whatever_the_link(asked, monkeypatch):
    monkeypatch.setattr(fill, "PER_ADDRESS", 3)
    found = [Client().get(path).status_code for path in (asked.url(), "/fill/a/", "/fill/b/")]
    assert found == [200, 404, 404]
    late = [Client().get(path) for path in (asked.url(), "/fill/c/")]
    assert [page.status_code for page in late] == [429, 429]
    assert text_of(late[0]) == text_of(late[1])
    Bucket.objects.all().delete()
    assert Client().get(asked.url()).status_code == 200


def test_one_link_cannot_be_used_without_end(asked, monkeypatch):
    monkeypatch.setattr(fill, "PER_LINK", 2)
    assert [Client().get(asked.url()).status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get(asked.url(1)).status_code == 200


def test_it_asks_as_many_questions_for_many_recipients_as_for_few(
    asked, django_assert_max_num_queries
):
    def counted() -> int:
        with django_assert_max_num_queries(30) as seen:
            Client().get(asked.url())
        return len(seen)

    Client().get(asked.url())  # the first opening of the day is put on record
    few = counted()
    more = [collections.Asked(make.company()) for _ in range(6)]
    collections.add_recipients(asked.collection, more, by=make.maker())
    assert counted() == few


class NoLinkReachesAnotherRow(TestCase):
    """Whoever holds one recipient's token, and sends whatever he likes, sees and writes nothing of
    another recipient."""

    @classmethod
    def setUpTestData(cls) -> None:
        with clock.playing(TODAY):
            cls.round = Round(3)

    @settings(max_examples=8, deadline=None)
    @given(
        at=st.integers(0, 2),
        other=st.integers(0, 2),
        typed=st.sampled_from(["12.5", "99999", "", "abc"]),
        names=st.sets(st.sampled_from(["recipient", "pk", "company", "collection", "link"])),
    )
    def test_no_token_of_one_shows_or_writes_a_row_of_another(self, at, other, typed, names):
        asked = self.round
        with clock.playing(TODAY):
            before = {one.pk: (one.state, one.version) for one in CollectionRecipient.objects.all()}
            asked_for = {name: str(asked.recipient(other).pk) for name in names}
            answer = asked.send(typed, at, **asked_for)
            pages = text_of(answer) + text_of(Client().get(asked.url(at), asked_for))
            for not_mine in set(range(3)) - {at}:
                assert asked.companies[not_mine].name not in pages
                assert f"{not_mine + 1}1.5" not in pages
                row = asked.recipient(not_mine)
                assert before[row.pk] == (row.state, row.version)
        assert not Reading.objects.filter(month_on=AUGUST.start).exists()


# A ledger's form


@pytest.fixture
def cultivated(db):
    company = make.company("绿溪井盐食品有限公司")
    columns = ["year", "revenue", "note"]
    made = make.collection([company], register="scale-candidates", columns=columns, month_on=None)
    (given,) = collections.give_links(made.recipients.all(), by=make.maker())
    return made, given


def test_a_ledgers_own_columns_are_asked_as_its_form_asks_them(cultivated):
    made, given = cultivated
    url = f"/fill/{given.token}/"
    page = text_of(Client().get(url))
    assert 'name="r0-revenue"' in page
    assert 'name="r0-company"' not in page
    sent = {"rows": "1", "r0-year": "", "r0-revenue": "一些", "version": "1"}
    refused = Client().post(url, sent)
    assert refused.status_code == 400
    assert "请填写培育年度" in text_of(refused)
    assert 'value="一些"' in text_of(refused)
    more = text_of(Client().post(url, sent | {"do": "more"}))
    assert 'name="r1-year"' in more
    assert "请填写培育年度" not in more
    done = Client().post(url, sent | {"r0-year": "2023", "r0-revenue": "1800", "rows": "2"})
    assert done.status_code == 302
    assert made.recipients.get().answer["r0-revenue"] == "1800"
