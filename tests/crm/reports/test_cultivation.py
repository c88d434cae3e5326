"""企业培育: a title counts once, when it is new, and as it was known."""

from dataclasses import replace
from datetime import date

import pytest

from crm import clock
from crm.actions import merges, rows
from crm.dates import When
from crm.models import Company, RecognitionState
from crm.reports.build import build
from crm.reports.figures import Context
from crm.reports.figures.cultivation import (
    gongga,
    green_factories,
    little_giants,
    provincial_srdi,
)
from crm.reports.period import Period
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 8)


def little_giant(granted=MAY, company=None, **values):
    when = granted if isinstance(granted, When | None) else When.day(granted)
    return make.recognition(
        "专精特新小巨人", company=company or make.company(), kind="rating", level="nation",
        title_kind="little_giant", granted=when, **values,
    )  # fmt: skip


def count(context: Context, figure=little_giants) -> int:
    result = figure.result(context)
    assert result.rows == len(list(figure.rows(context)))
    return int(result.value)


@pytest.mark.parametrize(
    ("granted", "counted"),
    [
        (date(2022, 12, 31), 0),
        (date(2023, 1, 1), 1),
        (date(2023, 8, 31), 1),
        (date(2023, 9, 1), 0),
        (When.month(2023, 8), 1),
        (When.year(2023), 0),
        (When.year(2022), 0),
        (None, 0),
    ],
)
def test_a_title_counts_when_it_was_granted_wholly_inside_the_period(asked, granted, counted):
    little_giant(granted)
    assert count(asked) == counted


@pytest.mark.parametrize("grant", ["review", "renewal"])
def test_a_title_looked_at_again_is_not_new(asked, grant):
    little_giant(grant=grant)
    assert count(asked) == 0
    assert count(replace(asked, period=Period.parse("2020-01", "2023-08"))) == 0


def test_a_first_grant_of_a_company_that_held_the_title_is_not_new_and_is_named(asked):
    company = make.company("佳利德")
    little_giant(date(2020, 7, 1), company)
    again = little_giant(MAY, company)
    assert count(asked) == 0
    (finding,) = [one for one in build(asked).findings if one.key == "titles_held_before"]
    assert [row.pk for row in finding.rows] == [again.pk]
    rows.change(again, {"grant": "review"}, by=make.maker())
    assert not [one for one in build(asked).findings if one.key == "titles_held_before"]


def test_a_title_that_was_lost_and_won_again_is_new(asked):
    company = make.company()
    lost = {"state": RecognitionState.REVOKED, "revoked_on": date(2022, 12, 1)}
    little_giant(date(2019, 7, 1), company, **lost)
    little_giant(MAY, company)
    assert count(asked) == 1


def test_a_company_named_in_two_lists_of_one_day_counts_once(asked):
    company = make.company()
    little_giant(MAY, company)
    little_giant(MAY, company)
    little_giant(date(2023, 6, 1), company)
    assert count(asked) == 1


@pytest.mark.parametrize(("revoked_on", "counted"), [("2023-08-31", 0), ("2023-09-01", 1)])
def test_a_title_revoked_by_the_end_is_not_counted(asked, revoked_on, counted):
    lost = {"state": RecognitionState.REVOKED, "revoked_on": date.fromisoformat(revoked_on)}
    little_giant(MAY, **lost)
    assert count(asked) == counted


@pytest.mark.parametrize("state", [RecognitionState.APPLIED, RecognitionState.PASSED])
def test_what_is_applied_for_is_not_granted(asked, state):
    little_giant(None, state=state)
    assert count(asked) == 0


def test_each_title_is_counted_by_its_own_figure(asked):
    made = {
        "little_giant": ("nation", little_giants),
        "provincial_srdi": ("province", provincial_srdi),
        "gongga": ("province", gongga),
        "green_factory": ("province", green_factories),
    }
    for kind, (level, _) in made.items():
        make.recognition("称号", company=make.company(), level=level, title_kind=kind,
                         granted=When.day(MAY))  # fmt: skip
    make.recognition("称号", company=make.company(), title_kind="other", granted=When.day(MAY))
    for _, figure in made.values():
        assert count(asked, figure) == 1


@pytest.mark.parametrize(("level", "counted"), [("nation", 0), ("province", 1), ("city", 0)])
def test_only_a_provincial_green_factory_counts(asked, level, counted):
    make.recognition("绿色工厂", company=make.company(), level=level, granted=When.day(MAY))
    assert count(asked, green_factories) == counted


def test_a_title_counts_for_the_park_of_its_company(asked, county_park):
    inner = make.park(parent=county_park)
    company = make.company(park=inner)
    little_giant(MAY, company)
    little_giant(MAY)
    assert count(replace(asked, park=county_park)) == 1
    assert count(replace(asked, park=inner)) == 1
    assert count(replace(asked, park=make.park())) == 0


def test_a_report_of_an_earlier_day_knows_what_was_known_then(asked, county_park):
    """A title entered late, a company that moved, a renewal first taken for new."""
    with clock.playing(date(2023, 6, 1)):
        moved = make.company(park=county_park)
        renewed = little_giant(MAY, moved)
    with clock.playing(date(2023, 7, 1)):
        late = little_giant(MAY)
        rows.change(moved, {"park": None}, by=make.maker())
    with clock.playing(date(2023, 8, 1)):
        rows.change(renewed, {"grant": "review"}, by=make.maker())
        merges.merge(late.company, make.company(), by=make.maker())
    for day, county, park in (
        (date(2023, 5, 31), 0, 0), (date(2023, 6, 1), 1, 1), (date(2023, 7, 1), 2, 0),
        (date(2023, 8, 1), 1, 0),
    ):  # fmt: skip
        then = replace(asked, known_on=day)
        assert (count(then), count(replace(then, park=county_park))) == (county, park), day
    assert Company.objects.get(pk=moved.pk).park is None


def test_a_title_whose_day_is_unknown_is_named_beside_the_number(asked):
    little_giant(When.year(2023))
    little_giant(None)
    little_giant(None, grant="review")
    little_giant(When.month(2023, 5))
    (finding,) = [one for one in build(asked).findings if one.key == "title_dates"]
    assert len(finding.rows) == 2
    assert count(asked) == 1


def test_what_was_said_before_titles_were_kept_is_not_made_up(asked):
    little_giant()
    make.states_begin(date(2023, 9, 1))
    assert "无法追溯" in little_giants.result(replace(asked, known_on=date(2023, 8, 31))).text


def test_the_rows_behind_the_number_lead_to_company_and_title(client, leader, county_park):
    made = little_giant(MAY, make.company("绿溪佳禧印染有限公司"), document="工信部〔2023〕7号")
    client.force_login(leader)
    for asked in ("", "&as-known-on=2023-09-01"):
        address = "/desk/report/figures/cultivation.little_giants/?from=2023-01&to=2023-08"
        page = client.get(address + asked).content.decode()
        assert f'href="/desk/companies/{made.company_id}/"' in page
        assert f'href="/desk/recognitions/{made.pk}/"' in page
        assert "工信部〔2023〕7号" in page
