"""What hangs on a row, on its own page: tabs with counts, one timeline, a new row filled in."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import ledgers
from crm.actions import rows
from crm.actions.indicators import readings
from crm.dates import When
from crm.ledgers import hanging_on
from crm.models import Company
from crm.models.companies.candidates import ScaleCandidate
from crm.models.companies.guidance import Visit
from crm.models.indicators.indicators import Indicator
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2023, 3, 1)


@pytest.fixture
def company(park):
    return make.company("甲山纺织有限公司", park=park, industry=make.industry())


@pytest.fixture
def mine(company, park, officer):
    return make.signed_project(
        DAY, park=park, officer=officer, team=officer.team, company=company, name="佳禧面料项目"
    )


@pytest.fixture
def theirs(company, park, other_officer):
    return make.signed_project(
        DAY + timedelta(30), park=park, officer=other_officer, team=other_officer.team,
        company=company, name="别人的印染项目",
    )  # fmt: skip


def answer(client, row, query=""):
    key = ledgers.of_noun(row).key
    return client.get(f"/desk/{key}/{row.pk}/{query}")


def text_of(client, row, query=""):
    return unescape(answer(client, row, query).content.decode())


def counts(client, row):
    return {tab.label: tab.count for tab in answer(client, row).context["profile"].tabs}


def test_the_tabs_count_what_hangs_on_a_company_directly_and_through_its_projects(
    as_user, statistician, company, mine, theirs
):
    make.receipt(mine, DAY, "30000000")
    found = counts(as_user(statistician), company)
    shown = ("落地的项目", "协议", "到位资金", "荣誉认定", "规上入退库", "产业变更", "技改项目")
    assert {name: found[name] for name in shown} == dict(
        zip(shown, (2, 2, 1, 0, 0, 0, 0), strict=True)
    )
    assert {"跟进", "小升规培育库", "指标读数", "里程碑", "阶段变动"} <= set(found)


def test_nobody_counts_or_reads_what_he_may_not_see(
    as_user, officer, teamlead, company, mine, theirs
):
    make.receipt(mine, DAY, "30000000")
    make.receipt(theirs, DAY, "40000000")
    make.follow_up(theirs, content="密谈选址")
    client = as_user(officer)
    found = counts(client, company)
    assert (found["落地的项目"], found["协议"], found["到位资金"], found["跟进"]) == (1, 1, 1, 0)
    for query in (
        "",
        "?tab=projects-company",
        "?tab=agreements",
        "?tab=receipts",
        "?tab=followups",
    ):
        page = text_of(client, company, query)
        assert "别人的印染项目" not in page, query
        assert "密谈选址" not in page, query
    assert "佳禧面料项目" in text_of(client, company, "?tab=projects-company")


def test_a_role_has_tabs_of_the_ledgers_it_has_a_part_in_alone(as_user, officer, park):
    liaison = make.user("liaison", team=officer.team)
    assert "招商活动" in counts(as_user(officer), park)
    assert "招商活动" not in counts(as_user(liaison), park)
    page = answer(as_user(liaison), park, "?tab=activities").context["profile"]
    assert page.table is None


def test_a_table_shows_its_dates_and_no_column_that_says_nothing(as_user, officer, company):
    make.recognition("省级绿色工厂", company=company, granted=When.month(2023, 6))
    table = answer(as_user(officer), company, "?tab=recognitions").context["profile"].table
    headings = [heading.label for heading in table.headings]
    assert headings[0] == "名称"
    assert "获批日期" in headings
    assert "园区" not in headings
    assert "2023年6月" in [cell.text for cell in table.lines[0].cells]


def test_the_timeline_tells_what_is_dated_newest_first(as_user, officer, company, mine):
    make.receipt(mine, date(2023, 5, 4), "30000000")
    make.milestone(mine, "filing", When.month(2023, 4), evidence="备案 1 号")
    client = as_user(officer)
    events = answer(client, company).context["profile"].events
    told = [(event.when, event.what) for event in events]
    assert told[:2] == [("2023-05-04", "资金到位"), ("2023年4月", "里程碑")]
    assert ("2023-03-01", "签订协议") in told
    receipt = events[0]
    assert receipt.title == "佳禧面料项目"
    assert "上报数 3,000万元" in receipt.text
    assert client.get(receipt.url).status_code == 200


def test_the_timeline_has_pages_and_forgives_a_wrong_one(as_user, officer, company, mine):
    for day in range(35):
        make.receipt(mine, date(2023, 4, 1) + timedelta(day), f"{day + 1}0000", evidence=f"{day}")
    client = as_user(officer)
    first = answer(client, company).context["profile"]
    second = answer(client, company, "?page=2").context["profile"]
    assert len(first.events) == 30
    assert first.events[0].when == "2023-05-05"
    assert {e.url for e in first.events}.isdisjoint(
        e.url for e in second.events if e.what == "资金到位"
    )
    assert answer(client, company, "?page=x&tab=%00nothing").status_code == 200


def test_a_tab_leads_to_the_list_that_holds_just_its_rows(as_user, officer, company, mine, park):
    make.receipt(mine, DAY, "30000000")
    other = make.signed_project(
        DAY, park=park, officer=officer, team=officer.team, name="与企业无关的项目"
    )
    make.receipt(other, DAY, "50000000")
    client = as_user(officer)
    for key in ("projects-company", "agreements", "receipts", "contacts", "readings"):
        table = answer(client, company, f"?tab={key}").context["profile"].table
        listed = client.get(table.list_url)
        assert listed.context["page"].paginator.count == table.count, key
        assert "与企业无关的项目" not in listed.content.decode(), key
        assert f"：{company.name}" in unescape(listed.content.decode()), key


def test_a_new_project_is_filled_in_from_the_company(as_user, officer, leader, company, park):
    client = as_user(officer)
    (link,) = answer(client, company).context["begun"]
    assert link.label == "新项目"
    given = {name: value for name, (value,) in parse_qs(urlsplit(link.url).query).items()}
    assert given == {
        "company": str(company.pk), "investor": company.name,
        "industry": str(company.industry_id), "park": str(park.pk),
    }  # fmt: skip
    form = client.get(link.url).context["form"]
    assert form["investor"].value() == company.name
    assert form.initial["company"] == company.pk
    assert (form.initial["industry"], form.initial["park"]) == (company.industry_id, park.pk)
    assert "新项目" not in text_of(as_user(leader), company)


def test_an_empty_tab_says_so_and_offers_the_first_row_to_who_may(
    as_user, statistician, leader, company
):
    page = text_of(as_user(statistician), company, "?tab=recognitions")
    assert "还没有荣誉认定" in page
    assert f"/desk/recognitions/new/?company={company.pk}" in page
    page = text_of(as_user(leader), company, "?tab=recognitions")
    assert "还没有荣誉认定" in page
    assert "/desk/recognitions/new/" not in page
    assert "还没有经过" in text_of(as_user(leader), company)


def test_a_stranger_learns_nothing(
    as_user, sysadmin, officer, other_officer, company, mine, client
):
    """A role without companies is refused, what is not there is not found, and neither says more;
    a row of another team answers like a missing one."""
    refused = answer(as_user(sysadmin), company)
    assert refused.status_code == 403
    assert company.name not in refused.content.decode()
    assert answer(client, company).status_code == 302
    assert answer(as_user(officer), Company(pk=company.pk + 1)).status_code == 404
    contact = make.contact(mine, company=company)
    assert answer(as_user(officer), contact).status_code == 200
    assert answer(as_user(other_officer), contact).status_code == 404
    listed = as_user(other_officer).get(f"/desk/receipts/?project__company={company.pk}")
    assert listed.context["page"].paginator.count == 0


def test_parks_and_industries_show_what_hangs_on_them_in_the_same_way(
    as_user, officer, company, mine, theirs, park
):
    client = as_user(officer)
    assert counts(client, park)["在此经营的企业"] == 1
    assert counts(client, park)["项目"] == 1
    found = counts(client, company.industry)
    assert (found["企业"], found["转入的企业"]) == (1, 0)


@pytest.fixture
def fill(company, park, officer):
    """Makes a number of rows of every kind that hangs on the company, their days interleaved."""
    others = [make.industry(name) for name in ("健康食品", "装备制造")]
    facts = {"unit": "万元", "nature": "cumulative"}
    parks = [make.park(), make.park()]
    output = rows.register(Indicator, {"name": "产值", "code": "output"} | facts, by=make.maker())
    tax = make.indicator("入库税收", "tax", is_confidential=True)
    made = itertools.count()

    def filled(number):
        for at in itertools.islice(made, number):
            day = DAY + timedelta(2 * at)
            make.evaluated(company, 2003 + at, on=day)
            when = When.day(day)
            row = make.signed_project(
                day, park=park, officer=officer, team=officer.team, company=company,
                investor_company=company,
            )  # fmt: skip
            make.receipt(row, day, "30000000")
            make.follow_up(row, held_on=day)
            make.milestone(row, "filing", when, evidence="备案 1 号")
            make.contact(row, company=company)
            make.recognition(f"荣誉{at}", company=company, granted=when)
            make.spell(company, day, left=day + timedelta(1))
            make.industry_change(company, others[at % 2], day)
            make.upgrade(company, when)
            make.relocation(company, day, parks[at % 2])
            make.loan(company, bank=f"第{at}银行", applied=when)
            ended = {"ends_on": day + timedelta(1)}
            make.guidance(company, day, **ended)
            visited = {"company": company, "visited_on": day, "visitors": "县经信局"}
            rows.register(Visit, visited, by=make.maker())
            named = {"company": company, "year": 2024 + at, "revenue": Decimal(10_000_000)}
            rows.register(ScaleCandidate, named | {"filed_on": day}, by=make.maker())
            month = When.month(2020 + at // 12, at % 12 + 1)
            for one in (output, tax):
                readings.record_reading(
                    one, by=make.maker(), month=month, value=Decimal(at + 1), company=company
                )

    return filled


def test_the_page_asks_as_often_for_twenty_rows_as_for_one(
    fill, as_user, teamlead, statistician, company
):
    """Of every tab: the rows are made once for all of them."""
    tabs = ["", *(one.name for one in hanging_on("companies"))]
    asked: dict[str, list[int]] = {tab: [] for tab in tabs}
    for total, more in ((1, 1), (20, 19)):
        fill(more)
        for tab in tabs:
            client = as_user(statistician if tab.startswith("reserved") else teamlead)
            with CaptureQueriesContext(connection) as queries:
                profile = answer(client, company, f"?tab={tab}").context["profile"]
            asked[tab].append(len(queries))
            told = {one.label: one.count for one in profile.tabs if one.count is not None}
            assert all(count >= total for count in told.values()), (tab, told)
            shown = profile.table.lines if tab else profile.events
            assert len(shown) >= min(total, 20), tab
    assert {tab for tab, (one, twenty) in asked.items() if not one == twenty <= 62} == set()
