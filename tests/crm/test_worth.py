"""Foreign money is worth the rate of its month, in every sum alike, or is said to be unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.dates import When
from crm.models import Agreement, FundingReceipt, Project, funds_of
from crm.models.indicators.rates import RateBook
from crm.models.worth import NOTHING, Valuation, Worth, valuation, valuations, worths
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)
DOLLARS = {"currency": "USD", "foreign_amount": Decimal(3_000_000)}
WORTH = Decimal("21520200.00")  # 300万美元 at 7.1734


@pytest.fixture
def abroad(park, team):
    """Signed in March for 3 million dollars, without a word of yuan."""
    with clock.playing(date(2023, 3, 10)):
        project = make.project(
            "外资项目", stage=Stage.SIGNED, entered={Stage.SIGNED: MARCH}, park=park, team=team,
            planned_investment=None, **DOLLARS,
        )  # fmt: skip
        make.agreement(project, MARCH, None, **DOLLARS)
        make.receipt(project, MARCH, None, **DOLLARS)
    return project


@pytest.mark.parametrize(
    ("model", "path"),
    [(Agreement, "amount"), (FundingReceipt, "amount"), (Project, "planned_investment")],
)
def test_a_sum_converts_what_the_row_itself_is_worth(abroad, model, path):
    rows = model.objects.all()
    assert valuation(rows, path) == Valuation(None, 1, unknown=1)
    assert rows.get().yuan is None
    make.rate(2023, 3)
    assert valuation(rows, path) == Valuation(WORTH, 1, converted=1)
    assert worths(list(rows), path) == [Worth(WORTH, Decimal("717.34"))]
    assert rows.get().yuan == WORTH
    assert rows.get().amount_text == "300万美元，折 2,152.02万元"


def test_a_sum_reaches_money_on_another_row(abroad):
    make.rate(2023, 3)
    moves = abroad.moves.all()
    assert valuation(moves, "project__planned_investment").total == WORTH
    assert [one.value for one in worths(list(moves), "project__planned_investment")] == [WORTH]


def test_an_area_beside_foreign_money_is_no_money(abroad):
    make.rate(2023, 3)
    rows = Project.objects.all()
    assert valuation(rows, "land_area_mu") == Valuation(None, 1, unknown=1)
    assert worths(list(rows), "land_area_mu") == [Worth(None)]


def test_yuan_and_foreign_money_add_up_and_what_has_no_rate_is_counted_as_unknown(abroad, park):
    make.rate(2023, 3)
    make.signed_project(MARCH, park=park, amount="5")
    make.signed_project(MARCH, park=park, amount=None)
    late = make.project(park=park)
    make.agreement(late, date(2023, 4, 1), None, **DOLLARS)
    found = valuation(Agreement.objects.all(), "amount")
    assert found == Valuation(WORTH + 5, 4, converted=1, unknown=2)
    rows = list(Agreement.objects.all())
    assert Valuation.of(worths(rows, "amount")) == found


def test_groups_add_up_to_the_whole(abroad, park):
    make.rate(2023, 3)
    make.project(park=park, planned_investment=Decimal(7))
    groups = valuations(Project.objects.all(), "planned_investment", ("stage", "status"))
    assert groups["signed", "active"] == Valuation(WORTH, 1, converted=1)
    assert sum(groups.values(), NOTHING) == valuation(Project.objects.all(), "planned_investment")


def test_a_plan_is_converted_by_the_month_in_which_the_ledger_learnt_of_it(abroad):
    make.rate(2023, 4, "999")
    assert abroad.yuan is None
    make.rate(2023, 3)
    assert abroad.yuan == WORTH


def test_yuan_that_is_stated_wins_and_nothing_is_converted_twice(park):
    make.rate(2023, 3)
    project = make.project(park=park)
    make.agreement(project, MARCH, "20000000", **DOLLARS)
    found = valuation(Agreement.objects.all(), "amount")
    assert found == Valuation(Decimal("20000000.00"), 1)


@pytest.mark.parametrize(
    ("when", "yuan"),
    [
        (When.third(2023, 5, 2), "700.00"),
        (When.month(2023, 5), "700.00"),
        (When.quarter(2023, 2), None),
        (When(date(2023, 5, 25), date(2023, 6, 5)), None),
        (None, None),
    ],
)
def test_a_span_is_converted_only_by_the_month_that_holds_it(when, yuan):
    book = RateBook({("USD", date(2023, 5, 1)): Decimal(700)})
    assert book.in_yuan(Decimal(100), "USD", when).yuan == (yuan and Decimal(yuan))


def test_the_rates_are_read_once_however_many_rows(park, django_assert_num_queries):
    make.rate(2023, 3)
    for _ in range(5):
        make.agreement(make.project(park=park), MARCH, None, **DOLLARS)
    with django_assert_num_queries(3):
        valuation(Agreement.objects.all(), "amount")


def test_what_has_arrived_of_foreign_money_is_a_share_of_foreign_money(abroad):
    make.rate(2023, 3)
    assert funds_of(abroad).percent == 100


def shown(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode()


def test_lists_and_the_board_add_up_the_same(client, statistician, abroad):
    for key in ("projects", "agreements", "receipts"):
        assert "合计" not in shown(client, statistician, f"/desk/{key}/")
    make.rate(2023, 3)
    for key in ("projects", "agreements", "receipts"):
        page = shown(client, statistician, f"/desk/{key}/")
        assert "合计 2,152.02万元（1 条外币按当月汇率折算）" in page
        assert '<span class="muted">折</span> 2,152.02' in page
        assert "300万美元 → 2,152.02万元，汇率 7.1734" in page
    board = shown(client, statistician, "/desk/board/")
    assert "2,152.02万元" in board
    assert "含外币折算 1 项" in board
    assert "2,152.02万元" in shown(client, statistician, "/desk/")
    page = shown(client, statistician, f"/desk/projects/{abroad.pk}/")
    assert page.count("300万美元，折 2,152.02万元") == 5  # at the top, agreed, received, past


def test_without_a_rate_every_list_says_so(client, statistician, abroad):
    for key in ("projects", "agreements", "receipts"):
        assert "300万美元，缺当月汇率" in shown(client, statistician, f"/desk/{key}/")
