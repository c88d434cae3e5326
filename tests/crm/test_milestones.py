"""Milestones, reviews and recognitions: dated facts, each once, none ahead of its time."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions import imports, rows
from crm.dates import When
from crm.errors import Refused
from crm.models import Milestone, Recognition, RecognitionState, Review
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(park, team):
    return make.signed_project(date(2023, 3, 1), park=park, team=team, name="佳禧面料项目")


def test_a_milestone_keeps_how_exactly_its_date_is_known(project):
    for kind, when in (("filing", When.day(date(2023, 2, 1))), ("land", When.month(2023, 3)),
                       ("permit", When.year(2022))):  # fmt: skip
        make.milestone(project, kind, when)
        assert Milestone.objects.get(kind=kind).achieved == when


def test_a_kind_happens_once_a_project_and_once_elsewhere(project, park):
    make.milestone(project, "filing", date(2023, 2, 1))
    with pytest.raises(Refused, match="已登记过"):
        make.milestone(project, "filing", date(2023, 4, 1))
    assert make.milestone(make.project(park=park), "filing", date(2023, 4, 1)).pk


def test_statistics_take_an_amount_once_a_year(project):
    make.milestone(project, "statistics", When.month(2022, 11), amount=Decimal("80000000.01"))
    make.milestone(project, "statistics", When.year(2023), amount=Decimal(1))
    assert list(Milestone.objects.values_list("year", "amount")) == [
        (2022, Decimal("80000000.01")), (2023, Decimal(1)),
    ]  # fmt: skip
    with pytest.raises(Refused, match="已登记过"):
        make.milestone(project, "statistics", date(2023, 5, 1))


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("land", {"amount": Decimal(5)}, "amount"),
        ("statistics", {"amount": Decimal(-5)}, "amount"),
        ("party", {}, "kind"),
    ],
)
def test_what_is_no_milestone_is_refused_at_its_field(project, kind, values, field):
    with pytest.raises(Refused) as caught:
        make.milestone(project, kind, date(2023, 3, 1), **values)
    assert field in caught.value.fields
    assert not Milestone.objects.exists()


def test_a_changed_kind_takes_its_year_along(project, statistician):
    made = make.milestone(project, "statistics", date(2023, 3, 1))
    rows.change(made, {"kind": "permit"}, by=statistician)
    assert Milestone.objects.get().year == 0
    assert make.milestone(project, "statistics", date(2023, 3, 1)).year == 2023


def test_tomorrows_milestone_review_and_recognition_are_refused(project):
    tomorrow = clock.today() + timedelta(days=1)
    for verb, field in (
        (lambda on: make.milestone(project, "land", on), "achieved"),
        (lambda on: make.review(project, on), "held_on"),
        (lambda on: make.recognition(granted=When.day(on)), "granted"),
    ):
        with pytest.raises(Refused) as caught:
            verb(tomorrow)
        assert field in caught.value.fields
        assert verb(clock.today()).pk


def test_a_conditional_review_names_its_conditions(project):
    with pytest.raises(Refused) as caught:
        make.review(project, date(2023, 2, 1), verdict="conditional", conditions=" ")
    assert "conditions" in caught.value.fields
    assert make.review(
        project, date(2023, 2, 1), verdict="conditional", conditions="补交能评批复"
    ).pk
    with pytest.raises(Refused, match="已登记"):
        make.review(project, date(2023, 2, 1))


def test_an_officer_adds_to_his_project_and_nobody_to_anothers(project, officer, other_officer):
    facts = {"project": project, "kind": "land", "achieved": When.day(date(2023, 3, 1))}
    with pytest.raises(Refused) as caught:
        rows.register(Milestone, facts, by=other_officer)
    assert caught.value.code == "not_allowed"
    made = rows.register(Milestone, facts, by=officer)
    assert not Milestone.objects.visible_to(other_officer).exists()
    assert list(Milestone.objects.visible_to(officer)) == [made]


def test_a_recognition_belongs_to_exactly_its_subject(park):
    company = make.company()
    for wrong, field in (
        ({"subject": "park"}, "park"),
        ({"subject": "company", "park": park, "company": company}, "park"),
        ({"subject": "county", "company": company}, "company"),
    ):
        with pytest.raises(Refused) as caught:
            make.recognition(**wrong)
        assert field in caught.value.fields
    assert make.recognition(park=park).park == park
    assert make.recognition().subject == "county"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"state": "applied"}, "granted"),
        ({"state": "revoked"}, "revoked_on"),
        ({"revoked_on": date(2023, 8, 1)}, "revoked_on"),
        ({"state": "revoked", "revoked_on": date(2023, 4, 30)}, "revoked_on"),
    ],
)
def test_the_dates_of_a_recognition_fit_its_state(values, field):
    with pytest.raises(Refused) as caught:
        make.recognition(**values)
    assert field in caught.value.fields


def test_a_recognition_is_in_force_from_its_grant_to_its_revocation():
    make.recognition(state="applied", granted=None)
    undated = make.recognition(granted=None)
    made = make.recognition(
        granted=When.month(2023, 5), state=RecognitionState.REVOKED, revoked_on=date(2023, 8, 1)
    )
    in_force_on = Recognition.objects.in_force_on
    assert list(in_force_on(date(2023, 5, 31))) == [made]
    assert list(in_force_on(date(2023, 7, 31))) == [made]
    for day in (date(2023, 5, 30), date(2023, 8, 1)):
        assert not in_force_on(day).exists()
    assert undated not in in_force_on(date(2023, 9, 1))


def test_undoing_an_import_takes_back_what_it_brought_and_what_it_changed(project, statistician):
    kept = make.milestone(project, "filing", date(2023, 2, 1), evidence="备案 1 号")
    company = make.company("绿溪纺织有限公司")
    done = []
    for key, text in (
        ("milestones", "项目,里程碑,完成日期,凭证\n佳禧面料项目,立项备案,2023-02,备案 2 号\n"
                       "佳禧面料项目,供地,2023-03-09,出让 7 号\n"),
        ("reviews", "项目,评审机构,评审日期,结论\n佳禧面料项目,县评审会,2023-02-10,通过\n"),
        ("recognitions", "名称,对象,企业,类型,级别\n先进企业,企业,绿溪纺织有限公司,授牌,省级\n"),
    ):  # fmt: skip
        plan = import_file(text.encode(), "a.csv", ledgers.get(key), by=statistician)
        assert plan.refused == []
        done.append(plan.batch)
    assert Milestone.objects.get(kind="filing").achieved == When.month(2023, 2)
    for batch in done:
        imports.revert_import(batch, by=statistician)
    assert not Review.objects.exists()
    assert not Recognition.objects.exists()
    back = Milestone.objects.get()
    assert (back.pk, back.achieved, back.evidence) == (kept.pk, kept.achieved, "备案 1 号")
    assert company in type(company).objects.all()


def test_a_company_with_a_recognition_is_not_taken_away_with_its_import(statistician):
    batch = imports.open_batch("companies", by=statistician, file_name="企业.xlsx")
    with imports.under(batch):
        company = rows.register(type(make.company()), {"name": "受表彰有限公司"}, by=statistician)
    make.recognition(company=company)
    with pytest.raises(Refused, match="受表彰有限公司"):
        imports.revert_import(batch, by=statistician)
