"""A large table is read, tried and written by the worker, and its page says how far it has come."""

from __future__ import annotations

import os
import time

import pytest
from django.conf import settings as config
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.management.commands import db_worker as package
from django_tasks_db.models import DBTaskResult

from crm import tasks
from crm.actions.system import uploads
from crm.errors import Refused
from crm.models import ImportUpload, Project, UploadState
from crm.spreadsheets import job, shelf, submit
from tests.crm.views.test_import_pages import settle, table, text_of

pytestmark = pytest.mark.django_db
ROWS = "项目名称,地点\n" + "".join(f"项目{i},北\n" for i in range(40))


@pytest.fixture
def large(settings, monkeypatch):
    """Every table is a large one, and the queue is the database's, as outside the tests."""
    settings.TASKS = config.TASKS | {"worker": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    monkeypatch.setattr(submit, "SMALL_BYTES", 0)
    monkeypatch.setattr("crm.views.ledgers.imports.SMALL_BYTES", 0)
    monkeypatch.setattr("crm.views.ledgers.imports.SMALL_ROWS", 0)
    monkeypatch.setattr(package.Worker, "configure_signals", lambda self: None)
    monkeypatch.setattr(package, "close_old_connections", lambda: None)  # within the test's own


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, worker_id="one")


def uploaded(client) -> ImportUpload:
    client.post("/desk/import/", {"ledger": "projects", "file": table(ROWS, "大表.csv")})
    return ImportUpload.objects.get()


def test_a_large_table_goes_through_the_worker_step_by_step(large, as_user, statistician):
    client = as_user(statistician)
    upload = uploaded(client)
    page = f"/desk/import/{upload.pk}/"
    assert "排队中" in text_of(client.get(page))
    assert client.get(f"{page}progress/").status_code == 200
    work()
    assert client.get(f"{page}progress/").headers["HX-Redirect"] == page
    assert client.get(page).url == f"{page}columns/"
    assert settle(client, upload).url == page
    work()
    seen = text_of(client.get(page))
    assert "导入这 40 条" in seen
    assert not Project.objects.exists()
    upload.refresh_from_db()
    client.post(f"{page}commit/", {"turn": upload.turn})
    assert "正在导入" in text_of(client.get(page))
    assert not Project.objects.exists()
    work()
    assert "导入完成" in text_of(client.get(page))
    assert Project.objects.count() == 40
    told = statistician.notifications.order_by("pk").values_list("text", flat=True)
    assert list(told) == [
        "“大表.csv”读好了，待您核对表头。",
        "“大表.csv”试算好了，待您确认：新增 40 条，更新 0 条，退回 0 条。",
        "“大表.csv”已导入：新增 40 条，更新 0 条，退回 0 条。",
    ]


def test_while_the_worker_has_it_nothing_else_is_done_with_it(large, as_user, statistician):
    client = as_user(statistician)
    upload = uploaded(client)
    work()
    settle(client, upload)
    assert client.get(f"/desk/import/{upload.pk}/columns/").url == f"/desk/import/{upload.pk}/"
    assert client.post(f"/desk/import/{upload.pk}/commit/", {"turn": 0}).status_code == 409
    client.post(f"/desk/import/{upload.pk}/discard/")
    assert ImportUpload.objects.exists()


def test_the_steps_of_the_work_are_told_row_by_row(statistician, as_user, monkeypatch):
    told = []
    monkeypatch.setattr(shelf.Progress, "__call__", lambda self, *step: told.append(step))
    client = as_user(statistician)
    upload = uploaded(client)
    settle(client, upload)
    upload.refresh_from_db()
    client.post(f"/desk/import/{upload.pk}/commit/", {"turn": upload.turn})
    rows = [("rows", n, 40) for n in range(1, 41)]
    assert told == [("reading", 0, 0), *rows, *rows, ("indexing", 40, 40)]


def test_progress_is_read_while_the_rows_are_being_written(statistician, as_user):
    upload = uploaded(as_user(statistician))
    tell = shelf.Progress(upload)
    tell("rows", 0, 40)
    tell("rows", 40, 40)
    assert shelf.progress(upload) == {"step": "rows", "done": 40, "total": 40, "is_silent": False}


def test_a_table_nobody_takes_up_can_be_done_in_the_request(large, as_user, statistician):
    client = as_user(statistician)
    upload = uploaded(client)
    page = f"/desk/import/{upload.pk}/"
    client.post(f"{page}now/")
    assert "后台程序没有运行" not in text_of(client.get(page))
    upload.refresh_from_db()
    assert upload.state == UploadState.QUEUED
    waiting = timezone.now() - 2 * tasks.PATIENCE
    DBTaskResult.objects.update(enqueued_at=waiting)
    assert "后台程序没有运行" in text_of(client.get(page))
    client.post(f"{page}now/")
    upload.refresh_from_db()
    assert upload.state == UploadState.COLUMNS
    work()  # the worker comes after all and leaves it
    upload.refresh_from_db()
    assert upload.state == UploadState.COLUMNS


def test_work_that_fell_silent_can_be_taken_up_again(as_user, statistician):
    client = as_user(statistician)
    upload = uploaded(client)
    page = f"/desk/import/{upload.pk}/"
    uploads.settle(upload, {"columns": {}}, by=statistician)
    uploads.begin(upload, UploadState.CHECKING, by=statistician)
    shelf.Progress(upload)("rows", 7, 40)
    assert "好像中断了" not in text_of(client.get(page))
    long_ago = time.time() - 3600
    path = shelf.storages["private"].path(f"imports/{upload.token}/progress.json")
    os.utime(path, (long_ago, long_ago))
    assert "好像中断了" in text_of(client.get(page))
    client.post(f"{page}now/")
    assert "导入这 40 条" in text_of(client.get(page))


def test_a_crash_of_ours_leaves_the_table_where_it_was(as_user, statistician, monkeypatch):
    client = as_user(statistician)
    upload = uploaded(client)

    def fail(*args, **more):
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as broken:
        broken.setattr(job, "import_sheets", fail)
        with pytest.raises(RuntimeError):
            settle(client, upload)
    upload.refresh_from_db()
    assert upload.state == UploadState.COLUMNS
    assert "什么也没有写入" in text_of(client.get(f"/desk/import/{upload.pk}/columns/"))
    assert settle(client, upload).status_code == 302


def test_a_stranger_to_the_table_cannot_move_it(as_user, statistician, teamlead):
    upload = uploaded(as_user(statistician))
    other = as_user(teamlead)
    assert other.get(f"/desk/import/{upload.pk}/progress/").status_code == 404
    assert other.post(f"/desk/import/{upload.pk}/now/").status_code == 404
    with pytest.raises(ImportUpload.DoesNotExist):
        uploads.finish(upload, UploadState.CHECKED, by=teamlead)
    with pytest.raises(Refused):
        uploads.begin(upload, UploadState.QUEUED, by=statistician, turn=5)
