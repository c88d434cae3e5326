"""查重: of rows out of sight one unit, since when and its phone are told; nothing else, on record,
and so many times an hour."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from crm import clock, ledgers
from crm.actions import hints
from crm.actions._told import counted
from crm.actions.hints import Claim, Hint, claim_hint
from crm.actions.pipeline import enquiries, projects, prospects
from crm.actions.questions import Anyway
from crm.errors import Refused
from crm.models import AuditEntry, Project
from crm.models.system.limits import Bucket
from crm.spreadsheets.commit import import_file
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")


@pytest.fixture
def hidden(other_team, monkeypatch):
    """Another team's project at a company, with a contact."""
    set_clock(monkeypatch, 2023, 5, 4)
    company = make.company("佳禧印染有限公司", credit_code=make.credit_code())
    project = make.project(
        "佳禧面料（二期）项目",
        team=other_team,
        stage=Stage.SIGNED,
        status=Status.STALLED,
        company=company,
        investor="江苏佳禧集团",
        planned_investment=Decimal("987654321"),
        summary="机密的简介",
    )
    make.contact(project, phone="13700001234", name="李四")
    return project


def set_clock(monkeypatch, *day):
    noon = timezone.make_aware(datetime(*day, 12))
    monkeypatch.setattr(clock, "now", lambda: noon)
    monkeypatch.setattr(clock, "today", lambda: noon.date())


ASKED = [
    {"name": "佳禧面料(二期) 项目"},
    {"name": "佳禧印染"},
    {"investor": "佳禧印染有限责任公司"},
    {"investor": "江苏佳禧集团"},
    {"phone": "+86 137-0000-1234"},
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: next(iter(asked.values())))
def test_of_a_hidden_row_unit_day_and_office_phone_are_told_and_nothing_else(
    asked, hidden, officer, other_team
):
    hint = claim_hint(by=officer, **asked)
    assert not [row for row in hint.seen if isinstance(row, Project)]
    told = asdict(hint.claim)
    since = told.pop("since")
    assert told == {"unit": other_team.name, "phone": other_team.phone}
    if "phone" not in asked:  # a contact's day is that of its own row
        assert since == date(2023, 5, 4)


def test_the_credit_code_finds_the_company_and_the_hidden_project_of_it(hidden, officer):
    hint = claim_hint(by=officer, credit_code=hidden.company.credit_code.lower())
    assert hint.seen == [hidden.company]
    assert hint.claim


def test_the_own_row_is_shown_instead_of_told(hidden, other_officer):
    hint = claim_hint(by=other_officer, name="佳禧面料（二期）项目", phone="13700001234")
    assert hint.seen == [hidden, hidden.contacts.get()]
    assert hint.claim is None


@pytest.mark.parametrize(
    "asked",
    [{"name": "没有的项目"}, {"name": "佳"}, {"phone": "13799999999"}, {"phone": "12"}, {}],
    ids=str,
)
def test_what_nobody_has_is_not_claimed(asked, hidden, officer):
    assert claim_hint(by=officer, **asked) == Hint()


def test_a_project_nobody_has_taken_is_told_without_a_team(officer):
    make.project("无主项目")
    claim = claim_hint(by=officer, name="无主项目").claim
    assert (claim.unit, claim.phone) == ("县招商主管部门（尚未分到科室）", "")


def test_the_earliest_of_several_is_told(hidden, officer, team, park, monkeypatch):
    set_clock(monkeypatch, 2023, 6, 1)
    make.project(hidden.name, team=make.team("招商九科"))
    assert claim_hint(by=officer, name=hidden.name).claim.unit == hidden.team.name


@pytest.mark.parametrize("role", ["leader", "liaison", "editor", "sysadmin", "auditor"])
def test_who_registers_nothing_may_not_ask(role, hidden, team):
    with pytest.raises(Refused) as refused:
        claim_hint(by=make.user(role, team=team), name=hidden.name)
    assert refused.value.code == "not_allowed"
    assert not Bucket.objects.exists()


def test_what_was_told_is_on_record_without_the_phone(hidden, officer):
    claim_hint(by=officer, name=f"{hidden.name}", phone="13700001234")
    claim_hint(by=officer, name="没有的项目")
    entry = AuditEntry.objects.get(verb="claim_hint")
    assert (entry.actor, entry.object_id, entry.object_text) == (officer, None, "")
    assert entry.changes == {"asked": [None, {"for": [hidden.name, "•••"]}]}


def test_beyond_the_limit_hidden_and_absent_are_refused_alike(hidden, officer, monkeypatch):
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 2)
    assert claim_hint(by=officer, name=hidden.name).claim
    assert not claim_hint(by=officer, name="没有的项目").exists
    said = []
    for name in (hidden.name, "没有的项目"):
        with pytest.raises(Refused) as refused:
            claim_hint(by=officer, name=name)
        said.append((refused.value.code, refused.value.reason, refused.value.fields))
    assert said[0] == said[1]
    assert said[0][0] == "too_many"
    assert AuditEntry.objects.filter(verb="claim_hint").count() == 1


def test_one_users_limit_is_not_anothers(hidden, officer, teamlead, monkeypatch):
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 1)
    assert claim_hint(by=officer, name=hidden.name).claim
    assert claim_hint(by=teamlead, name=hidden.name).claim


