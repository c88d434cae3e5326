"""The report on the desk: its pages for each role, what they show, and what they never show."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client

from crm import clock
from crm.access import Action, Role, can
from crm.actions import rows
from crm.models import User
from crm.reports import figures
from crm.stages import Stage
from tests import make

MAY = date(2023, 5, 8)
ASKED = "from=2023-01&to=2023-08"


def page(user: User, address: str = "", status: int = 200) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/desk/report/{address}")
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def figure_page(user: User, key: str, asked: str = ASKED, status: int = 200) -> str:
    return page(user, f"figures/{key}/?{asked}", status)


def text_of(markup: str) -> str:
    """The page as read, from its heading on."""
    body = markup[markup.index("<h1") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


def test_the_report_opens_for_those_who_may_report_and_for_nobody_else(anyone):
    may = can(anyone, Action.REPORT, "project")
    page(anyone, f"?{ASKED}", 200 if may else 403)
    for one in figures.every():
        figure_page(anyone, one.key, status=200 if may else 403)
    assert may is (
        anyone.role in {Role.OFFICER, Role.TEAMLEAD, Role.PARK, Role.LEADER, Role.STATISTICIAN}
    )


def test_a_stranger_is_asked_to_sign_in(client, db):
    for address in ("/desk/report/", f"/desk/report/figures/attraction.activities/?{ASKED}"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/login/?next=/desk/report/")


def test_the_report_is_only_read(leader):
    client = Client()
    client.force_login(leader)
    assert client.post("/desk/report/").status_code == 405


def test_the_page_shows_every_figure_with_its_rule_and_the_way_to_its_rows(leader, county_park):
    make.signed_project(MAY, park=county_park, amount="28450000000")
    shown = page(leader, f"?{ASKED}")
    for one in figures.every():
        assert f'href="/desk/report/figures/{one.key}/?from=2023-01&amp;to=2023-08"' in shown
        assert one.rule in shown
        assert one.label in shown
    assert "284.5亿元" in shown
    assert "2023年1-8月报告" in shown
    assert "仅统计您可见的项目" not in shown


def test_without_a_period_the_year_so_far_is_shown(leader, db):
    assert "2023年1-8月报告" in page(leader)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2023&to=2023-08", "起始月份应写成年份和月份"),
        ("from=2023-08&to=2023-01", "请对调"),
        ("from=2023-01&to=%00", "截止月份应写成年份和月份"),
        (f"from=2023-01&to={'9' * 5000}", "截止月份应写成年份和月份"),
        ("from=2023-01&to=9999-12", "2100"),
        ("from=2023-01&to=2023-08&park=nowhere", "没有代码为“nowhere”的园区"),
        ("from=2023-01&to=2023-08&park=%00%27%22%3Cscript%3Ealert(1)", "没有代码为"),
        ("from=2023-01&to=2023-08&as-known-on=yesterday", "2023-08-31 的样子"),
        ("from=2023-01&to=2023-08&as-known-on=2099-01-01", "不晚于今天"),
    ],
)
def test_bad_input_is_refused_at_the_field_and_kept(leader, county_park, asked, told):
    for address in (f"?{asked}", f"figures/attraction.signed_projects/?{asked}"):
        shown = page(leader, address, 400)
        assert told in shown
        assert 'aria-invalid="true"' in shown
        assert "<script>alert" not in shown
    assert 'value="2023"' in page(leader, "?from=2023&to=2023-08", 400)


@pytest.mark.parametrize("key", ["attraction.nothing", "x", "%00", quote("招商"), "a" * 3000])
def test_an_unknown_figure_is_a_missing_page(leader, key):
    figure_page(leader, key, status=404)


def test_a_page_beyond_the_last_shows_the_last(leader, county_park):
    make.signed_project(MAY, park=county_park, name="唯一的项目")
    for number in ("99", "-1", "x", "%00", "9" * 400):
        shown = figure_page(leader, "attraction.signed_projects", f"{ASKED}&page={number}")
        assert "唯一的项目" in shown


def test_the_rows_of_a_figure_show_names_dates_and_amounts_that_add_up(leader, county_park):
    for name, amount in (("甲项目", "123456789.01"), ("乙项目", "10000"), ("丙项目", None)):
        made = make.signed_project(MAY, park=county_park, amount=amount, name=name)
        assert f'href="/desk/projects/{made.pk}/"' in figure_page(
            leader, "attraction.signed_investment"
        )
    shown = text_of(figure_page(leader, "attraction.signed_investment"))
    assert "协议投资额（万元）" in shown
    assert shown.count("2023-05-08") == 3
    for amount in ("12,345.678901", " 1 ", "待补", "12,346.678901", "1.2346678901亿元"):
        assert amount in shown
    assert "合计 3 行，1 行没有金额" in shown


def test_every_figure_lists_as_many_rows_as_it_counts(leader, county_park):
    counted = {
        "attraction.activities": 3,
        "attraction.signed_projects": 2,
        "attraction.signed_investment": 2,
        "attraction.negotiating_projects": 2,
        "attraction.negotiating_investment": 2,
        "delivery.liaison_projects": 1,
        "delivery.in_operation": 1,
        "delivery.trial_production": 2,
        "delivery.commissioning": 1,
    }
    for _ in range(3):
        make.activity(MAY)
    for _ in range(2):
        make.signed_project(MAY, park=county_park)
        make.project(stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: MAY})
        make.project(stage=Stage.TRIAL, entered={Stage.TRIAL: MAY})
    made = make.project(stage=Stage.OPERATION, entered={Stage.OPERATION: MAY})
    make.liaison(made, MAY)
    make.project(stage=Stage.COMMISSIONING, entered={Stage.COMMISSIONING: MAY})
    for key, number in counted.items():
        shown = figure_page(leader, key)
        assert shown[shown.index("<tbody") : shown.index("</tbody")].count("<tr>") == number, key
        assert f"合计 {number} 行" in shown


def test_many_rows_come_in_pages_and_the_sum_is_of_all(leader, monkeypatch, county_park):
    monkeypatch.setattr("crm.views.indicators.report.PAGE", 2)
    for _ in range(5):
        make.signed_project(MAY, park=county_park, amount="100000000")
    shown = figure_page(leader, "attraction.signed_investment", f"{ASKED}&page=3")
    assert shown[shown.index("<tbody") : shown.index("</tbody")].count("<tr>") == 1
    assert "第 3 / 3 页" in shown
    assert "合计 5 行" in shown
    assert "5亿元" in shown


def test_a_figure_without_rows_says_why_it_is_zero(leader, officer):
    assert "所以是 0" in figure_page(leader, "delivery.trial_production")
    assert "您可见的行里没有" in figure_page(officer, "delivery.trial_production")


def test_what_cannot_be_rebuilt_shows_the_reason_and_no_rows(leader, county_park):
    make.activity(MAY, name="五月推介会")
    make.states_begin(date(2023, 9, 1))
    asked = f"{ASKED}&as-known-on=2023-08-31"
    shown = figure_page(leader, "attraction.activities", asked)
    assert "无法追溯：2023-09-01 以前，台账只留现值" in shown
    assert "五月推介会" not in shown
    assert "五月推介会" in figure_page(leader, "attraction.activities")


def test_the_rows_of_an_earlier_day_are_shown_as_they_were(leader, county_park):
    with clock.playing(date(2023, 7, 1)):
        activity = make.activity(MAY, name="五月推介会")
    with clock.playing(date(2023, 8, 1)):
        rows.change(activity, {"held_on": date(2023, 6, 2)}, by=make.maker())
    shown = figure_page(leader, "attraction.activities", f"{ASKED}&as-known-on=2023-07-31")
    assert MAY.isoformat() in shown
    assert "2023-06-02" not in shown
    assert "2023-06-02" in figure_page(leader, "attraction.activities")


def test_an_officer_sees_figures_over_his_own_rows_and_is_told_so(
    officer, other_officer, county_park
):
    mine = make.signed_project(
        MAY, park=county_park, name="自己的项目", officer=officer, team=officer.team
    )
    for number in range(3):
        make.signed_project(
            MAY,
            park=county_park,
            name=f"别科的项目{number}",
            amount=None,
            officer=other_officer,
            team=other_officer.team,
        )
    make.liaison(mine, MAY)
    shown = page(officer, f"?{ASKED}")
    assert "仅统计您可见的项目" in shown
    assert "别科的项目" not in shown
    read = text_of(shown)
    assert "招引入驻产业项目 1个" in read
    assert "没有金额" not in read  # the others' findings are not his to see
    rows = figure_page(officer, "attraction.signed_projects")
    assert "自己的项目" in rows
    assert "别科的项目" not in rows
    assert "仅统计您可见的项目" in rows
    assert "合计 1 行" in rows


@pytest.mark.parametrize("hidden", [0, 4])
def test_how_many_rows_a_user_may_not_see_does_not_show(
    officer, other_officer, county_park, hidden
):
    """The page of an officer is the same, whatever other teams do."""
    own = make.signed_project(
        MAY, park=county_park, name="自己的项目", officer=officer, team=officer.team
    )
    make.confirmed(own)
    for _ in range(hidden):
        made = make.project(
            stage=Stage.NEGOTIATION,
            entered={Stage.NEGOTIATION: MAY},
            officer=other_officer,
            team=other_officer.team,
            park=county_park,
            planned_investment=None,
        )
        make.agreement(made, MAY, None)
        make.liaison(made, MAY)
        make.activity(MAY, team=other_officer.team)
    read = text_of(page(officer, f"?{ASKED}"))
    read = re.sub(r"生成于 \S+ \S+", "", read)
    numbers = re.findall(r"(\d+) 行", read)
    assert Counter(numbers) == {"1": 2, "0": len(figures.every()) - 2}
    assert "没有发现" in read


def test_a_park_sees_the_figures_of_its_parks(park_user, park):
    other = make.park("另一园区")
    make.signed_project(MAY, park=park, name="本园项目")
    make.signed_project(MAY, park=other, name="外园项目")
    rows = figure_page(park_user, "attraction.signed_projects")
    assert "本园项目" in rows
    assert "外园项目" not in rows
    elsewhere = figure_page(park_user, "attraction.signed_projects", f"{ASKED}&park={other.slug}")
    assert "外园项目" not in elsewhere
    assert "您可见的行里没有" in elsewhere


def test_names_are_escaped(leader, county_park):
    make.signed_project(MAY, park=county_park, name="<img src=x onerror=alert(1)>", amount=None)
    for shown in (page(leader, f"?{ASKED}"), figure_page(leader, "attraction.signed_projects")):
        assert "&lt;img src=x" in shown
        assert "<img src=x" not in shown


def test_the_rows_of_a_figure_take_a_constant_number_of_queries(
    leader, county_park, django_assert_max_num_queries
):
    client = Client()
    client.force_login(leader)
    for key, most in (("attraction.signed_investment", 25), ("delivery.trial_production", 25)):
        for _ in range(8):
            make.signed_project(MAY, park=county_park)
            make.project(
                stage=Stage.TRIAL,
                entered={Stage.TRIAL: MAY},
                park=county_park,
                planned_investment=Decimal("1"),
            )
        with django_assert_max_num_queries(most):
            assert client.get(f"/desk/report/figures/{key}/?{ASKED}").status_code == 200


def test_every_link_of_the_report_and_its_rows_opens(leader, county_park):
    make.activity(MAY)
    make.signed_project(MAY, park=county_park, amount=None)
    made = make.project(stage=Stage.TRIAL, entered={Stage.TRIAL: MAY})
    make.liaison(made, MAY)
    pages = [page(leader, f"?{ASKED}"), *(figure_page(leader, one.key) for one in figures.every())]
    main = "".join(shown[shown.index("<h1") : shown.index("</main>")] for shown in pages)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', main)}
    assert {link.split("/")[2] for link in links} == {
        "report",
        "projects",
        "agreements",
        "assignments",
        "activities",
        "moves",
    }
    client = Client()
    client.force_login(leader)
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
