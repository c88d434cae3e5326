"""What the demo county holds: the county report's totals, and every case the desk must show."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import F, Sum

from crm import clock, demo, integrity
from crm.actions.pipeline import agreements, gates, projects
from crm.errors import Refused
from crm.models import (
    Activity,
    Agreement,
    AgreementKind,
    Assignment,
    AssignmentKind,
    AuditEntry,
    Company,
    Contact,
    Enquiry,
    EnquiryState,
    FollowUp,
    KeyListing,
    Milestone,
    MilestoneKind,
    Origin,
    Park,
    ParkKind,
    Project,
    Recognition,
    RecognitionState,
    Review,
    Stage,
    StageMove,
    Status,
    User,
    Verdict,
    Zone,
    funds_of,
)
from crm.models.companies.evaluations import Evaluation, EvaluationAppeal
from crm.models.companies.spells import AboveScaleSpell
from search import engine

pytestmark = pytest.mark.django_db

START, END = date(2023, 1, 1), date(2023, 8, 31)
YI = Decimal(100_000_000)


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_its_ledger_keeps_its_word(demo_county):
    assert integrity.verify() == []


def test_its_companies_were_evaluated_by_what_they_make_of_their_land(demo_county):
    above = Evaluation.objects.standing().filter(scheme__population="above")
    grades = Counter(above.values_list("grade", flat=True))
    assert grades == {"A": 11, "B": 35, "C": 6, "D": 4, "": 2}  # one exempt by rule, one by ground
    (lowered,) = above.exclude(merit=F("grade"))
    assert (lowered.company.name, lowered.merit) == ("绿溪佳联印染有限公司", "C")
    (case,) = EvaluationAppeal.objects.all()
    assert case.result.score > case.result.replaces.score
    assert case.result in above
    listed = AboveScaleSpell.objects.standing().in_force_on(date(2022, 12, 31))
    assert [one.company.name for one in listed.exclude(company__in=above.values("company"))] == [
        "绿溪透彩薄膜有限公司"  # its energy is unknown
    ]


def standing_at_the_end(stage: Stage) -> list[StageMove]:
    return list(StageMove.objects.standing().last_by(END).filter(to_stage=stage))


def test_27_projects_were_signed_for_284_5_yi(demo_county):
    signed = Agreement.objects.signings().signed_in(START, END)
    assert signed.count() == signed.values("project").distinct().count() == 27
    assert signed.aggregate(total=Sum("amount"))["total"] == Decimal("284.5") * YI


def test_until_september_nothing_more_is_signed_than_until_august(demo_county):
    to_september = Agreement.objects.signings().signed_in(START, date(2023, 9, 30))
    assert to_september.count() == 27
    assert not StageMove.objects.filter(occurred_until__gt=END).exists()
    assert not Agreement.objects.filter(signed_until__gt=END).exists()
    assert not StageMove.objects.filter(recorded_at__gt=clock.end_of(END)).exists()


def test_neither_a_framework_agreement_nor_more_money_nor_last_year_is_a_signing(demo_county):
    kinds = Counter(
        Agreement.objects.standing()
        .filter(signed_on__gte=START, signed_until__lte=END)
        .values_list("kind", flat=True)
    )
    assert kinds == {
        AgreementKind.INVESTMENT: 27,
        AgreementKind.FRAMEWORK: 2,
        AgreementKind.INCREASE: 1,
        AgreementKind.SUPPLEMENT: 1,
    }
    last_year = Agreement.objects.signings().signed_in(date(2022, 1, 1), date(2022, 12, 31))
    assert last_year.count() >= 10


def test_23_projects_negotiate_about_90_yi(demo_county):
    moves = [m for m in standing_at_the_end(Stage.NEGOTIATION) if m.to_status == Status.ACTIVE]
    planned = [move.project.planned_investment for move in moves]
    assert len(planned) == 23
    assert sum(planned) == Decimal("90.6") * YI


def test_10_plants_went_into_operation_and_one_that_only_came_back_is_not_among_them(demo_county):
    into = StageMove.objects.standing().into(Stage.OPERATION).occurred_in(START, END)
    again = [
        move.project.name
        for move in into
        if StageMove.objects.standing()
        .into(Stage.OPERATION)
        .filter(project=move.project, pk__lt=move.pk)
        .exists()
    ]
    assert into.count() - len(again) == 10
    assert again == ["固锐实业五金制品项目"]


def test_three_plants_test_and_three_install(demo_county):
    for stage in (Stage.TRIAL, Stage.COMMISSIONING):
        moves = [m for m in standing_at_the_end(stage) if m.to_status != Status.EXITED]
        assert len(moves) == 3


def test_30_projects_have_a_resident_liaison_and_an_ended_one_does_not_count(demo_county):
    liaisons = Assignment.objects.filter(kind=AssignmentKind.LIAISON)
    assert liaisons.in_force_on(END).values("project").distinct().count() == 30
    assert liaisons.values("project").distinct().count() == 31
    mine = liaisons.in_force_on(END).filter(user__username="liaison")
    assert 5 <= mine.count() <= 15


def test_53_activities_were_held_in_every_month(demo_county):
    held = Activity.objects.filter(held_on__range=(START, END))
    assert held.count() == 53
    assert set(held.values_list("held_on__month", flat=True)) == set(range(1, 9))
    assert Activity.objects.count() > 53


def test_all_stages_and_statuses_are_there(demo_county):
    assert Project.objects.count() >= 60
    assert set(Project.objects.values_list("stage", flat=True)) == set(Stage)
    assert set(Project.objects.values_list("status", flat=True)) == set(Status)


def test_the_park_has_three_zones_of_10_66_square_kilometres_and_two_special_parks(demo_county):
    park = Park.objects.get(slug="lvxi-industrial-park")
    assert list(Zone.objects.values_list("park", flat=True)) == [park.pk] * 3
    assert park.area_sq_km == Decimal("10.66")
    special = Park.objects.filter(kind=ParkKind.SPECIAL)
    assert set(special.values_list("slug", flat=True)) == {"lvxi-textile", "lvxi-food"}


def test_names_that_differ_in_one_character_are_two_companies(demo_county):
    found = Company.objects.filter(short_name__in=["中研模具", "中研磨具"])
    assert found.count() == 2


def test_history_was_recorded_on_its_day_and_some_of_it_late(demo_county):
    played = StageMove.objects.filter(origin=Origin.USER, replaces=None)
    late = [m for m in played if clock.end_of(m.occurred_until) < m.recorded_at]
    assert played.count() > 100
    assert 1 <= len(late) <= 5
    signings = Agreement.objects.signings
    assert signings(date(2023, 6, 30)).signed_in(START, date(2023, 6, 30)).count() == 19
    assert signings().signed_in(START, date(2023, 6, 30)).count() == 20


def test_corrections_stand_beside_what_they_correct(demo_county):
    move = StageMove.objects.get(replaces__isnull=False)
    assert move.replaces.occurred_on < move.occurred_on
    amounts = Agreement.objects.filter(replaces__isnull=False, ended_on=None)
    assert [(a.replaces.amount / YI, a.amount / YI) for a in amounts] == [
        (Decimal("5.6"), Decimal("6.5"))
    ]


def test_follow_ups_are_overdue_due_today_and_not_planned(demo_county):
    active = Project.objects.active().exclude(stage=Stage.OPERATION)
    assert clock.today() == date(2023, 9, 1)
    for rows in (
        active.overdue(clock.today()),
        active.filter(next_on=clock.today()),
        active.filter(next_on=None),
    ):
        assert 3 <= rows.count() <= 12
        assert rows.filter(officer__username="officer").exists()
    assert FollowUp.objects.count() > 200


def test_some_amounts_are_unknown_or_foreign(demo_county):
    leads = Project.objects.filter(planned_investment=None)
    assert set(leads.values_list("stage", flat=True)) == {Stage.LEAD}
    foreign = leads.exclude(currency="CNY").values_list("currency", "foreign_amount")
    assert list(foreign) == [("USD", Decimal(12_000_000))]
    assert leads.filter(currency="CNY").exists()


def test_a_project_of_the_officer_lacks_nothing_but_its_agreement(demo_county):
    project = Project.objects.get(name="校服学生装智能工厂项目")
    officer = User.objects.get(username="officer")
    assert (project.stage, project.officer) == (Stage.NEGOTIATION, officer)
    assert [lack.code for lack in gates.missing(project, Stage.SIGNED)] == ["agreement:investment"]
    with pytest.raises(Refused) as refused:
        projects.advance(project, Stage.SIGNED, on=clock.today(), by=officer)
    assert refused.value.code == "gate_unmet"


def test_with_its_agreement_it_is_the_28th_signing_until_september_and_august_keeps_27(demo_county):
    project = Project.objects.get(name="校服学生装智能工厂项目")
    officer, today = User.objects.get(username="officer"), clock.today()
    amount = project.planned_investment
    agreements.sign_agreement(project, by=officer, signed=today, amount=amount)
    projects.advance(project, Stage.SIGNED, on=today, by=officer)
    signings = Agreement.objects.signings()
    assert signings.signed_in(START, date(2023, 9, 30)).count() == 28
    assert signings.signed_in(START, END).count() == 27


def test_enquiries_wait_for_different_teams(demo_county):
    waiting = Enquiry.objects.filter(state=EnquiryState.NEW)
    assert waiting.count() >= 5
    assert waiting.values("park").distinct().count() >= 3
    officer = User.objects.get(username="officer")
    assert 1 <= waiting.visible_to(officer).count() < waiting.count()
    accepted = Enquiry.objects.get(state=EnquiryState.ACCEPTED)
    assert accepted.project.officer == officer


def test_persons_are_invented_and_say_so(demo_county):
    people = [*Contact.objects.all(), *Enquiry.objects.all()]
    assert len(people) > 20
    assert {person.phone[:7] for person in people} == {"1380000"}
    assert all(person.name.startswith(("演示", "Demo")) for person in people)


def test_the_ten_accounts_have_their_roles_teams_and_parks(demo_county):
    users = {user.username: user for user in User.objects.filter(is_demo=True, is_active=True)}
    assert tuple(sorted(users)) == tuple(sorted(demo.USERNAMES))
    assert all(users[account.username].role == account.role for account in demo.ACCOUNTS)
    assert users["officer"].team == users["teamlead"].team is not None
    assert set(users["park"].parks.all()) == set(Park.objects.all())
    # One hash, made once: it takes half a second on purpose.
    assert len({user.password for user in users.values()}) == 1
    assert users["officer"].check_password(demo.PASSWORD)


def test_every_row_can_be_found(demo_county):
    assert engine.verify() == []


def test_the_public_parks_have_their_pages(demo_county, client):
    from cms.models import ParkPage

    assert ParkPage.objects.live().filter(park_slug="lvxi-industrial-park").count() == 2


def test_a_second_load_changes_nothing(demo_county):
    entries = AuditEntry.objects.count()
    assert "已在台账中" in load()
    assert AuditEntry.objects.count() == entries
    assert Project.objects.filter(name="飞尚新型电池产业园").count() == 1


def test_demo_accounts_sign_in_on_development_machines_only(demo_county, rf, settings):
    who = {"username": "officer", "password": demo.PASSWORD}
    assert authenticate(rf.post("/login/"), **who) == User.objects.get(username="officer")
    settings.DEMO_ALLOWED = False
    assert authenticate(rf.post("/login/"), **who) is None


def test_every_project_signed_in_the_year_had_been_reviewed_before(demo_county):
    passed = (Verdict.PASSED, Verdict.CONDITIONAL)
    for agreement in Agreement.objects.signings().signed_in(START, END):
        reviews = Review.objects.filter(project=agreement.project, verdict__in=passed)
        assert reviews.filter(held_on__lt=agreement.signed_on).exists(), agreement.project


def test_what_was_reviewed_permitted_and_paid_agrees_with_the_moves(demo_county):
    built = StageMove.objects.standing().into(Stage.CONSTRUCTION).exclude(occurred_on=None)
    permits = Milestone.objects.filter(kind=MilestoneKind.PERMIT)
    for move in built:
        for permit in permits.filter(project=move.project):
            assert permit.achieved_on <= move.occurred_on, move.project
    assert permits.count() >= 20
    assert Milestone.objects.filter(kind=MilestoneKind.STATISTICS).exclude(amount=None).exists()
    for project in Project.objects.filter(receipts__isnull=False).distinct():
        percent = funds_of(project).percent
        assert percent is not None, project
        assert 0 < percent <= 100, project


def test_titles_are_those_of_the_report_and_one_is_only_applied_for(demo_county):
    little_giants = Recognition.objects.filter(title_kind="little_giant").in_force_on(END)
    assert little_giants.filter(granted_on__gte=START, grant="first").count() == 3
    # One company held it before, and its 复核 of the year is not new.
    assert little_giants.count() == 5
    assert Recognition.objects.get(state=RecognitionState.PASSED).granted is None


def test_leads_name_the_activity_they_came_of_and_key_projects_their_list(demo_county):
    leads = Project.objects.exclude(activity=None)
    assert leads.count() >= 5
    for project in leads:
        registered = project.moves.order_by("pk").first()
        assert project.activity.held_on <= registered.occurred_on, project
    assert KeyListing.objects.of_year(2023).filter(level="province").count() == 2
    assert {zone.coordinate_system for zone in Zone.objects.all()} == {"gcj02"}
