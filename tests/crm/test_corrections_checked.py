"""A correction passes every check of a first entry, and nobody's text is cut or let through."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.access import Role
from crm.actions import duplicates, merges, rows, withdrawals
from crm.actions.pipeline import (
    agreements,
    confirmations,
    enquiries,
    first_contacts,
    projects,
    receipts,
    transfers,
)
from crm.actions.questions import Anyway
from crm.actions.system import users, views
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    Agreement,
    AgreementKind,
    AuditEntry,
    FirstContactClaim,
    FundingReceipt,
    StageMove,
)
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2023, 9, 1)
TOMORROW = TODAY + timedelta(days=1)
MARCH = date(2023, 3, 1)
LONG = "长" * 2_000


@pytest.fixture(autouse=True)
def september():
    with clock.playing(TODAY):
        yield


@pytest.fixture
def project(park, team):
    return make.project(park=park, team=team)


def refusal(verb, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    return caught.value


WRONG_AGREEMENTS = [
    ({"signed": When.day(TOMORROW)}, "future_date", "signed"),
    ({"amount": Decimal(-1)}, "invalid", "amount"),
    ({"amount": Decimal("0.001")}, "invalid", "amount"),
    ({"amount": Decimal(10) ** 19}, "invalid", "amount"),
    ({"kind": "lottery"}, "invalid", "kind"),
    ({"currency": "XXX", "foreign_amount": Decimal(5)}, "invalid", "currency"),
    ({"currency": "USD"}, "invalid", "foreign_amount"),
    ({"foreign_amount": Decimal(5)}, "invalid", "currency"),
    ({"foreign_amount": Decimal(-5), "currency": "USD"}, "invalid", "foreign_amount"),
    ({"note": LONG}, "invalid", "note"),
]


@pytest.mark.parametrize(("wrong", "code", "field"), WRONG_AGREEMENTS)
def test_an_agreement_is_corrected_to_nothing_that_could_not_be_signed(project, wrong, code, field):
    first = refusal(agreements.sign_agreement, project, by=make.maker(), **{
        "signed": MARCH, "amount": Decimal(1), **wrong
    })  # fmt: skip
    known = make.agreement(project, MARCH)
    values = dict(wrong)
    if "signed" in values:
        values["signed_on"] = values.pop("signed").start
    again = refusal(agreements.correct_agreement, known, values, by=make.maker(), reason="按盖章件")
    for refused in (first, again):
        assert (refused.code, list(refused.fields)) == (code, [field])
    assert list(Agreement.objects.standing()) == [known]


def test_an_agreement_never_ends_before_it_was_signed_nor_tomorrow(project):
    known = make.agreement(project, MARCH)
    by = make.maker()

    def corrected(**values):
        return refusal(agreements.correct_agreement, known, values, by=by, reason="x").code

    assert corrected(ended_on=date(2023, 2, 28)) == "date_order"
    assert corrected(ended_on=TOMORROW) == "future_date"
    assert refusal(
        agreements.end_agreement, known, on=date(2023, 2, 28), by=by, reason="解约"
    ).code == "date_order"  # fmt: skip
    ended = agreements.end_agreement(known, on=date(2023, 5, 1), by=by, reason="解约")
    later = {"signed_on": date(2023, 6, 1)}
    assert (
        refusal(agreements.correct_agreement, ended, later, by=by, reason="x").code == "date_order"
    )


def test_one_investment_agreement_is_in_force_however_it_became_one(project):
    by = make.maker()
    first = make.agreement(project, MARCH)
    frame = make.agreement(project, MARCH, kind=AgreementKind.FRAMEWORK)
    kind = {"kind": AgreementKind.INVESTMENT}
    refused = refusal(agreements.correct_agreement, frame, kind, by=by, reason="选错类型")
    assert (refused.code, list(refused.fields)) == ("already_signed", ["kind"])
    ended = agreements.end_agreement(first, on=date(2023, 5, 1), by=by, reason="解约")
    agreements.correct_agreement(frame, kind, by=by, reason="选错类型")
    # Nor does an ended one come back to life beside it.
    back = refusal(
        agreements.correct_agreement, ended, {"ended_on": None}, by=by, reason="没有解约"
    )
    assert back.code == "already_signed"
    assert Agreement.objects.investments_in_force().count() == 1


def test_an_increase_stays_one_of_an_agreement_of_its_project(project, park):
    by = make.maker()
    supplement = make.agreement(project, MARCH, kind=AgreementKind.SUPPLEMENT)
    kind = {"kind": AgreementKind.INCREASE}
    refused = refusal(agreements.correct_agreement, supplement, kind, by=by, reason="选错类型")
    assert refused.code == "no_agreement"
    first = make.agreement(project, MARCH)
    other = make.agreement(make.project(park=park), MARCH)
    alien = kind | {"increase_of": other}
    refused = refusal(agreements.correct_agreement, supplement, alien, by=by, reason="选错类型")
    assert list(refused.fields) == ["increase_of"]
    more = agreements.correct_agreement(supplement, kind, by=by, reason="选错类型")
    assert more.increase_of == first
    frame = {"kind": AgreementKind.FRAMEWORK}
    refused = refusal(agreements.correct_agreement, first, frame, by=by, reason="选错类型")
    assert refused.code == "rests_on_it"


def test_a_known_date_is_not_forgotten_and_an_unknown_one_need_not_be_invented(park):
    by = make.maker()
    opening = projects.Opening(stage=Stage.SIGNED, agreed_investment=Decimal(5))
    undated = projects.register({"name": "日期待补", "park": park}, by=by, opening=opening)
    known = undated.agreements.get()
    known = agreements.correct_agreement(known, {"amount": Decimal(6)}, by=by, reason="按盖章件")
    assert known.signed is None
    known = agreements.correct_agreement(known, {"signed_on": MARCH}, by=by, reason="补日期")
    forget = {"signed_on": None, "signed_until": None}
    refused = refusal(agreements.correct_agreement, known, forget, by=by, reason="x")
    assert list(refused.fields) == ["signed"]


def test_days_in_the_wrong_order_are_refused(project):
    known = make.agreement(project, MARCH)
    wrong = {"signed_until": date(2023, 2, 1)}
    refused = refusal(agreements.correct_agreement, known, wrong, by=make.maker(), reason="x")
    assert list(refused.fields) == ["signed"]


WRONG_RECEIPTS = [
    ({"received": When.day(TOMORROW)}, "future_date", "received"),
    ({"amount": None}, "invalid", "amount"),
    ({"amount": Decimal(-1)}, "invalid", "amount"),
    ({"currency": "USD"}, "invalid", "foreign_amount"),
    ({"foreign_amount": Decimal(5)}, "invalid", "currency"),
    ({"source": "lottery"}, "invalid", "source"),
    ({"form": "promises"}, "invalid", "form"),
    ({"source_area": "moon"}, "invalid", "source_area"),
    ({"evidence": LONG}, "invalid", "evidence"),
]


@pytest.mark.parametrize(("wrong", "code", "field"), WRONG_RECEIPTS)
def test_a_receipt_is_corrected_to_nothing_that_could_not_be_recorded(project, wrong, code, field):
    first = refusal(receipts.record_receipt, project, by=make.maker(), **{
        "received": MARCH, "amount": Decimal(1), **wrong
    })  # fmt: skip
    known = make.receipt(project, MARCH)
    values = dict(wrong)
    if "received" in values:
        values["received_on"] = values.pop("received").start
    again = refusal(receipts.correct_receipt, known, values, by=make.maker(), reason="核对回单")
    for refused in (first, again):
        assert (refused.code, list(refused.fields)) == (code, [field])
    assert list(FundingReceipt.objects.standing()) == [known]


# What is amended in place


@pytest.mark.parametrize(
    ("made", "values", "field"),
    [
        (
            lambda p: make.milestone(p, "filing", MARCH),
            {"achieved": When.day(TOMORROW)},
            "achieved",
        ),
        (lambda p: make.review(p, MARCH), {"held_on": TOMORROW}, "held_on"),
        (lambda p: make.liaison(p, MARCH), {"ends_on": date(2023, 2, 1)}, "ends_on"),
        (lambda p: make.rate(2023, 3), {"month": When.month(2023, 10)}, "month"),
    ],
    ids=["milestone", "review", "liaison", "rate"],
)
def test_a_fact_is_not_changed_to_a_day_that_has_not_come(project, made, values, field):
    refused = refusal(rows.change, made(project), values, by=make.maker())
    assert list(refused.fields) == [field]


def test_a_rate_of_a_month_that_has_not_come_is_refused():
    with pytest.raises(Refused, match="到月再登记"):
        make.rate(2023, 10)
    assert make.rate(2023, 9).pk


@pytest.mark.parametrize("ruled_on", [TOMORROW, MARCH - timedelta(days=1)])
def test_a_ruling_and_its_correction_lie_between_the_claims_and_today(park, leader, ruled_on):
    with clock.playing(MARCH):
        project = make.project(park=park, team=make.team())
        first = make.claim(project)
        head = make.user(Role.TEAMLEAD, team=make.team())
        second = first_contacts._contest(
            FirstContactClaim(
                project=project, team=head.team, claimed_at=clock.now(), counted_from=MARCH,
                valid_until=MARCH,
            ),
            first, by=head, reason="先谈的",
        )  # fmt: skip
    wrong = {"by": leader, "reason": "先到", "ruled_on": ruled_on}
    assert list(refusal(first_contacts.rule, first, **wrong).fields) == ["ruled_on"]
    first_contacts.rule(first, by=leader, reason="先到", ruled_on=date(2023, 4, 1))
    assert list(refusal(first_contacts.rule, second, **wrong).fields) == ["ruled_on"]


# Lengths, wherever a verb takes text


def last_move(project):
    return StageMove.objects.standing().filter(project=project).latest("place")


TOO_LONG = {
    "advance: reason": ("reason", lambda p, by: projects.advance(
        p, Stage.LEAD, on=TODAY, by=by, reason=LONG)),
    "advance: evidence": ("evidence", lambda p, by: projects.advance(
        p, Stage.LEAD, on=TODAY, by=by, reason="退回", evidence=LONG)),
    "shelve": ("reason", lambda p, by: projects.shelve(p, on=TODAY, by=by, reason=LONG)),
    "withdraw": ("reason", lambda p, by: projects.withdraw(p, on=TODAY, by=by, reason=LONG)),
    "correct a move: reason": ("reason", lambda p, by: projects.correct(
        last_move(p), on=TODAY, by=by, reason=LONG)),
    "correct a move: evidence": ("evidence", lambda p, by: projects.correct(
        last_move(p), on=TODAY, by=by, reason="x", evidence=LONG)),
    "correct an agreement": ("reason", lambda p, by: agreements.correct_agreement(
        make.agreement(p, TODAY), {"amount": Decimal(2)}, by=by, reason=LONG)),
    "end an agreement": ("reason", lambda p, by: agreements.end_agreement(
        make.agreement(p, TODAY), on=TODAY, by=by, reason=LONG)),
    "correct a receipt": ("reason", lambda p, by: receipts.correct_receipt(
        make.receipt(p, TODAY), {"amount": Decimal(2)}, by=by, reason=LONG)),
    "allow a receipt: reason": ("allowance_reason", lambda p, by: receipts.allow_receipt(
        make.receipt(p, TODAY), Decimal(2), by=by, reason=LONG, document="x")),
    "allow a receipt: document": ("allowance_document", lambda p, by: receipts.allow_receipt(
        make.receipt(p, TODAY), Decimal(2), by=by, reason="x", document=LONG)),
    "void": ("reason", lambda p, by: withdrawals.void(
        make.receipt(p, TODAY), by=by, reason=LONG)),
    "follow up": ("next_step", lambda p, by: make.follow_up(p, next_on=TODAY, next_step=LONG)),
    "confirm": ("note", lambda p, by: confirmations.confirm(
        [make.receipt(p, TODAY)], by=second(), note=LONG)),
    "send back": ("note", lambda p, by: confirmations.send_back(
        [make.receipt(p, TODAY)], by=second(), reason=LONG)),
    "claim": ("reason", lambda p, by: first_contacts.claim(
        make.project(team=make.team()), by=by, reason=LONG)),
    "give up": ("reason", lambda p, by: first_contacts.give_up(
        p.claims.get(), by=by, reason=LONG)),
    "offer": ("reason", lambda p, by: transfers.propose_transfer(
        p, by=by, reason=LONG, share=Decimal("0.5"), to_team=make.team())),
    "decline": ("note", lambda p, by: transfers.decline_transfer(
        make.transfer(p, to_team=make.team()), by=second(), note=LONG)),
    "merge": ("reason", lambda p, by: merges.merge(
        make.project(p.name), p, by=by, reason=LONG)),
    "not the same": ("reason", lambda p, by: duplicates.not_same(
        make.project(p.name), p, by=by, reason=LONG)),
    "register anyway": ("reason", lambda p, by: projects.register(
        {"name": p.name, "team": p.team}, by=by, anyway=Anyway(shown=None, reason=LONG))),
    "decline an enquiry": ("decision_note", lambda p, by: enquiries.decline_enquiry(
        make.enquiry(make.park(team=p.team)), by=make.user(Role.TEAMLEAD, team=p.team),
        note=LONG)),
    "open an account": ("username", lambda p, by: users.add_user(
        "x" * 2_000, role=Role.OFFICER, by=None)),
    "name a view": ("name", lambda p, by: views.save_view("projects", LONG, "", by=by)),
}  # fmt: skip


def second():
    """Another one who may decide."""
    return make.user(Role.STATISTICIAN)


@pytest.mark.parametrize("name", TOO_LONG)
def test_text_longer_than_its_column_is_refused_at_its_field(name, officer, park):
    field, act = TOO_LONG[name]
    project = make.negotiating_project(officer, park=park)
    before = AuditEntry.objects.count()
    refused = refusal(act, project, make.maker())
    assert (refused.code, list(refused.fields)) == ("invalid", [field])
    assert not AuditEntry.objects.filter(pk__gt=before, reason__startswith=LONG[:100]).exists()
