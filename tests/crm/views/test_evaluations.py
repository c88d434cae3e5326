"""亩均评价 on the desk: the year's page, a company's years, the steps, the table to take along."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from crm import clock, ledgers
from crm.actions.companies import evaluation_inputs, evaluations
from crm.models import AuditEntry
from crm.models.companies.evaluation_inputs import EvaluationInput
from crm.models.companies.evaluation_schemes import EvaluationScheme
from crm.models.companies.evaluations import AppealState, Evaluation
from tests import make

pytestmark = pytest.mark.django_db
ON = {"on": date(2023, 6, 16)}
YEAR = "/desk/evaluation/?year=2022&population=below"


@pytest.fixture(autouse=True)
def september(db):
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def companies(park):
    """甲 of the cast's park pays 30万元 on 10 亩, 乙 of another one 20, 丙 of none 10."""
    found = {
        name: make.company(f"绿溪{name}有限公司", park=where, industry=make.industry())
        for name, where in (("甲", park), ("乙", make.park("远山园区")), ("丙", None))
    }
    for company, wan in zip(found.values(), (30, 20, 10), strict=True):
        make.evaluation_input(company, tax=wan * 10_000)
    return found


@pytest.fixture
def scheme(companies):
    return make.evaluation_scheme()


@pytest.fixture
def published(scheme):
    return evaluations.publish(scheme, by=make.maker(), **ON)


def text_of(answer) -> str:
    return answer.content.decode()


def own_page(company) -> str:
    return f"/desk/evaluation/companies/{company.pk}/"


def test_the_year_shows_its_grades_and_its_ranking(published, companies, as_user, leader):
    answer = as_user(leader).get(YEAR)
    lines = answer.context["page"].object_list
    assert [(line.rank, line.company, line.grade) for line in lines] == [
        (1, companies["甲"], "A"), (2, companies["乙"], "B"), (3, companies["丙"], "C"),
    ]  # fmt: skip
    bars = {bar.label: (bar.count, bar.percent) for bar in answer.context["bars"]}
    assert bars["A 档"] == (1, "33.3%")
    assert bars["D 档"] == (0, "0.0%")
    page = text_of(answer)
    assert "2023-06-16 公布" in page
    assert "权重：tax/land 100" in page
    assert "重算" not in page


@pytest.mark.parametrize(
    ("query", "left"), [("grade=B", "乙"), ("park={park}", "甲"), ("grade=zzz&park=x", "甲乙丙")]
)
def test_it_is_narrowed_and_what_cannot_be_read_narrows_nothing(
    query, left, published, companies, as_user, leader, park
):
    answer = as_user(leader).get(f"{YEAR}&{query.format(park=park.pk)}")
    assert "".join(line.company.name[2] for line in answer.context["page"].object_list) == left


def test_a_trial_shows_what_would_come_out_and_writes_nothing(scheme, as_user, statistician):
    client = as_user(statistician)
    assert "还没有公布" in text_of(client.get(YEAR))
    answer = client.get(f"{YEAR}&trial=1")
    assert [line.grade for line in answer.context["page"].object_list] == ["A", "B", "C"]
    assert f"/desk/evaluation-schemes/{scheme.pk}/publish/" in text_of(answer)
    assert not Evaluation.objects.exists()


def test_a_trial_is_the_statisticians_alone(scheme, as_user, leader, teamlead, park_user):
    for user in (leader, teamlead, park_user):
        page = text_of(as_user(user).get(f"{YEAR}&trial=1"))
        assert "还没有公布" in page
        assert "绿溪甲" not in page
        assert "/publish/" not in page


def test_weights_that_do_not_add_up_are_said_on_the_page(as_user, statistician):
    make.evaluation_scheme(weights=[("tax", "land", "70")])
    page = text_of(as_user(statistician).get(f"{YEAR}&trial=1"))
    assert "指标权重合计 70，应为 100" in page


def test_what_is_missing_is_listed_with_where_to_bring_it(scheme, as_user, statistician, leader):
    lacking = make.company("绿溪丁有限公司")
    row = make.evaluation_input(lacking)
    page = text_of(as_user(statistician).get(f"{YEAR}&trial=1"))
    assert "税务局：实缴税收" in page
    assert f"/desk/evaluation-inputs/{row.pk}/edit/" in page
    evaluations.publish(scheme, by=statistician, **ON)
    page = text_of(as_user(leader).get(YEAR))
    assert "税务局：实缴税收" in page
    assert f"/desk/evaluation-inputs/{row.pk}/edit/" not in page


