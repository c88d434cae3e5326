"""对词 on the desk: the unknown words of a file on one page, answered in one go."""

from __future__ import annotations

import pytest

from crm.actions import rows
from crm.actions.system import words
from crm.models import Company, Industry, Park, ParkKind, Project
from crm.models.system.words import WordMeaning
from tests import make
from tests.crm.views.test_import_pages import confirm, send, settle, table, text_of

pytestmark = pytest.mark.django_db
ROWS = "项目名称,行业,阶段\n甲,新能源电池产业,竣工\n乙,灯具,在建\n丙,灯具,在建\n"


@pytest.fixture
def asked(as_user, statistician):
    """The page of the words of a file, and the client who opened it."""
    make.industry("新能源电池")
    client = as_user(statistician)
    upload = send(client, "projects", table(ROWS, "a.csv"))
    answer = settle(client, upload)
    assert answer.url == f"/desk/import/{upload.pk}/words/"
    return client, upload, client.get(answer.url)


def answers(page, **chosen: str) -> dict[str, str]:
    """What the page would send, with some words answered otherwise: answers(page, 灯具="new")."""
    sent = {}
    for column in page.context["form"].asked.values():
        for word in column.words:
            sent[f"answer-{word.index}"] = chosen.get(word.word, word.chosen)
            sent[f"other-{word.index}"] = chosen.get(f"{word.word}_other", "")
            sent[f"parent-{word.index}"] = chosen.get(f"{word.word}_parent", "")
    return sent


def test_each_word_is_asked_once_with_its_rows_and_what_follows(asked):
    _, _, page = asked
    seen = text_of(page)
    assert seen.count('<b id="word-') == 3
    assert "不回答就退回" in seen
    assert "不回答就留空" in seen
    assert "认得的 1 个词" in seen


def test_one_click_takes_what_is_sure_and_leaves_the_rest_open(asked):
    client, upload, page = asked
    answer = client.post(f"/desk/import/{upload.pk}/words/", answers(page))
    assert answer.url == f"/desk/import/{upload.pk}/"
    upload.refresh_from_db()
    assert {one["word"] for one in upload.outcome["questions"]} == {"竣工", "灯具"}
    assert "没有对上的词" in text_of(client.get(answer.url))
    assert WordMeaning.objects.get().value == "新能源电池"


def test_answers_reach_the_rows_and_the_next_file(asked, statistician):
    client, upload, page = asked
    given = answers(page, 竣工="is:投产", 灯具="new", 灯具_parent="新能源电池")
    client.post(f"/desk/import/{upload.pk}/words/", given)
    assert not Industry.objects.filter(name="灯具").exists()  # tried, and taken back
    confirm(client, upload)
    assert Industry.objects.get(name="灯具").parent.name == "新能源电池"
    assert Project.objects.filter(industry__name="灯具").count() == 2
    assert Project.objects.get(name="甲").get_stage_display() == "投产"
    again = send(client, "projects", table(ROWS.replace("甲", "丁"), "b.csv"))
    assert settle(client, again).url == f"/desk/import/{again.pk}/"  # nothing is asked


def test_a_word_may_stay_empty_or_send_its_rows_back(asked):
    client, upload, page = asked
    client.post(f"/desk/import/{upload.pk}/words/", answers(page, 竣工="refuse", 灯具="empty"))
    upload.refresh_from_db()
    assert upload.outcome["questions"] == []
    assert upload.outcome["counts"]["refused"] == 1
    assert upload.outcome["to_check"] == []


def test_a_name_that_does_not_exist_is_said_and_nothing_is_kept(asked, monkeypatch):
    monkeypatch.setattr("crm.forms.words.LISTED", 0)  # as with thousands of names: one types
    client, upload, page = asked
    given = answers(page, 灯具_other="没有的产业")
    answer = client.post(f"/desk/import/{upload.pk}/words/", given)
    assert answer.status_code == 400
    assert "没有名为“没有的产业”的产业" in text_of(answer)
    assert "没有的产业" in text_of(answer)
    assert not WordMeaning.objects.exists()
    given = answers(page, 灯具_other="新能源电池")
    assert client.post(f"/desk/import/{upload.pk}/words/", given).status_code == 302


def test_somebody_elses_words_are_not_there(asked, as_user):
    _, upload, _ = asked
    other = as_user(make.user("statistician"))
    assert other.get(f"/desk/import/{upload.pk}/words/").status_code == 404
    assert other.post(f"/desk/import/{upload.pk}/words/", {}).status_code == 404


def test_a_word_is_forgotten_from_its_page_by_its_office_alone(asked, as_user):
    client, upload, page = asked
    client.post(f"/desk/import/{upload.pk}/words/", answers(page))
    row = WordMeaning.objects.get()
    assert "新能源电池产业" in text_of(client.get("/desk/words/"))
    assert "忘掉，下次再问" in text_of(client.get(f"/desk/words/{row.pk}/"))
    stranger = as_user(make.user("teamlead", team=make.team()))
    assert stranger.post(f"/desk/words/{row.pk}/forget/").status_code == 404
    assert client.post(f"/desk/words/{row.pk}/forget/").status_code == 302
    assert not WordMeaning.objects.exists()


