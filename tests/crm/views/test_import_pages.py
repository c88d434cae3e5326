"""Importing on the desk: a file, its headings, what would happen, then its rows, and undoing."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from crm import ledgers
from crm.access import Action
from crm.actions.system import uploads
from crm.models import Company, ImportBatch, ImportUpload, MappingMemory, Project
from crm.spreadsheets.writer import write_rows
from tests import make
from tests.crm.spreadsheets.books import xlsx
from tests.crm.spreadsheets.sheets import Exported
from tests.needs import some

pytestmark = pytest.mark.django_db

COMPANIES = "企业名称,统一社会信用代码\n川锦有限公司,\n,坏\n"
STRANGE = "Project Title,Total Amt,Approved,Remark\nIrrigation,150,5/20/2003,<b>x</b>\n"


def table(text: str | bytes, name: str = "企业.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def send(client, ledger: str, file: SimpleUploadedFile) -> ImportUpload:
    answer = client.post("/desk/import/", {"ledger": ledger, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    upload = ImportUpload.objects.order_by("-pk").first()
    assert upload is not None
    assert answer.url == f"/desk/import/{upload.pk}/columns/"
    return upload


def settle(client, upload: ImportUpload, *, more=None, **chosen: str):
    """Sends the page of headings back as it stands, with some headings given another field or unit:
    settle(client, upload, **{"Total Amt": "planned_investment 百万美元"})."""
    page = client.get(f"/desk/import/{upload.pk}/columns/")
    layout = page.context["layout"]
    sent = {"print": layout.print, "sheet": page.context["sheet"]}
    for index, column in enumerate(layout.columns):
        field, _, unit = chosen.get(column.text, "").partition(" ")
        sent[f"field-{index}"] = field if column.text in chosen else column.field or ""
        sent[f"unit-{index}"] = unit or column.chosen_unit
    sent |= more(layout) if more else {}
    return client.post(f"/desk/import/{upload.pk}/columns/", sent)


def confirm(client, upload: ImportUpload):
    upload.refresh_from_db()
    return client.post(f"/desk/import/{upload.pk}/commit/", {"turn": upload.turn}, follow=True)


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_table_is_mapped_shown_imported_and_undone(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    assert "2 行数据" in text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    seen = client.get(settle(client, upload).url)
    upload.refresh_from_db()
    assert (upload.outcome["counts"]["new"], upload.outcome["counts"]["refused"]) == (1, 1)
    assert "川锦有限公司" in text_of(seen)
    assert not Company.objects.exists()
    errors = client.get(f"/desk/import/{upload.pk}/errors/")
    assert errors["Content-Disposition"].startswith("attachment")
    done = confirm(client, upload)
    assert "导入完成" in text_of(done)
    assert Company.objects.get().name == "川锦有限公司"
    assert "新增的作废（不删除" in text_of(done)
    batch = ImportBatch.objects.get(reverted_at=None)
    undone = client.post(f"/desk/import/batches/{batch.pk}/revert/", follow=True)
    assert "的导入：新增的 1 条作废，更新的 0 条恢复原值。" in text_of(undone)
    assert not Company.objects.exists()
    page = text_of(client.get(f"/desk/import/{upload.pk}/"))
    assert "已撤销" in page
    assert "新增的 1 条作废" in page
    assert "整批撤销" not in page


def test_what_stands_in_the_way_of_undoing_is_named_and_nothing_is_undone(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    settle(client, upload)
    confirm(client, upload)
    make.project("别人的项目", company=Company.objects.get())
    batch = ImportBatch.objects.get()
    answer = client.post(f"/desk/import/batches/{batch.pk}/revert/", follow=True)
    assert answer.redirect_chain == [("/desk/import/", 302)]
    page = text_of(answer)
    assert "不能整批撤销" in page
    assert "川锦有限公司（项目“别人的项目”）" in page
    assert "请逐条更正或作废" in page
    assert Company.objects.exists()


def test_a_second_click_imports_nothing_twice(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    settle(client, upload)
    confirm(client, upload)
    assert "导入完成" in text_of(confirm(client, upload))
    assert (Company.objects.count(), ImportBatch.objects.count()) == (1, 1)


def test_headings_nobody_knows_are_asked_for_and_keep_the_file(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "projects", table(STRANGE, "wb.csv"))
    page = text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert "没有认出表头" in page
    assert "Irrigation" in page
    assert "&lt;b&gt;x" in page
    refused = settle(client, upload, **{"Total Amt": "planned_investment"})
    assert refused.status_code == 400
    assert "请指出哪一列是项目名称" in text_of(refused)
    assert '<option value="planned_investment" data-units="money" selected>' in text_of(refused)
    settle(
        client,
        upload,
        **{
            "Project Title": "name",
            "Total Amt": "planned_investment 百万美元",
            "Approved": "entered_signed M/D/YYYY",
        },
    )
    confirm(client, upload)
    made = Project.objects.get()
    assert (made.name, made.foreign_amount, made.currency) == ("Irrigation", 150_000_000, "USD")


def test_the_dry_run_leads_back_to_the_headings_and_forth_again(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "projects", table("项目名称,投资额\n甲,4000\n乙,5000\n", "a.csv"))
    seen = text_of(client.get(settle(client, upload).url))
    assert "没有单位" in seen
    assert f"/desk/import/{upload.pk}/columns/" in seen
    settle(client, upload, 投资额="planned_investment 万元")
    seen = text_of(client.get(f"/desk/import/{upload.pk}/"))
    assert "4,000万元" in seen
    assert "退回的行" not in seen
    confirm(client, upload)
    assert Project.objects.get(name="甲").planned_investment == 40_000_000


def test_what_is_confirmed_is_what_was_shown(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    settle(client, upload)
    upload.refresh_from_db()
    seen = upload.turn
    settle(client, upload)  # the same page in another tab
    answer = client.post(f"/desk/import/{upload.pk}/commit/", {"turn": seen})
    assert answer.status_code == 409
    assert not Company.objects.exists()


def test_two_headings_for_one_column_are_refused_and_what_was_chosen_stays(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "projects", table("项目名称,甲栏,乙栏\n甲,1,2\n", "a.csv"))
    answer = settle(client, upload, 甲栏="location", 乙栏="location")
    assert answer.status_code == 400
    assert "“甲栏”和“乙栏”都对应了地点" in text_of(answer)
    assert text_of(answer).count('<option value="location" data-units="" selected>') == 2


def test_the_next_file_with_the_same_headings_starts_from_what_was_settled(as_user, teamlead, team):
    client = as_user(teamlead)
    upload = send(client, "projects", table(STRANGE, "wb.csv"))
    chosen = {"Project Title": "name", "Total Amt": "planned_investment 百万美元"}
    settle(client, upload, **chosen)
    other = as_user(make.user("teamlead", team=team))
    again = send(other, "projects", table(STRANGE.replace("Irrigation", "Roads"), "next.csv"))
    page = other.get(f"/desk/import/{again.pk}/columns/")
    assert "已按上次的对应填好" in text_of(page)
    columns = {column.text: column for column in page.context["layout"].columns}
    assert columns["Project Title"].field == "name"
    assert columns["Total Amt"].chosen_unit == "百万美元"


def test_what_another_team_settled_stays_its_own(as_user, teamlead, other_team):
    upload = send(as_user(teamlead), "projects", table(STRANGE, "wb.csv"))
    settle(as_user(teamlead), upload, **{"Project Title": "name"})
    other = as_user(make.user("teamlead", team=other_team))
    again = send(other, "projects", table(STRANGE, "wb.csv"))
    page = other.get(f"/desk/import/{again.pk}/columns/")
    assert page.context["recalled"] == ""
    assert "没有认出表头" in text_of(page)


def test_of_a_similar_file_headings_are_remembered_but_never_a_unit(as_user, statistician):
    client = as_user(statistician)
    first = send(client, "projects", table("项目名称,引资,片区名\n甲,1,北\n", "a.csv"))
    settle(client, first, 引资="planned_investment 万元", 片区名="location")
    again = send(client, "projects", table("项目名称,引资,备考\n乙,1,x\n", "b.csv"))
    page = client.get(f"/desk/import/{again.pk}/columns/")
    columns = {column.text: column for column in page.context["layout"].columns}
    assert columns["引资"].field == "planned_investment"
    assert columns["引资"].chosen_unit == ""
    assert columns["备考"].field is None


def test_a_remembered_field_the_ledger_lost_is_left_out(statistician):
    kept = {"columns": {"a": "name", "b": "gone"}, "units": {"gone": "万元"}, "group_by": ["gone"]}
    assert uploads.usable(kept, ["name"]) == {
        "columns": {"a": "name"}, "units": {}, "group_by": []
    }  # fmt: skip


def test_rows_of_one_record_and_two_stages_in_a_cell_are_settled_on_the_page(as_user, statistician):
    rows = "项目名称,阶段,地点\n灌区,开工|签约,北\n灌区,签约,南\n水库,洽谈,北\n"
    client = as_user(statistician)
    upload = send(client, "projects", table(rows, "a.csv"))
    settle(client, upload)
    upload.refresh_from_db()
    assert upload.outcome["counts"] == {
        "new": 2, "changed": 0, "same": 0, "duplicate": 0, "refused": 1
    }  # fmt: skip
    choices = lambda layout: {"together": ["0"], "several_stages": "furthest"}  # noqa: E731
    settle(client, upload, more=choices)
    upload.refresh_from_db()
    assert upload.outcome["counts"] == {
        "new": 2, "changed": 0, "same": 0, "duplicate": 1, "refused": 0
    }  # fmt: skip
    page = client.get(f"/desk/import/{upload.pk}/columns/")
    assert page.context["form"].together == {"0"}
    assert page.context["form"].several_stages == "furthest"


def test_a_sheet_can_be_chosen_and_the_others_are_then_left_alone(as_user, statistician):
    def change(book):
        more = book.create_sheet("备份")
        more.append(["项目名称", "地点"])
        more.append(["旧项目", "北"])

    data = xlsx([["项目名称", "地点"], ["新项目", "南"]], change)
    client = as_user(statistician)
    upload = send(client, "projects", table(data, "a.xlsx"))
    page = client.get(f"/desk/import/{upload.pk}/columns/?sheet=备份")
    assert "旧项目" in text_of(page)
    assert "新项目" not in text_of(page)
    settle(client, upload, more=lambda layout: {"sheet": "备份"})
    confirm(client, upload)
    assert [project.name for project in Project.objects.all()] == ["旧项目"]


def test_every_importable_ledger_goes_through_the_steps(as_user, statistician):
    client = as_user(statistician)
    for ledger in some(ledgers.every(), 1):
        if not (ledger.import_columns and ledger.can(statistician, Action.IMPORT)):
            continue
        headings = [column.heading for column in ledger.import_columns]
        data = write_rows(headings, [["待定"] * len(headings)], "xlsx")
        upload = send(client, ledger.key, table(data, f"{ledger.key}.xlsx"))
        page = client.get(f"/desk/import/{upload.pk}/columns/")
        lost = [column.text for column in page.context["layout"].columns if not column.field]
        assert lost == [], ledger.key
        assert settle(client, upload).status_code == 302, ledger.key
        seen = client.get(f"/desk/import/{upload.pk}/")
        assert sum(seen.context["counts"].values()) == 1, ledger.key


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", b""), ("a.xlsx", b"PK\x03\x04broken"), ("a.exe", b"MZ"), ("a.csv", b"\xff\xfe\x00")],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(name, data, as_user, statistician):
    sent = {"ledger": "companies", "file": SimpleUploadedFile(name, data)}
    answer = as_user(statistician).post("/desk/import/", sent)
    assert answer.status_code == 400
    assert answer.context["form"].errors["file"]


def test_a_column_that_fills_another_does_so_through_the_steps_too(as_user, statistician):
    client = as_user(statistician)
    text = "项目名称,用地（亩）,占地面积（亩）\n甲山项目,50,\n乙水项目,,3公顷\n"
    upload = send(client, "projects", table(text, "用地.csv"))
    page = text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert "“占地面积（亩）”为空时用它" in page
    settle(client, upload)
    upload.refresh_from_db()
    assert upload.settings["columns"] == {"项目名称": "name", "占地面积(亩)": "land_area_mu"}
    confirm(client, upload)
    assert {p.name: p.land_area_mu for p in Project.objects.all()} == {
        "甲山项目": 50,
        "乙水项目": 45,
    }
    again = send(client, "projects", table(text.replace("山", "川"), "用地2.csv"))
    settle(client, again, **{"占地面积（亩）": ""})
    confirm(client, again)
    again.refresh_from_db()
    assert again.settings["columns"] == {
        "项目名称": "name", "用地(亩)": None, "占地面积(亩)": None
    }  # fmt: skip
    assert Project.objects.get(name="甲川项目").land_area_mu is None


def paste(client, ledger: str, text: str, **more):
    return client.post("/desk/import/", {"ledger": ledger, "pasted": text, **more})


def test_a_table_copied_from_excel_and_pasted_is_imported_like_a_file(as_user, statistician):
    client = as_user(statistician)
    text = '企业名称\t简称\t企业简介\r\n川锦, 有限公司\t\t"两\n行"\r\n\t川\t没有名称\r\n'
    assert paste(client, "companies", text).status_code == 302
    upload = ImportUpload.objects.get()
    assert upload.file_name == "粘贴的表格.csv"
    settle(client, upload)
    confirm(client, upload)
    made = Company.objects.get()
    assert (made.name, made.summary) == ("川锦, 有限公司", "两\n行")
    upload.refresh_from_db()
    assert upload.outcome["counts"]["refused"] == 1


def test_a_pasted_list_of_names_is_asked_what_it_is_and_then_imported(as_user, statistician):
    client = as_user(statistician)
    assert paste(client, "companies", "一个盒子\n一为\n一之乡\n").status_code == 302
    upload = ImportUpload.objects.get()
    page = text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert "这张表没有表头，第一行就是数据" in page
    assert "至少要有企业名称" in page
    assert "3 行数据" in page
    assert "A列" in page
    refused = settle(client, upload)
    assert refused.status_code == 400
    assert "请指出哪一列是企业名称" in text_of(refused)
    settle(client, upload, A列="name")
    confirm(client, upload)
    assert sorted(Company.objects.values_list("name", flat=True)) == ["一个盒子", "一为", "一之乡"]


def test_what_columns_without_headings_meant_is_not_carried_to_another_list(as_user, statistician):
    client = as_user(statistician)
    paste(client, "companies", "一个盒子\n一为\n一之乡\n")
    settle(client, ImportUpload.objects.get(), A列="name")
    paste(client, "companies", "一座山\n一条河\n")
    other = ImportUpload.objects.order_by("-pk").first()
    page = client.get(f"/desk/import/{other.pk}/columns/")
    assert page.context["recalled"] == ""
    assert page.context["layout"].columns[0].field is None


@pytest.mark.parametrize(
    ("sent", "field", "reason"),
    [
        ({}, "file", "请选择一个文件"),
        ({"pasted": " \r\n"}, "file", "请选择一个文件"),
        ({"pasted": "企业名称\n甲", "file": "also"}, "pasted", "只能用一样"),
        ({"pasted": "企业名称\n" + "甲" * 700_000}, "pasted", "超过 2 MB"),
        ({"pasted": "企业名称\n" * 20_002}, "pasted", "20000 行"),
        ({"pasted": "企业名称\n\x00"}, "pasted", ""),
    ],
)
def test_what_cannot_be_taken_as_a_pasted_table_is_refused_at_its_field(
    sent, field, reason, as_user, statistician
):
    sent = {"ledger": "companies", **sent}
    if sent.get("file"):
        sent["file"] = table(COMPANIES)
    answer = as_user(statistician).post("/desk/import/", sent)
    assert answer.status_code == 400
    assert reason in answer.context["form"].errors[field][0]


def test_a_table_without_any_row_is_no_error_of_ours(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(xlsx([]), "a.xlsx"))
    page = client.get(f"/desk/import/{upload.pk}/columns/")
    assert page.status_code == 200
    assert settle(client, upload).status_code == 400


def test_what_somebody_else_uploaded_is_not_there(as_user, statistician, teamlead):
    upload = send(as_user(statistician), "projects", table("项目名称\n密\n", "a.csv"))
    other = as_user(teamlead)
    for path in ("", "columns/", "errors/"):
        assert other.get(f"/desk/import/{upload.pk}/{path}").status_code == 404
    for path in ("columns/", "commit/", "discard/"):
        assert other.post(f"/desk/import/{upload.pk}/{path}").status_code == 404
    assert "a.csv" not in text_of(other.get("/desk/import/"))


def test_who_may_not_import_is_told_whom_to_ask(as_user, officer, teamlead, statistician):
    answer = as_user(officer).get("/desk/import/")
    assert answer.status_code == 403
    assert "科长或统计员" in text_of(answer)
    sent = {"ledger": "parks", "file": table("名称,代码\n新园区,new\n")}
    assert as_user(teamlead).post("/desk/import/", sent).status_code == 400
    assert as_user(teamlead).post("/desk/import/batches/1/revert/").status_code == 404
    client = as_user(statistician)
    assert client.get("/desk/import/template/companies/").status_code == 200
    assert client.get("/desk/import/template/audit/").status_code == 404
    assert not ImportUpload.objects.exists()


def test_a_waiting_table_is_found_again_and_can_be_thrown_away(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    assert f'/desk/import/{upload.pk}/">企业.csv' in text_of(client.get("/desk/import/"))
    client.post(f"/desk/import/{upload.pk}/discard/")
    assert not ImportUpload.objects.exists()
    assert not storages["private"].exists(f"imports/{upload.token}/sheets.json")


def test_only_the_newest_tables_of_a_person_wait(as_user, statistician):
    client = as_user(statistician)
    first = send(client, "companies", table(COMPANIES))
    for _ in range(uploads.KEPT):
        send(client, "companies", table(COMPANIES))
    assert ImportUpload.objects.count() == uploads.KEPT
    assert not storages["private"].exists(f"imports/{first.token}/sheets.json")


def test_a_table_nobody_came_back_to_is_forgotten(as_user, statistician):
    client = as_user(statistician)
    old = send(client, "companies", table(COMPANIES))
    new = send(client, "companies", table(COMPANIES))
    ImportUpload.objects.filter(pk=old.pk).update(at=old.at - timedelta(days=31))
    call_command("erase_expired", stdout=StringIO())
    assert list(ImportUpload.objects.all()) == [new]
    assert not storages["private"].exists(f"imports/{old.token}/sheets.json")
    assert storages["private"].exists(f"imports/{new.token}/sheets.json")


def test_once_imported_the_rows_of_the_file_are_kept_nowhere_else(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table(COMPANIES))
    settle(client, upload)
    confirm(client, upload)
    assert not storages["private"].exists(f"imports/{upload.token}/sheets.json")
    assert not storages["private"].exists(f"imports/{upload.token}/source")
    assert client.get(f"/desk/import/{upload.pk}/columns/").status_code == 302
    assert not MappingMemory.objects.filter(settings__icontains="川锦").exists()


def test_the_dry_run_shows_the_first_rows_of_each_outcome(as_user, statistician):
    make.project("老项目", location="北")
    rows = "项目名称,地点\n老项目,北\n" + "".join(f"新{i},南\n" for i in range(30)) + "新1,南\n"
    client = as_user(statistician)
    upload = send(client, "projects", table(rows, "a.csv"))
    page = text_of(client.get(settle(client, upload).url))
    assert "前 20 行，共 30 行" in page
    assert len(re.findall(r"<b>新\d+</b>", page)) == 21
    assert "<b>老项目</b>" in page


def test_a_table_of_our_own_is_known_by_its_numbers_on_the_page_too(as_user, statistician):
    make.project("甲", location="东区", investor="甲公司")
    client = as_user(statistician)
    exported = Exported("projects", statistician, ("stage", "stage_days", "investor", "location"))
    exported.set(exported.lines[0], "投资方", "甲集团")
    exported.set(exported.lines[0], "地点", None)
    upload = send(client, "projects", table(exported.xlsx(), "项目.xlsx"))
    page = text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert "不导入（用来找行）" in page
    assert "不导入（只读）" in page
    seen = text_of(client.get(settle(client, upload).url))
    upload.refresh_from_db()
    assert (upload.outcome["counts"]["changed"], upload.outcome["accepted"]) == (1, 1)
    assert "“地点”有 1 格清空了（第 2 行）" in seen
    confirm(client, upload)
    project = Project.objects.get()
    assert (project.name, project.investor, project.location) == ("甲", "甲集团", "东区")


def test_a_waiting_table_is_read_by_nobody_else_on_the_machine(as_user, statistician):
    upload = send(as_user(statistician), "companies", table(COMPANIES))
    path = Path(storages["private"].path(f"imports/{upload.token}/sheets.json"))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_waits_on_the_server_is_sealed_on_disk_and_in_the_database(as_user, statistician):
    client = as_user(statistician)
    sent = table("项目名称,阶段\n青蓝机电项目,看不懂的话\n", "a.csv")
    upload = send(client, "projects", sent)
    settle(client, upload)
    upload.refresh_from_db()
    assert "看不懂的话" in upload.outcome["refused"][0]["reason"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM crm_importupload")
        kept = bytes(cursor.fetchone()[0])
    folder = Path(storages["private"].path(f"imports/{upload.token}"))
    files = [path.read_bytes() for path in folder.iterdir()]
    assert len(files) == 3  # the table, the rows sent back, how far it came
    for data in (kept, *files):
        for text in ("青蓝机电", "看不懂的话"):
            assert text.encode() not in data
            assert orjson.dumps(text)[1:-1] not in data
    assert not any(data.startswith(b"PK") for data in files)


def test_what_other_keys_sealed_is_asked_for_again(as_user, statistician, settings):
    client = as_user(statistician)
    upload = send(client, "projects", table("项目名称\n甲\n", "a.csv"))
    settings.FIELD_KEYS = ["another-key-of-another-installation"]
    answer = client.get(f"/desk/import/{upload.pk}/columns/")
    assert "请重新选择文件" in text_of(answer)


def columns_page(client, upload, **asked: str):
    return client.get(f"/desk/import/{upload.pk}/columns/", asked)


def test_a_first_row_that_was_taken_for_data_is_made_the_headings(as_user, statistician):
    client = as_user(statistician)
    upload = send(
        client, "companies", table("某某集团有限公司,13800001111\n乙有限公司,1\n", "a.csv")
    )
    page = columns_page(client, upload)
    assert "第一行其实是表头" in text_of(page)
    page = columns_page(client, upload, first_row="headings")
    assert [c.text for c in page.context["layout"].columns] == ["某某集团有限公司", "13800001111"]
    sent = {"print": page.context["layout"].print, "field-0": "name", "first_row": "headings"}
    client.post(f"/desk/import/{upload.pk}/columns/", sent)
    confirm(client, upload)
    assert [row.name for row in Company.objects.all()] == ["乙有限公司"]


def test_a_first_row_that_was_taken_for_headings_is_made_data(as_user, statistician):
    client = as_user(statistician)
    upload = send(client, "companies", table("企业名称\n乙有限公司\n", "a.csv"))
    page = columns_page(client, upload)
    assert "没有表头，第一行就是数据" in text_of(page)
    page = columns_page(client, upload, first_row="data")
    assert [c.text for c in page.context["layout"].columns] == ["A列"]
    sent = {"print": page.context["layout"].print, "field-0": "name", "first_row": "data"}
    client.post(f"/desk/import/{upload.pk}/columns/", sent)
    confirm(client, upload)
    assert {row.name for row in Company.objects.all()} == {"企业名称", "乙有限公司"}