def test_the_page_says_where_recomputing_differs(published, companies, as_user, leader):
    row = EvaluationInput.objects.get(company=companies["丙"])
    evaluation_inputs.correct_inputs(row, {"tax": 250_000}, by=make.maker(), reason="漏计")
    page = text_of(as_user(leader).get(YEAR))
    assert "今天重算与公布的不一致" in page
    assert "公布：C 档，50.00 分，第 3 位" in page
    assert "重算：B 档，100.00 分，第 2 位" in page


def test_publishing_asks_for_its_day_and_closes_the_rules(scheme, as_user, statistician):
    client, url = as_user(statistician), f"/desk/evaluation-schemes/{scheme.pk}/publish/"
    assert "这个办法从此不能修改" in text_of(client.get(url))
    answer = client.post(url, {"on": "2024-01-01", "document": "公布 1 号"})
    assert answer.status_code == 400
    assert "今天之后" in text_of(answer)
    assert "公布 1 号" in text_of(answer)
    done = client.post(url, {"on": "2023-06-16"})
    assert done.url == YEAR
    assert Evaluation.objects.count() == 3
    again = client.post(url, {"on": "2023-06-16"})
    assert "完全一致" in text_of(again)
    edit = f"/desk/evaluation-schemes/{scheme.pk}/edit/"
    sent = {"year": "2022", "population": "below", "method": "base", "grade_rule": "rank",
            "line_a": "30", "line_b": "80", "line_c": "95", "version": scheme.version,
            "seen": "{}"}  # fmt: skip
    assert "另立新版" in text_of(client.post(edit, sent))
    scheme.refresh_from_db()
    assert scheme.line_a == 20


def test_rules_are_copied_to_another_year_and_made_anew_with_a_reason(
    published, scheme, as_user, statistician
):
    client, base = as_user(statistician), f"/desk/evaluation-schemes/{scheme.pk}/"
    page = text_of(client.get(base))
    assert f"{base}copy/" in page
    assert f"{base}edition/" in page
    client.post(f"{base}copy/", {"year": "2023"})
    assert EvaluationScheme.objects.get(year=2023).measures.get().weight == 100
    assert "已经登记" in text_of(client.post(f"{base}copy/", {"year": "2023"}))
    assert "请填写改版原因" in text_of(client.post(f"{base}edition/", {"reason": ""}))
    client.post(f"{base}edition/", {"reason": "权重不妥"})
    assert EvaluationScheme.objects.get(edition=2).why == "权重不妥"


def test_a_companys_years_stand_side_by_side(published, companies, as_user, leader):
    company = companies["甲"]
    make.evaluation_input(company, 2021, tax=0, energy=None)
    page = text_of(as_user(leader).get(own_page(company)))
    assert page.index("2022年") < page.index("2021年")
    assert "A 档" in page
    assert "150.00 / 100 分，基准 2" in page
    assert "登记 10 + 租入 0 − 租出 0" in page
    assert "待补" in page
    assert "未公布" in page
    row = EvaluationInput.objects.get(company=company, year=2022)
    evaluation_inputs.correct_inputs(row, {"tax": 1}, by=make.maker(), reason="更正")
    page = text_of(as_user(leader).get(own_page(company)))
    assert "2022年公布以后数据更正过" in page
    assert re.search(r"税收.*?\b30\b", page, re.S)


def test_an_appeal_is_ruled_on_from_its_page(published, companies, as_user, statistician):
    client = as_user(statistician)
    facts = {"company": companies["丙"], "year": "2022", "appealed_on": date(2023, 6, 20),
             "content": "漏了税收"}  # fmt: skip
    case = ledgers.get("evaluation-appeals").register(facts, by=statistician)
    base = f"/desk/evaluation-appeals/{case.pk}/"
    for word in ("uphold", "reject"):
        assert f"{base}{word}/" in text_of(client.get(base))
    sent = {"on": "2023-06-28", "ruling": "属实", "land_registered_mu": "10",
            "land_rented_mu": "0", "land_let_mu": "0", "tax": "10"}  # fmt: skip
    answer = client.post(f"{base}uphold/", sent)
    assert answer.status_code == 400
    assert "至少一个" in text_of(answer)
    assert client.post(f"{base}uphold/", sent | {"tax": "25"}).url == base
    case.refresh_from_db()
    assert (case.state, case.result.inputs.tax) == (AppealState.UPHELD, Decimal(250_000))
    assert client.get(f"{base}reject/").url == base
    assert f"{base}uphold/" not in text_of(client.get(base))
    assert client.get(f"{base}waive/").status_code == 404