def test_a_changed_heading_keeps_the_answers_given_so_far(asked):
    client, upload, page = asked
    client.post(f"/desk/import/{upload.pk}/words/", answers(page, 灯具="empty"))
    settle(client, upload, 阶段="")
    upload.refresh_from_db()
    assert upload.outcome["questions"] == []


def test_an_amount_that_is_hardly_meant_is_settled_for_its_file_alone(as_user, statistician):
    client = as_user(statistician)
    rows = "".join(f"项目{n},{amount}\n" for n, amount in enumerate((3, 2, 5, 4, 58000)))
    upload = send(client, "projects", table(f"项目名称,计划总投资（亿元）\n{rows}", "a.csv"))
    page = client.get(settle(client, upload).url)
    assert "58000，没有写错" in text_of(page)
    given = answers(page, **{"58000_other": "5.8亿元"})
    assert client.post(f"/desk/import/{upload.pk}/words/", given).status_code == 302
    confirm(client, upload)
    assert Project.objects.get(name="项目4").planned_investment == 580_000_000
    assert not WordMeaning.objects.exists()


def test_the_page_asks_once_for_what_every_row_needs(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "parks", table("名称\n绿溪工业园区\n", "a.csv"))
    page = text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert "constant-kind" in page
    assert "constant-slug" not in page
    assert "constant-name" not in page
    settle(client, upload, more=lambda layout: {"constant-kind": "特色专业园区"})
    confirm(client, upload)
    assert Park.objects.get().kind == ParkKind.SPECIAL


def test_the_columns_by_which_rows_are_recognised_are_chosen_on_the_page(as_user, statistician):
    rows.register(Company, {"name": "川锦有限公司", "short_name": "川锦"}, by=statistician)
    client = as_user(statistician)
    upload = send(client, "companies", table("企业名称,简称\n川锦（总部）公司,川锦\n", "a.csv"))
    assert "台账里已有的按哪几列认" in text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    settle(client, upload, more=lambda layout: {"match": ["1"]})
    confirm(client, upload)
    assert [one.name for one in Company.objects.all()] == ["川锦（总部）公司"]


def test_what_a_word_means_is_changed_for_the_files_to_come(as_user, statistician, teamlead):
    make.industry("新能源电池")
    make.industry("照明")
    row, *_ = words.remember(
        "projects", "project", {"industry": {"灯具": "新能源电池"}}, by=statistician
    )
    client, where = as_user(statistician), f"/desk/words/{row.pk}/change/"
    assert where in text_of(client.get(f"/desk/words/{row.pk}/"))
    for sent, said in (
        ({"treatment": "is", "value": "火星"}, "火星"),
        ({"treatment": "is", "value": ""}, "请写明它的意思"),
    ):
        assert said in text_of(client.post(where, sent))
    row.refresh_from_db()
    assert row.value == "新能源电池"
    assert client.post(where, {"treatment": "is", "value": "照明"}).status_code == 302
    upload = send(client, "projects", table("项目名称,行业\n甲,灯具\n", "d.csv"))
    assert settle(client, upload).url == f"/desk/import/{upload.pk}/"
    confirm(client, upload)
    assert Project.objects.get(name="甲").industry.name == "照明"
    client.post(where, {"treatment": "refuse", "value": "照明"})
    row.refresh_from_db()
    assert [row.treatment, row.value] == ["refuse", ""]
    stranger = as_user(make.user("officer", team=make.team("别科")))
    assert stranger.post(where, {"treatment": "empty"}).status_code in (403, 404)
    row.refresh_from_db()
    assert row.treatment == "refuse"


def asked_of(client, text: str):
    """The page of the words of this table of projects."""
    upload = send(client, "projects", table(text, "c.csv"))
    return upload, client.get(settle(client, upload).url)


def test_several_phases_in_cells_are_settled_once_for_the_file(as_user, statistician):
    client = as_user(statistician)
    rows_ = '项目名称,阶段\n甲,"一期投产，二期在建"\n乙,"一期签约，二期洽谈"\n'
    upload, page = asked_of(client, rows_)
    assert "一格里写了几个阶段的 2 个词" in text_of(page)
    where = f"/desk/import/{upload.pk}/words/"
    client.post(where, answers(page) | {"several_stages": "split"})
    confirm(client, upload)
    assert set(Project.objects.values_list("name", flat=True)) == {
        "甲（一期）", "甲（二期）", "乙（一期）", "乙（二期）"
    }  # fmt: skip


def test_what_is_asked_of_a_column_is_answered_there_and_kept_for_no_other_file(
    as_user, statistician
):
    client = as_user(statistician)
    rows_ = "项目名称,阶段,开工时间,外币金额\n甲,签约,2099-06,300000\n"
    upload, page = asked_of(client, rows_)
    assert text_of(page).count("这一栏") >= 2
    where = f"/desk/import/{upload.pk}/words/"
    whole = {
        f"answer-{word.index}": "is:美元" if field == "currency" else "is:计划"
        for field, column in page.context["form"].asked.items()
        for word in column.words
    }
    client.post(where, whole)
    confirm(client, upload)
    made = Project.objects.get(name="甲")
    assert [made.currency, made.planned_start.start.year] == ["USD", 2099]
    assert not WordMeaning.objects.exists()
