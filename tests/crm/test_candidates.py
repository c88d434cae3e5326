"""小升规培育库: how far a candidate is from the threshold, and how its filing goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.access import Role
from crm.actions.companies import candidates
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry
from crm.models.companies.candidates import CandidateState, ScaleCandidate
from crm.models.companies.spells import AboveScaleSpell
from tests import make

pytestmark = pytest.mark.django_db
LEDGER = ledgers.get("scale-candidates")
TODAY = date(2023, 9, 1)


@pytest.fixture(autouse=True)
def september(db):
    with clock.playing(TODAY):
        yield


def candidate(revenue: str | None = "18000000", year: int = 2023, company=None) -> ScaleCandidate:
    facts = {"company": company or make.company(), "year": year}
    money = None if revenue is None else Decimal(revenue)
    return LEDGER.register(facts | {"revenue": money}, by=make.maker())


@pytest.mark.parametrize(
    ("revenue", "year", "distance"),
    [
        ("18000000", 2023, "2000000"),
        ("19999999.99", 2023, "0.01"),
        ("20000000", 2023, "0"),
        ("30000000", 2023, "0"),
        (None, 2023, None),
        ("18000000", 2010, None),
    ],
)
def test_the_distance_is_what_lacks_to_the_threshold_of_the_year(revenue, year, distance):
    made = candidate(revenue, year)
    assert made.distance == (None if distance is None else Decimal(distance))


def test_a_new_threshold_moves_the_distance_of_later_years_alone():
    this, next_year = candidate(year=2023), candidate(year=2024)
    thresholds = ledgers.get("scale-thresholds")
    thresholds.register({"since_year": 2024, "amount": Decimal(50_000_000)}, by=make.maker())
    assert (this.distance, next_year.distance) == (Decimal(2_000_000), Decimal(32_000_000))


def test_a_list_of_candidates_asks_for_the_thresholds_once_however_many_years(
    client, statistician, django_assert_max_num_queries
):
    client.force_login(statistician, backend="crm.signin.Backend")

    def asked() -> int:
        with django_assert_max_num_queries(40) as queries:
            assert client.get("/desk/scale-candidates/").status_code == 200
        return len(queries)

    candidate()
    few = asked()
    for year in range(2018, 2024):
        candidate(year=year)
    assert asked() == few


def test_a_company_is_in_a_years_pool_once():
    made = candidate()
    with pytest.raises(Refused, match="培育库"):
        LEDGER.import_new({"company": made.company, "year": 2023}, by=make.maker())
    assert candidate(company=made.company, year=2024).pk


def test_a_filing_is_returned_mended_and_approved(statistician):
    made = candidate()
    candidates.file_candidate(made, by=statistician, on=date(2023, 6, 1))
    candidates.return_candidate(made, by=statistician, on=date(2023, 6, 9), reason="缺审计报告")
    assert (made.state, made.return_reason) == (CandidateState.RETURNED, "缺审计报告")
    candidates.file_candidate(made, by=statistician, on=date(2023, 6, 20))
    assert (made.filed_on, made.decided_on, made.return_reason) == (date(2023, 6, 20), None, "")
    candidates.approve_candidate(
        made, by=statistician, entered=When.month(2023, 7), mode="monthly", document="7 月名单"
    )
    spell = AboveScaleSpell.objects.standing().get()
    assert (made.state, made.spell) == (CandidateState.APPROVED, spell)
    assert (spell.company, spell.entered, spell.revenue) == (
        made.company, When.month(2023, 7), made.revenue,
    )  # fmt: skip
    verbs = AuditEntry.objects.filter(object_type="crm.scalecandidate").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "register", "file_candidate", "return_candidate", "file_candidate", "approve_candidate",
    ]  # fmt: skip


def test_a_step_that_is_not_next_is_refused(statistician):
    made = candidate()
    for step in (
        lambda: candidates.return_candidate(made, by=statistician, on=TODAY, reason="缺"),
        lambda: candidates.approve_candidate(
            made, by=statistician, entered=When.day(TODAY), mode="monthly"
        ),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code == "stale"
    assert not AboveScaleSpell.objects.exists()
    candidates.file_candidate(made, by=statistician, on=TODAY)
    with pytest.raises(Refused):
        candidates.file_candidate(made, by=statistician, on=TODAY)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (lambda one, by: candidates.file_candidate(one, by=by, on=date(2023, 9, 2)), "on"),
        (
            lambda one, by: candidates.return_candidate(
                candidates.file_candidate(one, by=by, on=TODAY), by=by,
                on=date(2023, 8, 31), reason="缺",
            ),
            "on",
        ),
        (
            lambda one, by: candidates.return_candidate(
                candidates.file_candidate(one, by=by, on=TODAY), by=by, on=TODAY, reason=" "
            ),
            "reason",
        ),
    ],
)  # fmt: skip
def test_a_step_says_when_and_why(statistician, step, field):
    with pytest.raises(Refused) as refused:
        step(candidate(), statistician)
    assert field in refused.value.fields


def test_who_is_in_the_list_already_is_not_approved_again(statistician):
    made = candidate()
    make.spell(made.company, date(2020, 1, 1))
    candidates.file_candidate(made, by=statistician, on=TODAY)
    with pytest.raises(Refused, match="仍在库"):
        candidates.approve_candidate(made, by=statistician, entered=When.day(TODAY), mode="monthly")
    made.refresh_from_db()
    assert made.state == CandidateState.FILED


def test_a_park_files_and_who_keeps_the_list_decides(park, statistician):
    clerk = make.user(Role.PARK, parks=[park])
    made = candidate()
    candidates.file_candidate(made, by=clerk, on=TODAY)
    for step in (
        lambda: candidates.return_candidate(made, by=clerk, on=TODAY, reason="缺"),
        lambda: candidates.approve_candidate(made, by=clerk, entered=When.day(TODAY), mode=""),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code == "not_allowed"
    candidates.return_candidate(made, by=statistician, on=TODAY, reason="缺")


def test_the_page_offers_the_next_step_and_carries_it_out(client, statistician, leader):
    made = candidate()
    client.force_login(statistician, backend="crm.signin.Backend")
    page, base = f"/desk/scale-candidates/{made.pk}/", f"/desk/scale-candidates/{made.pk}/step"
    shown = client.get(page).content.decode()
    assert f"{base}/file/" in shown
    assert f"{base}/approve/" not in shown
    assert client.post(f"{base}/file/", {"on": "2023-09-02"}).status_code == 400
    assert client.post(f"{base}/file/", {"on": "2023-08-01"}).url == page
    assert f"{base}/approve/" in client.get(page).content.decode()
    assert client.get(f"{base}/file/").url == page
    assert client.get(f"{base}/nothing/").status_code == 404
    wrong = client.post(f"{base}/approve/", {"entered": "2023-10", "mode": "monthly"})
    assert wrong.status_code == 400
    done = client.post(f"{base}/approve/", {"entered": "2023-08", "mode": "monthly"})
    assert done.url == page
    assert AboveScaleSpell.objects.standing().get().entered == When.month(2023, 8)
    client.force_login(leader, backend="crm.signin.Backend")
    assert "/step/" not in client.get(page).content.decode()
    assert client.get(f"{base}/approve/").status_code == 403
