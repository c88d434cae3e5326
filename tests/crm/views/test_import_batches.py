"""An import afterwards: what came, 待核 worked off by word, the rows sent back tried once more."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import AuditEntry, ImportBatch, OriginalText, Project
from crm.models.system.words import WordMeaning
from tests import make
from tests.crm.views.test_import_pages import confirm, send, settle, table, text_of

pytestmark = pytest.mark.django_db
ROWS = (
    "项目名称,行业,计划总投资（万元）,阶段\n"
    "甲,灯具,三千,在建\n乙,灯具,500,在建\n丙,灯具,600,竣工\n丁,灯具,700,竣工\n"
)


@pytest.fixture
def imported(as_user, statistician):
    """A file whose words nobody answered, imported: two rows taken, two sent back."""
    make.industry("照明")
    client = as_user(statistician)
    upload = send(client, "projects", table(ROWS, "台账.csv"))
    settle(client, upload)
    confirm(client, upload)
    upload.refresh_from_db()
    return client, upload


def page_of(client, upload):
    return client.get(f"/desk/import/batches/{upload.batch_id}/")


def work_off(client, upload, text: str, **sent: str):
    shown = next(
        one for one in page_of(client, upload).context["texts"] if one["text"].text == text
    )
    place = {"noun": shown["noun"], "field": shown["text"].field_name, "text": text}
    where = f"/desk/import/batches/{upload.batch_id}/text/"
    return text_of(client.post(where, place | sent, follow=True))


def test_the_page_names_what_came_and_what_is_to_be_checked(imported):
    client, upload = imported
    seen = text_of(page_of(client, upload))
    assert "台账.csv" in seen
    assert seen.count(f"/desk/projects/{Project.objects.get(name='甲').pk}/") == 3
    assert "填到 2 条" in seen
    assert "三千" in seen
    assert upload.batch.file_name in text_of(client.get("/desk/import/"))


def test_one_answer_fills_all_rows_of_a_word_and_is_remembered(imported, statistician):
    client, upload = imported
    assert "共 2 条" in work_off(client, upload, "灯具", answer="照明", fill="")
    assert set(Project.objects.values_list("industry__name", flat=True)) == {"照明"}
    assert not OriginalText.objects.to_check().filter(field="industry").exists()
    assert WordMeaning.objects.get(field="industry").value == "照明"
    entries = AuditEntry.objects.filter(object_type="crm.project", verb="change")
    assert {entry.actor for entry in entries} == {statistician}
    batch = ImportBatch.objects.latest("pk")
    assert [batch.counts["changed"], batch.pk != upload.batch_id] == [2, True]  # undone as one


def test_an_amount_is_filled_under_its_unit_and_no_other_file_hears_of_it(imported):
    client, upload = imported
    work_off(client, upload, "三千", answer="3000", fill="")
    assert Project.objects.get(name="甲").planned_investment == 30_000_000
    assert not WordMeaning.objects.exists()


@pytest.mark.parametrize(("answer", "said"), [("火星", "没有填成"), ("", "请先填写")])
def test_an_answer_that_cannot_be_read_changes_nothing(imported, answer, said):
    client, upload = imported
    assert said in work_off(client, upload, "灯具", answer=answer, fill="")
    assert OriginalText.objects.to_check().filter(field="industry").count() == 2
    assert not WordMeaning.objects.exists()
    assert ImportBatch.objects.count() == 1


def test_rows_that_are_right_as_they_are_are_settled_together(imported):
    client, upload = imported
    assert "2 条核过了" in work_off(client, upload, "灯具", settle="")
    assert [one["text"].text for one in page_of(client, upload).context["texts"]] == ["三千"]


def test_a_batch_is_its_importers_alone(imported, as_user, teamlead):
    _, upload = imported
    other = as_user(teamlead)
    assert page_of(other, upload).status_code == 404
    where = f"/desk/import/batches/{upload.batch_id}/text/"
    place = {"noun": "project", "field": "industry", "text": "灯具", "answer": "照明"}
    assert other.post(where, place).status_code == 404
    assert other.post(f"/desk/import/{upload.pk}/again/").status_code == 404
    assert not Project.objects.filter(industry__isnull=False).exists()


def test_an_undone_batch_says_so_and_asks_nothing(imported):
    client, upload = imported
    client.post(f"/desk/import/batches/{upload.batch_id}/revert/")
    seen = text_of(page_of(client, upload))
    assert "已撤销" in seen
    assert "填到" not in seen
    assert "整批撤销" not in seen


# The rows sent back


def test_the_mend_that_most_rows_need_is_named_with_one_button(imported):
    client, upload = imported
    seen = text_of(client.get(f"/desk/import/{upload.pk}/"))
    assert "退回的 2 行里有 2 行是同一件事" in seen
    assert "把退回的行拿来对词" in seen
    answer = client.post(f"/desk/import/{upload.pk}/again/")
    fresh = upload.__class__.objects.latest("pk")
    assert answer.url == f"/desk/import/{fresh.pk}/words/"
    assert fresh.file_name == "台账-退回的行.xlsx"
    assert [one["word"] for one in fresh.outcome["questions"]] == ["灯具", "竣工"]
    given = {"answer-0": "", "answer-1": "is:投产", "several_stages": "refuse"}
    client.post(answer.url, given)
    confirm(client, fresh)
    assert Project.objects.get(name="丙").get_stage_display() == "投产"
    assert Project.objects.count() == 4
    fresh.refresh_from_db()
    assert client.post(f"/desk/import/{fresh.pk}/again/").status_code == 409  # none was sent back


def test_a_heading_without_its_unit_leads_back_to_the_headings(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "parks", table("名称\n甲园\n", "a.csv"))
    settle(client, upload)
    seen = text_of(client.get(f"/desk/import/{upload.pk}/"))
    assert "去对表头" in seen


def test_nothing_is_said_of_a_mend_where_no_row_came_back(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "projects", table("项目名称\n甲\n", "a.csv"))
    settle(client, upload)
    upload.refresh_from_db()
    assert upload.outcome["remedy"] is None
    assert "同一件事" not in text_of(client.get(f"/desk/import/{upload.pk}/"))


def test_the_page_asks_the_same_few_questions_however_many_rows_came(as_user, teamlead):
    client, asked = as_user(teamlead), []
    make.industry("照明")
    for count in (2, 40):
        lines = [f"项目{count}-{at},灯具,在建" for at in range(count)]
        text = "\n".join(["项目名称,行业,阶段", *lines]) + "\n"
        upload = send(client, "projects", table(text, f"{count}.csv"))
        settle(client, upload)
        confirm(client, upload)
        upload.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, upload)
        assert page.context["cell_count"] == count
        asked.append(len(queries))
    assert asked[0] == asked[1]