# Imports


def table(*names):
    return ("项目名称,地点\n" + "\n".join(f"{name},别处" for name in names)).encode()


def taken(data, by, **more):
    return import_file(data, "项目.csv", PROJECTS, by=by, **more)


def test_a_row_somebody_else_has_is_refused_with_the_hint_and_not_registered(hidden, teamlead):
    plan = taken(table("佳禧面料(二期)项目", "新项目"), teamlead)
    assert plan.counts == {"new": 1, "changed": 0, "same": 0, "duplicate": 0, "refused": 1}
    (refusal,) = plan.refused
    assert (refusal.row, refusal.column) == (2, "项目名称")
    assert refusal.reason == (
        f"{hidden.team.name}已于 2023-05-04 登记，办公电话 {hidden.team.phone}，没有重复登记。"
        "请先联系；确是另一个项目的，请在页面上登记。"
    )
    assert Project.objects.filter(name_key=hidden.name_key).count() == 1


def test_the_statistician_sees_the_row_and_changes_it(hidden, statistician):
    plan = taken("项目名称,用地需求（亩）\n佳禧面料（二期）项目,50\n".encode(), statistician)
    assert plan.counts["changed"] == 1
    assert not AuditEntry.objects.filter(verb="claim_hint").exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_hints_of_an_import_are_counted_and_on_record_even_of_a_dry_run(dry_run, hidden, teamlead):
    taken(table(hidden.name), teamlead, dry_run=dry_run)
    entry = AuditEntry.objects.get(verb="claim_hint")
    assert entry.changes == {"asked": [None, {"file": "项目.csv", "rows": 1}]}
    assert Bucket.objects.get(key=f"claim-told:{teamlead.pk}").count == 1


def test_an_import_of_what_nobody_has_takes_nothing_of_the_limit(hidden, teamlead):
    taken(table("甲项目", "乙项目"), teamlead)
    assert not Bucket.objects.exists()


def test_beyond_the_limit_an_import_refuses_hidden_and_absent_rows_alike(
    hidden, teamlead, team, monkeypatch
):
    monkeypatch.setattr(hints, "TOLD_AN_HOUR", 1)
    make.project("自己的项目", team=team, location="别处")
    taken(table(hidden.name), teamlead, dry_run=True)
    plan = taken(table(hidden.name, "没有的项目", "自己的项目"), teamlead)
    assert plan.counts == {"new": 0, "changed": 0, "same": 1, "duplicate": 0, "refused": 2}
    assert {refusal.reason for refusal in plan.refused} == {
        "查重次数已到本小时上限，没有核对是否重复，请稍后再试。"
    }


def test_a_claim_has_three_parts():
    assert set(Claim.__dataclass_fields__) == {"unit", "since", "phone"}


# Registering, which asks inside its transaction


REGISTERING = {
    "project": lambda by, name: projects.register({"name": name}, by=by),
    "from a target company": lambda by, name: prospects.convert(
        prospects.register({"name": f"{name}公司", "officer": by}, by=by), {"name": name}, by=by
    ),
    "from an enquiry": lambda by, name: enquiries.accept_enquiry(
        make.enquiry(make.park(team=by.team)), by=by, name=name
    ),
}


@pytest.mark.parametrize("way", REGISTERING)
def test_what_a_refusal_told_is_counted_and_on_record_though_it_is_taken_back(way, hidden, officer):
    with pytest.raises(Refused) as refused:
        REGISTERING[way](officer, hidden.name)
    assert refused.value.details[0].claim.unit == hidden.team.name
    assert not Project.objects.filter(team=officer.team).exists()
    assert Bucket.objects.get(key=f"claim-asked:{officer.pk}").count == 1
    assert AuditEntry.objects.filter(verb="claim_hint", actor=officer).count() == 1


@pytest.mark.parametrize("way", REGISTERING)
def test_beyond_the_limit_a_registration_learns_nothing(way, hidden, officer, monkeypatch):
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 0)
    said = []
    for name in (hidden.name, "没有的项目"):
        with pytest.raises(Refused) as refused:
            REGISTERING[way](officer, name)
        likeness = refused.value.details[0]
        said.append((refused.value.code, refused.value.reason, likeness.seen, likeness.claim))
    assert said[0] == said[1]
    assert said[0][0] == "too_many"


def test_what_was_registered_unchecked_was_so_knowingly(officer, monkeypatch):
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 0)
    with pytest.raises(Refused) as refused:
        projects.register({"name": "甲项目"}, by=officer)
    shown = refused.value.details[0].token
    with pytest.raises(Refused):
        projects.register({"name": "乙项目"}, by=officer, anyway=Anyway(shown=shown))
    projects.register({"name": "甲项目"}, by=officer, anyway=Anyway(shown=shown))
    assert AuditEntry.objects.filter(verb="register_anyway").count() == 1


def test_several_questions_of_one_verb_are_measured_together(hidden, officer, monkeypatch):
    """What is counted at the end counts for the next question already."""
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 1)

    @counted()
    @transaction.atomic
    def ask_twice():
        claim_hint(by=officer, name=hidden.name)
        claim_hint(by=officer, name="没有的项目")

    with pytest.raises(Refused, match="上限"):
        ask_twice()
    assert Bucket.objects.get(key=f"claim-asked:{officer.pk}").count == 2