def test_the_table_has_ranks_inputs_and_points_and_is_on_record(published, as_user, leader):
    answer = as_user(leader).get(
        f"/desk/evaluation/export/{YEAR.removeprefix('/desk/evaluation/')}"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, *rows = [[cell.value for cell in row] for row in sheet.rows]
    assert len(rows) == 3
    first = dict(zip(head, rows[0], strict=True))
    assert (first["位次"], first["企业"], first["档次"]) == (1, "绿溪甲有限公司", "A")
    assert (first["用地面积（亩）"], first["税收（万元）"], first["综合能耗（吨标煤）"]) == (
        10,
        30,
        None,
    )
    assert (first["tax/land（万元/亩）"], first["tax/land得分"]) == (3, 150)
    assert AuditEntry.objects.get(verb="export").changes["rows"] == [None, 3]


# Who may see it


PAGES = (YEAR, "/desk/evaluation/export/?year=2022&population=below")


def test_whoever_has_no_part_in_it_is_refused_everywhere(
    anyone, published, scheme, companies, as_user
):
    client = as_user(anyone)
    sees = anyone.role in {"statistician", "leader", "teamlead", "park"}
    exports = anyone.role in {"statistician", "leader"}
    writes = anyone.role == "statistician"
    assert client.get(YEAR).status_code == (200 if sees else 403)
    assert client.get(PAGES[1]).status_code == (200 if exports else 403)
    assert client.get(own_page(companies["甲"])).status_code == (200 if sees else 403)
    for word in ("publish", "copy", "edition"):
        awaited = 200 if writes else 403
        page = client.get(f"/desk/evaluation-schemes/{scheme.pk}/{word}/")
        assert page.status_code == awaited, word
    if anyone.role in {"officer", "liaison"}:  # they see the company, and nothing of this
        page = text_of(client.get(f"/desk/companies/{companies['甲'].pk}/"))
        assert "亩均" not in page


def test_a_park_sees_its_companies_and_learns_of_no_other(published, companies, as_user, park_user):
    make.evaluation_input(make.company("绿溪丁有限公司"))
    client = as_user(park_user)
    answer = client.get(YEAR)
    page = text_of(answer)
    assert [line.company for line in answer.context["page"].object_list] == [companies["甲"]]
    assert sum(bar.count for bar in answer.context["bars"]) == 1
    for hidden in ("绿溪乙", "绿溪丙", "绿溪丁", "远山园区", "待补，没有参评", "重算"):
        assert hidden not in page
    assert client.get(own_page(companies["甲"])).status_code == 200
    foreign = client.get(own_page(companies["乙"]))
    assert foreign.status_code == 404
    assert client.get("/desk/evaluation/companies/999999/").status_code == 404
    result = Evaluation.objects.get(company=companies["乙"])
    assert client.get(f"/desk/evaluations/{result.pk}/").status_code == 404
    assert client.get(f"/api/evaluations/{result.pk}/").status_code == 404


def test_a_stranger_is_sent_to_the_login(published, companies, client):
    for url in (*PAGES, own_page(companies["甲"])):
        assert client.get(url).url.startswith("/login/")


def test_the_pages_ask_as_many_questions_of_many_companies_as_of_few(
    published, scheme, as_user, statistician, django_assert_max_num_queries
):
    client = as_user(statistician)
    urls = [YEAR, f"{YEAR}&trial=1", PAGES[1], own_page(published[0].company)]

    def counted() -> list[int]:
        found = []
        for url in urls:
            with django_assert_max_num_queries(60) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    client.get(YEAR)
    few = counted()
    for number in range(6):
        company = make.company(park=make.park(), industry=make.industry(f"产业{number}"))
        make.evaluation_input(company, tax=number)
        make.evaluation_input(make.company())
    evaluations.publish(scheme, by=statistician, reason="补齐", **ON)
    assert counted() == few
