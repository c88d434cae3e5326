"""目标进度 on the desk: bars with a mark, and every number opens the rows it was counted from."""

from __future__ import annotations

from datetime import date

import pytest

from crm import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def september():
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def target(team, park):
    make.signed_project(date(2023, 2, 1), park=park, team=team, name="佳禧面料项目")
    return make.target(2023, "signed_projects", "2", team=team)


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_target_is_shown_with_its_pace_and_opens_its_rows(as_user, leader, target, team):
    client = as_user(leader)
    shown = page(client, "/desk/targets/")
    assert "2023年1-8月" in shown
    assert "欠进度 16.7" in shown
    assert "50.0%" in shown
    url = f"/desk/targets/{target.pk}/rows/?month=8"
    assert url in shown
    opened = page(client, url)
    assert "佳禧面料项目" in opened
    assert team.name in opened


def test_the_month_moves_the_mark(as_user, leader, target):
    assert "超时序 33.3" in page(as_user(leader), "/desk/targets/?year=2023&month=2")


def test_a_divided_project_says_what_share_counts(as_user, leader, target, team):
    project = team.project_set.get()
    make.divided(project)
    opened = page(as_user(leader), f"/desk/targets/{target.pk}/rows/")
    assert "40%" in opened
    assert "按业绩份额计" in opened


def test_a_parks_page_says_why_its_report_counts_otherwise(as_user, leader, target, team, park):
    inner = make.park("内园", parent=park)
    whole = make.target(2023, "signed_projects", "6", park=park)
    make.target(2023, "signed_projects", "6", park=inner)
    client = as_user(leader)
    assert "园区报告" not in page(client, "/desk/targets/")
    make.divided(team.project_set.get(), to_park=make.park())
    shown = page(client, "/desk/targets/")
    assert "园区报告为 1 个：1 个项目与其他园区分成" in shown
    assert '<td class="t-rank num">合计</td>' in shown
    opened = page(client, f"/desk/targets/{whole.pk}/rows/?month=8")
    assert "园区报告里是 1 个：报告按项目所在园区整体计" in opened


def test_an_empty_year_says_what_to_do(as_user, statistician, leader, target):
    shown = page(as_user(statistician), "/desk/targets/?year=2030")
    assert "2030年还没有目标" in shown
    assert "/desk/annual-targets/new/" in shown
    assert "/desk/annual-targets/new/" not in page(as_user(leader), "/desk/targets/?year=2030")


def test_another_teams_target_is_not_there(as_user, other_officer, target):
    client = as_user(other_officer)
    assert "招商一科" not in page(client, "/desk/targets/").split("<main")[1]
    assert client.get(f"/desk/targets/{target.pk}/rows/").status_code == 404


def test_who_makes_no_report_is_refused(as_user, liaison, auditor, target):
    for user in (liaison, auditor):
        assert as_user(user).get("/desk/targets/").status_code == 403


def test_nonsense_in_the_address_is_the_usual_month(as_user, leader, target):
    for query in ("year=abc", "year=" + "9" * 50, "month=13", "month=-1", "month=%00"):
        assert "2023年1-8月" in page(as_user(leader), f"/desk/targets/?{query}")


def test_a_target_comes_in_by_file_and_the_same_file_changes_nothing(as_user, statistician, team):
    from crm import ledgers
    from crm.spreadsheets.commit import import_file

    ledger = ledgers.get("annual-targets")
    data = (
        "年度,层级,科室,部门或乡镇,指标,目标值\n"
        "2023,全县,,,签约项目协议投资额,300\n"
        f"2023,科室,{team.name},,签约项目,12\n"
        "2023,乡镇,,东兴镇,签约项目,1.5\n"
    ).encode()
    first = import_file(data, "目标.csv", ledger, by=statistician)
    assert (first.counts["new"], first.counts["refused"]) == (2, 1)
    again = import_file(data, "目标.csv", ledger, by=statistician)
    assert (again.counts["new"], again.counts["same"]) == (0, 2)
