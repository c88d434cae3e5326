"""月报表格: numbers typed or pasted are read, asked once where unlikely, and saved as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import clock
from crm.actions.indicators import readings
from crm.dates import When
from crm.models.indicators.readings import Reading, ReservedReading
from tests import make

pytestmark = pytest.mark.django_db
GRID = "/desk/reading-grid/?year=2023"
JULY = When.month(2023, 7)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 10)):
        yield


@pytest.fixture
def output(db):
    return make.indicator()


def text_of(answer) -> str:
    return answer.content.decode()


def name(indicator, month: int, subject=None) -> str:
    return f"v-{indicator.pk}-{subject.pk if subject else 0}-{month}"


def numbers() -> dict[int, Decimal]:
    standing = Reading.objects.standing()
    return {one.month_on.month: one.value for one in standing}


def save(client, cells: dict[str, str], url: str = GRID, **more: str):
    """Saves these cells beside what the page shows."""
    page = client.get(url).context["form"]
    sent = {f"was-{c.name}": c.seen for line in page.lines for c in line.cells if c.seen}
    sent |= {c.name: c.seen for line in page.lines for c in line.cells}
    return client.post(url, sent | cells | more)


def test_what_was_typed_is_saved_at_once_and_empty_cells_write_nothing(
    as_user, statistician, output
):
    client = as_user(statistician)
    done = save(client, {name(output, 7): "122.87", name(output, 8): "141.76"})
    assert done.status_code == 302
    assert numbers() == {7: Decimal("122.87"), 8: Decimal("141.76")}
    assert {one.by for one in Reading.objects.all()} == {statistician}
    again = save(client, {})
    assert [again.status_code, Reading.objects.count()] == [302, 2]


@pytest.mark.parametrize(
    ("typed", "value", "told"),
    [
        ("141.76亿", "141.76", ""),
        ("1417600万元", "141.76", "按 141.76亿元 计"),
        ("1,417.6", "1417.6", ""),
    ],
)
def test_a_number_with_its_unit_is_taken_in_the_indicators(
    as_user, statistician, output, typed, value, told
):
    client = as_user(statistician)
    save(client, {name(output, 8): typed, name(output, 7): "bad"})
    page = text_of(save(client, {name(output, 8): typed, name(output, 7): "bad"}))
    assert told in page
    save(client, {name(output, 8): typed})
    assert numbers() == {8: Decimal(value)}


def test_one_bad_cell_keeps_everything_typed_and_writes_nothing(as_user, statistician, output):
    client = as_user(statistician)
    answer = save(client, {name(output, 7): "三千", name(output, 8): "141.76"})
    page = text_of(answer)
    assert [answer.status_code, numbers()] == [400, {}]
    assert 'value="三千"' in page
    assert 'value="141.76"' in page
    assert "没有保存，一个也没有写" in page


def test_what_the_verb_refuses_stands_at_its_cell_and_nothing_is_written(
    as_user, statistician, output
):
    client = as_user(statistician)
    answer = save(client, {name(output, 7): "120", name(output, 8): "-1"}, why="核减")
    assert [answer.status_code, numbers()] == [400, {}]
    assert "不会小于 0" in text_of(answer)


def test_what_is_unlikely_is_asked_once_with_one_reason_for_all(as_user, statistician, output):
    make.reading(output, JULY, 120)
    client = as_user(statistician)
    other = make.indicator("工业投资", "industrial_investment")
    part = make.indicator("技改投资", "upgrade_investment")
    cells = {
        name(output, 7): "121", name(output, 8): "14176", name(other, 8): "30", name(part, 8): "31",
    }  # fmt: skip
    answer = save(client, cells)
    page = text_of(answer)
    assert answer.status_code == 400
    assert "这 3 个数请核对" in page
    for said in ("原来是 120，这是修订", "117 倍", "比它所属的 30 还大"):
        assert said in page
    assert numbers() == {7: 120}
    assert save(client, cells, why="月报口径调整").status_code == 302
    told = {one.indicator.code: one for one in Reading.objects.standing().filter(month_on__month=8)}
    assert [told["output"].why, told["industrial_investment"].why] == ["月报口径调整", ""]
    assert Reading.objects.standing().get(month_on__month=7).value == 121


def test_a_closed_month_and_a_falling_number_ask_for_their_reason(as_user, statistician, output):
    make.reading(output, JULY, 120)
    readings.close_month(JULY, by=statistician)
    client = as_user(statistician)
    page = text_of(save(client, {name(output, 7): "119", name(output, 8): "100"}))
    assert "7月已经封账" in page
    assert "比前面的 119 少" in page


def test_a_cell_a_colleague_has_changed_meanwhile_is_not_overwritten(as_user, statistician, output):
    first = make.reading(output, JULY, 120)
    client = as_user(statistician)
    stale = {f"was-{name(output, 7)}": "120", name(output, 7): "120", name(output, 8): "140"}
    readings.revise_reading(first, {"value": Decimal(125)}, by=make.maker(), reason="核实")
    assert client.post(GRID, stale).status_code == 302
    assert numbers() == {7: 125, 8: 140}
    page = text_of(client.post(GRID, stale | {name(output, 7): "121", "why": "改"}))
    assert "别人刚把它登记为 125" in page
    assert numbers() == {7: 125, 8: 140}


def test_emptying_a_cell_deletes_nothing_and_says_so(as_user, statistician, output):
    make.reading(output, JULY, 120)
    assert "清空不会删掉读数" in text_of(save(as_user(statistician), {name(output, 7): ""}))
    assert numbers() == {7: 120}


def test_companies_and_industries_have_their_own_lines(as_user, statistician, output):
    client, food = as_user(statistician), make.industry("健康食品", is_leading=True)
    url = f"{GRID}&of=industry&indicator={output.pk}"
    save(client, {name(output, 8, food): "38.27"}, url)
    assert Reading.objects.get().industry == food
    company = make.company("甲有限公司")
    make.spell(company, date(2020, 1, 1))
    url = f"{GRID}&of=company&indicator={output.pk}"
    save(client, {name(output, 8, company): "1.5"}, url)
    assert Reading.objects.get(company=company).value == Decimal("1.5")


def test_confidential_numbers_are_typed_and_seen_by_the_few_who_may(
    as_user, statistician, teamlead, leader
):
    tax = make.indicator("入库税收", "tax", is_confidential=True)
    company = make.company("甲有限公司")
    make.spell(company, date(2020, 1, 1))
    url = f"{GRID}&of=company&indicator={tax.pk}"
    save(as_user(statistician), {name(tax, 8, company): "1234.5万"}, url)
    assert ReservedReading.objects.get().value == Decimal("0.12345")
    assert "0.12345" in text_of(as_user(leader).get(url))
    hidden = as_user(teamlead).get(url)
    assert [hidden.context["form"].lines, "单户数据保密" in text_of(hidden)] == [[], True]
    sent = {name(tax, 8, company): "9"}
    assert as_user(teamlead).post(url, sent).context["form"].lines == []
    assert ReservedReading.objects.count() == 1


def test_who_may_not_enter_sees_numbers_and_no_cells(as_user, leader, output):
    make.reading(output, JULY, "122.87")
    client = as_user(leader)
    page = text_of(client.get(GRID))
    assert "122.87" in page
    assert 'name="v-' not in page
    client.post(GRID, {name(output, 8): "1"})
    assert numbers() == {7: Decimal("122.87")}


def test_the_grid_asks_the_same_few_questions_however_many_lines_it_has(
    as_user, statistician, output
):
    client = as_user(statistician)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"{GRID}&of=industry&indicator={output.pk}")
        return len(queries)

    make.industry("一")
    few = asked()
    for at in range(20):
        make.reading(output, JULY, at, industry=make.industry(f"产业{at}"))
    assert asked() == few


def test_growth_and_base_are_typed_as_published_beside_the_number(as_user, statistician, output):
    client = as_user(statistician)
    save(client, {name(output, 7): "122.87"})
    growth, base = GRID + "&fact=growth", GRID + "&fact=base"
    # August has no number yet; July's reading is completed, not entered twice.
    done = save(client, {name(output, 7): "18.44%", name(output, 8): "-3.2"}, growth)
    assert done.status_code == 302
    save(client, {name(output, 7): "1037400万"}, base)
    stood = {one.month_on.month: one for one in Reading.objects.standing()}
    july, august = stood[7], stood[8]
    assert [july.value, july.growth, july.base] == [
        Decimal("122.87"), Decimal("18.44"), Decimal("103.74"),
    ]  # fmt: skip
    assert [august.value, august.growth, august.base] == [None, Decimal("-3.2"), None]
    assert 'value="18.44"' in text_of(client.get(growth))


def test_growth_that_is_hardly_meant_asks_and_what_is_none_is_refused(
    as_user, statistician, output
):
    client, growth = as_user(statistician), GRID + "&fact=growth"
    asked = save(client, {name(output, 7): "1844"}, growth)
    assert [asked.status_code, numbers()] == [400, {}]
    assert "请核对小数点" in text_of(asked)
    assert "没有保存" in text_of(save(client, {name(output, 7): "两成"}, growth))
    save(client, {name(output, 7): "1844"}, growth, why="新企业投产")
    assert Reading.objects.standing().get().growth == 1844
