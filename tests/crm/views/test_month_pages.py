"""月报汇总 and the form of one project's month: what was typed is filed as a whole, what is
unlikely is asked once, and each sees and does what he may."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from crm import clock
from crm.access import PIPELINE, Role
from crm.actions.delivery import project_months
from crm.dates import When
from crm.models import Notification, StoredFile
from crm.models.delivery.project_months import ProjectMonth
from tests import make

pytestmark = pytest.mark.django_db
GRID = "/desk/project-months/?month=2023-08"
JULY, AUGUST = When.month(2023, 7), When.month(2023, 8)
WAN = Decimal(10_000)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def key(team, officer, liaison):
    return listed("佳联印染", team=team, officer=officer, liaison=liaison)


def listed(name: str, *, liaison=None, **values):
    project = make.project(name, **values)
    make.key_listing(project, "county")
    if liaison is not None:
        make.liaison(project, date(2023, 1, 1), user=liaison)
    return project


def text_of(answer) -> str:
    return answer.content.decode()


def stands(project, month=AUGUST) -> ProjectMonth:
    return ProjectMonth.objects.standing().get(project=project, month_on=month.start)


def save(client, typed: dict[str, str], url: str = GRID):
    """Saves these cells beside what the page shows."""
    form = client.get(url).context["form"]
    sent = {cell.name: cell.typed for line in form.lines for cell in line.cells}
    sent |= {f"was-{line.sheet.project.pk}": str(line.stands) for line in form.lines}
    return client.post(url, sent | typed)


def of(project, **cells: str) -> dict[str, str]:
    return {f"{column}-{project.pk}": typed for column, typed in cells.items()}


def sheet_of(project) -> str:
    return f"/desk/projects/{project.pk}/month/?month=2023-08"


# The grid


def test_what_was_typed_is_filed_in_wan_and_untouched_projects_are_not(
    as_user, teamlead, key, team
):
    other = listed("别的项目", team=team)
    done = save(as_user(teamlead), of(key, invested="120", progress="封顶"))
    assert done.status_code == 302
    row = stands(key)
    assert [row.invested, row.progress, row.reporter] == [120 * WAN, "封顶", teamlead]
    assert not other.months.exists()
    again = save(as_user(teamlead), {})
    assert [again.status_code, ProjectMonth.objects.count()] == [302, 1]


@pytest.mark.parametrize(("typed", "wan"), [("1.2亿", 12000), ("3,500", 3500), ("0", 0)])
def test_an_amount_with_its_own_unit_is_taken_so(as_user, teamlead, key, typed, wan):
    save(as_user(teamlead), of(key, invested=typed))
    assert stands(key).invested == wan * WAN


@pytest.mark.parametrize("typed", ["三千左右", "-5", "12abc"])
def test_one_bad_cell_keeps_everything_typed_and_files_nothing(as_user, teamlead, key, team, typed):
    other = listed("别的项目", team=team)
    answer = save(as_user(teamlead), of(key, invested=typed) | of(other, progress="封顶"))
    assert answer.status_code == 400
    assert "没有保存，一个也没有写" in text_of(answer)
    assert f'value="{typed}"' in text_of(answer)
    assert ">封顶</textarea>" in text_of(answer)
    assert not ProjectMonth.objects.exists()


def test_what_is_unlikely_is_asked_once_with_one_reason_for_many(as_user, teamlead, key, team):
    other = listed("别的项目", team=team)
    for project in (key, other):
        make.month_report(project, JULY, 10 * WAN, cumulative=50 * WAN, why="补报")
    typed = of(key, invested="9", cumulative="70") | of(other, invested="200", progress="封顶")
    answer = save(as_user(teamlead), typed)
    page = text_of(answer)
    assert "这 2 份月报请核对" in page
    assert "累计减上月累计是 20万元，本月填的是 9万元" in page
    assert "本月是上月 10万元 的 20 倍" in page
    assert not ProjectMonth.objects.filter(month_on=AUGUST.start).exists()
    assert save(as_user(teamlead), typed | {"why": "核对过"}).status_code == 302
    assert {stands(one).why for one in (key, other)} == {"核对过"}


def test_an_accepted_month_is_changed_with_its_reason(as_user, teamlead, key, liaison):
    project_months.accept_months([make.month_report(key, AUGUST, 0, by=liaison)], by=teamlead)
    page = text_of(save(as_user(teamlead), of(key, problems="缺工")))
    assert "已经认可，这是修订" in page
    save(as_user(teamlead), of(key, problems="缺工") | {"why": "补报问题"})
    assert [stands(key).state, stands(key).problems, stands(key).why] == [
        "reported", "缺工", "补报问题",
    ]  # fmt: skip


def test_what_a_colleague_filed_meanwhile_is_not_overwritten(as_user, teamlead, key, liaison):
    client = as_user(teamlead)
    page = client.get(GRID).context["form"]
    stale = {cell.name: cell.typed for line in page.lines for cell in line.cells}
    stale |= {f"was-{key.pk}": "0"}
    make.month_report(key, AUGUST, 10 * WAN, progress="封顶", by=liaison)
    untouched = client.post(GRID, stale)
    assert [untouched.status_code, stands(key).progress] == [302, "封顶"]
    answer = client.post(GRID, stale | of(key, problems="缺工"))
    page = text_of(answer)
    assert [answer.status_code, "别人刚报送或办理了这份月报" in page] == [400, True]
    assert ">封顶</textarea>" in page
    assert ">缺工</textarea>" in page
    save(client, of(key, problems="缺工"))
    assert [stands(key).progress, stands(key).problems] == ["封顶", "缺工"]


def test_the_page_counts_who_has_not_reported_and_narrows_to_them(
    as_user, teamlead, team, officer, park
):
    rows = {name: listed(name, team=team, officer=officer) for name in "缺报退认"}
    for name in "报退认":
        make.month_report(rows[name], AUGUST, 0, by=officer)
    project_months.return_month(stands(rows["退"]), by=teamlead, reason="补照片")
    project_months.accept_months([stands(rows["认"])], by=teamlead)
    client = as_user(teamlead)
    states = client.get(GRID).context["states"]
    assert {one.label: one.count for one in states} == {
        "全部": 4, "待报": 1, "退回": 1, "已报送": 1, "已认可": 1,
    }  # fmt: skip
    for state, name in (("missing", "缺"), ("returned", "退"), ("accepted", "认")):
        form = client.get(f"{GRID}&state={state}").context["form"]
        assert [line.label for line in form.lines] == [name]
    assert not client.get(f"{GRID}&park={park.pk}").context["form"].lines
    assert len(client.get(f"{GRID}&team={team.pk}").context["form"].lines) == 4


def test_a_month_to_come_is_not_offered_and_an_odd_address_shows_the_one_asked_for(
    as_user, teamlead, key
):
    client = as_user(teamlead)
    september = client.get("/desk/project-months/?month=2023-09")
    assert [september.context["month"], september.context["next"]] == [When.month(2023, 9), ""]
    for odd in ("2023-10", "x", "2023-13", "99999999-01"):
        page = client.get(f"/desk/project-months/?month={odd}&park=x&team=-1&state=odd")
        assert page.context["month"] == AUGUST


def test_all_that_waits_on_the_page_is_accepted_at_once(as_user, teamlead, team, officer):
    rows = [listed(name, team=team, officer=officer) for name in "甲乙"]
    reports = [make.month_report(row, AUGUST, 0, by=officer).pk for row in rows]
    mine = make.month_report(listed("丙", team=team), AUGUST, 0, by=teamlead)
    client = as_user(teamlead)
    assert sorted(client.get(GRID).context["waiting"]) == sorted(reports)
    client.post("/desk/project-months/accept/", {"report": reports, "next": GRID})
    assert {stands(row).state for row in rows} == {"accepted"}
    assert mine.stands
    client.post("/desk/project-months/accept/", {"report": [mine.pk]})
    assert stands(mine.project).state == "reported"


def test_another_teams_reports_are_neither_shown_nor_accepted(as_user, teamlead, other_team):
    theirs = make.month_report(listed("别科项目", team=other_team), AUGUST, 0)
    client = as_user(teamlead)
    assert "别科项目" not in text_of(client.get(GRID))
    answer = client.post("/desk/project-months/accept/", {"report": [theirs.pk]})
    assert [answer.status_code, theirs.stands] == [404, True]
    for address in (f"/desk/monthly-reports/{theirs.pk}/return/", sheet_of(theirs.project)):
        assert client.get(address).status_code == 404


def test_each_role_sees_its_projects_and_inputs_where_it_reports(anyone, as_user, team, park):
    officer = anyone if anyone.role == Role.OFFICER else None
    project = listed("看得见", team=team, park=park, officer=officer)
    if anyone.role == Role.LIAISON:
        make.liaison(project, date(2023, 1, 1), user=anyone)
    answer = as_user(anyone).get(GRID)
    if anyone.role not in PIPELINE:
        assert answer.status_code in (403, 404)
        return
    reports = anyone.role not in (Role.PARK, Role.LEADER)
    assert "看得见" in text_of(answer)
    assert (f'name="invested-{project.pk}"' in text_of(answer)) is reports
    if not reports:
        as_user(anyone).post(GRID, of(project, invested="1") | {f"was-{project.pk}": "0"})
        refused = as_user(anyone).post(sheet_of(project), {"invested": "1", "was": "0"})
        assert refused.status_code == 403
    assert not ProjectMonth.objects.exists()


def test_the_grid_asks_the_same_few_questions_however_many_projects_it_has(
    as_user, statistician, team, officer
):
    client = as_user(statistician)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(GRID).status_code == 200
        return len(queries)

    def some(count: int) -> None:
        for number in range(count):
            row = listed(f"项目{ProjectMonth.objects.count()}-{number}", team=team)
            make.month_report(row, AUGUST, number, by=officer if row.officer else None)
            make.investment_plan(row, 2023)

    some(2)
    few = asked()
    some(8)
    assert asked() == few <= 40


# One project's month


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    data = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (60, 40), "#7a9e87").save(data, "JPEG", exif=exif)
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def test_the_liaison_reports_with_a_photo_beside_last_months_numbers(as_user, liaison, key):
    make.month_report(key, JULY, 10 * WAN, cumulative=50 * WAN, next_plan="屋面完工", why="补")
    make.investment_plan(key, 2023, "1000000")
    client = as_user(liaison)
    page = text_of(client.get(sheet_of(key)))
    for said in ("屋面完工", "10 万元", "50 万元", "100 万元", "应在"):
        assert said in page
    sent = {"invested": "20", "progress": "封顶", "photos": [photo()], "was": "0"}
    assert client.post(sheet_of(key), sent).status_code == 302
    row = stands(key)
    assert [row.invested, row.cumulative, row.reporter] == [20 * WAN, 70 * WAN, liaison]
    kept = StoredFile.objects.get(project=key)
    assert [kept.month_on, b"SECRET" in kept.file.read()] == [AUGUST.start, False]
    page = text_of(client.get(sheet_of(key)))
    assert f"/desk/files/{kept.pk}/" in page
    assert "70.0%" in page


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_filed(as_user, liaison, key):
    for bad in (photo("现场.pdf"), SimpleUploadedFile("假.jpg", b"no picture")):
        answer = as_user(liaison).post(
            sheet_of(key), {"invested": "20", "photos": [bad], "was": "0"}
        )
        assert answer.status_code == 400
        assert 'value="20"' in text_of(answer)
    assert not ProjectMonth.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_form_asks_for_the_reason_of_what_is_unlikely(as_user, liaison, key):
    make.month_report(key, JULY, 10 * WAN, cumulative=50 * WAN, why="补")
    client, sent = as_user(liaison), {"invested": "500", "was": "0"}
    answer = client.post(sheet_of(key), sent)
    assert [answer.status_code, "本月是上月 10万元 的 50 倍" in text_of(answer)] == [400, True]
    assert client.post(sheet_of(key), sent | {"why": "设备到货"}).status_code == 302
    assert stands(key).why == "设备到货"


def test_a_form_opened_before_somebody_else_filed_is_not_taken(as_user, liaison, key, officer):
    make.month_report(key, AUGUST, 10 * WAN, by=officer)
    answer = as_user(liaison).post(sheet_of(key), {"invested": "20", "was": "0"})
    assert [answer.status_code, "别人刚报送" in text_of(answer)] == [400, True]
    assert stands(key).invested == 10 * WAN


def test_a_form_that_is_sent_twice_files_and_returns_once(as_user, liaison, teamlead, key):
    sent = {"invested": "20", "was": "0", "form_token": "8f9c2f5e-6f7c-4b62-9a55-1d8c0c2b7a11"}
    client = as_user(liaison)
    answers = [client.post(sheet_of(key), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    back = f"/desk/monthly-reports/{stands(key).pk}/return/"
    sent = {"reason": "补照片", "form_token": "0b1c9a52-9f0e-4e53-8a5e-4a1d3f0c9b22"}
    answers = [as_user(teamlead).post(back, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ProjectMonth.objects.count() == 2


def test_the_head_returns_with_a_reason_which_the_liaison_reads_and_mends(
    as_user, teamlead, liaison, key
):
    filed = make.month_report(key, AUGUST, 10 * WAN, by=liaison)
    head = as_user(teamlead)
    back = f"/desk/monthly-reports/{filed.pk}/return/"
    assert "请填写退回原因" in text_of(head.post(back, {"reason": ""}))
    assert head.post(back, {"reason": "补现场照片"}).status_code == 302
    assert "补现场照片" in Notification.objects.get(user=liaison).text
    client = as_user(liaison)
    assert "补现场照片" in text_of(client.get(sheet_of(key)))
    assert "月报被退回" in text_of(client.get("/desk/"))
    was = str(stands(key).pk)
    client.post(sheet_of(key), {"invested": "10", "photos": [photo()], "was": was})
    again = stands(key)
    assert again.state == "reported"
    head.post(f"/desk/monthly-reports/{again.pk}/accept/")
    assert stands(key).state == "accepted"


def test_today_reminds_who_reports_as_the_day_nears_and_nobody_else(
    as_user, liaison, leader, statistician, key
):
    with clock.playing(date(2023, 8, 16)):
        assert "2023年8月月报" in text_of(as_user(liaison).get("/desk/"))
    page = text_of(as_user(liaison).get("/desk/"))
    assert "2023年8月月报逾期 7 天" in page
    for user in (leader, statistician):
        assert "月报逾期" not in text_of(as_user(user).get("/desk/"))
    make.month_report(key, AUGUST, 0, by=liaison)
    assert "月报逾期" not in text_of(as_user(liaison).get("/desk/"))


def test_the_projects_page_tells_its_last_months_and_which_one_is_missing(
    as_user, officer, leader, key, team
):
    make.investment_plan(key, 2023, "1000000")
    make.month_report(key, JULY, 10 * WAN, cumulative=50 * WAN, why="补报")
    address = f"/desk/projects/{key.pk}/"
    page = text_of(as_user(officer).get(address))
    assert "累计 50 万元&nbsp;· 50.0%，欠进度 8.3&nbsp;· 已报送" in page
    assert f'<a href="{sheet_of(key)}">填报2023年8月</a>' in page
    page = text_of(as_user(leader).get(address))
    assert "2023年8月还没有报" in page
    assert "填报2023年8月" not in page
    make.month_report(key, AUGUST, 0)
    assert "还没有报" not in text_of(as_user(leader).get(address))
    plain = make.project(team=team)  # on no key list: nothing is asked of it
    assert 'id="months-title"' not in text_of(as_user(leader).get(f"/desk/projects/{plain.pk}/"))


def test_a_month_long_past_is_not_called_late(as_user, teamlead, team):
    make.key_listing(make.project(team=team), "county", 2022)
    client = as_user(teamlead)
    page = text_of(client.get("/desk/project-months/?month=2022-03"))
    assert "还有 1 个没有报" in page
    assert "已过" not in page


def test_the_page_says_whether_there_is_an_entry_into_statistics_and_no_more(as_user, officer, key):
    client = as_user(officer)
    assert "没有登记" in text_of(client.get(sheet_of(key)))
    make.milestone(key, "statistics", date(2023, 5, 1), amount=Decimal(98_765_432))
    page = text_of(client.get(sheet_of(key)))
    assert "已登记" in page
    assert "98" not in page.split("纳统入库")[1][:60]
