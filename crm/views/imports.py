"""Importing a table: choose, see what would happen, then let it happen; undo as one."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from crm import ledgers
from crm.access import Action
from crm.actions import imports
from crm.errors import Hidden, Refused
from crm.forms.ledgers import show_refusal
from crm.ledgers import Ledger
from crm.models import ImportBatch
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.plan import Plan
from crm.spreadsheets.writer import write_errors, write_rows
from crm.views.base import desk

MAX_BYTES = 20 * 1024 * 1024
SHOWN = 100  # refused rows on the page; the error file has them all
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def importable(user: Any) -> list[Ledger]:
    return [one for one in ledgers.every() if one.import_columns and one.can(user, Action.IMPORT)]


class ImportForm(forms.Form):
    ledger = forms.ChoiceField(label="导入到")
    file = forms.FileField(
        label="表格文件",
        max_length=120,
        help_text="xlsx 或 csv，20 MB 以内。表头认栏目名和常用别名，金额的单位写在表头或单元格里。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["ledger"].choices = [(one.key, one.label) for one in importable(user)]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 20 MB，请拆成几个再导入。")
        return upload


def _pending(user: Any) -> str:
    """Where a user's last uploaded table waits for his word: one a user, replaced by the next."""
    return f"imports/{user.pk}"


def _keep(user: Any, data: bytes) -> None:
    store = storages["private"]
    if store.exists(_pending(user)):
        store.delete(_pending(user))
    store.save(_pending(user), ContentFile(data))


def _kept(request: HttpRequest) -> tuple[Ledger, str, bytes]:
    """The table shown on the page the user pressed a button on; refused when it is another one."""
    key, name = request.POST.get("ledger", ""), request.POST.get("name", "")[:120]
    ledger = next((one for one in importable(request.user) if one.key == key), None)
    if ledger is None:
        raise Hidden()
    store = storages["private"]
    if store.exists(_pending(request.user)):
        with store.open(_pending(request.user)) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() == request.POST.get("print"):
            return ledger, name.replace("\x00", ""), data
    raise Refused("这个文件已经不在了，请重新选择文件。", "stale")


def _allowed(user: Any) -> None:
    if not importable(user):
        raise Refused("您的角色不能导入，请把表格交给科长或统计员。", "not_allowed")


@desk
def start(request: HttpRequest) -> HttpResponse:
    """Step one and two: choose a file, see row by row what it would do."""
    _allowed(request.user)
    asked = {"ledger": request.GET.get("ledger", "projects")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(request.user, *sent, initial=asked)
    if sent and form.is_valid():
        upload, ledger = form.cleaned_data["file"], ledgers.get(form.cleaned_data["ledger"])
        data = upload.read()
        try:
            plan = import_file(data, upload.name, ledger, by=request.user, dry_run=True)
        except Refused as refused:
            show_refusal(form, Refused(refused.reason, refused.code, ["file"]))
        else:
            _keep(request.user, data)
            return _outcome(request, plan, upload.name, data)
    batches = ImportBatch.objects.filter(by=request.user, is_demo=False).order_by("-pk")[:10]
    return render(
        request,
        "crm/import.html",
        {
            "form": form,
            "batches": [(batch, _label(batch.ledger)) for batch in batches],
            "templates": importable(request.user),
        },
        status=400 if form.errors else 200,
    )


def _label(key: str) -> str:
    try:
        return ledgers.get(key).label
    except KeyError:
        return key


def _outcome(request: HttpRequest, plan: Plan, name: str, data: bytes) -> HttpResponse:
    unmatched = [heading for heading, field in plan.columns.items() if field is None]
    matched = [
        (heading, plan.ledger.column(field).label)
        for heading, field in plan.columns.items()
        if field is not None
    ]
    return render(
        request,
        "crm/import_outcome.html",
        {
            "plan": plan,
            "ledger": plan.ledger,
            "name": name,
            "print": hashlib.sha256(data).hexdigest(),
            "is_done": plan.batch is not None,
            "matched": matched,
            "unmatched": unmatched,
            "refused": plan.refused[:SHOWN],
            "more_refused": max(0, len(plan.refused) - SHOWN),
            "conflicts": plan.conflicts[:SHOWN],
            "ignored": plan.ignored[:SHOWN],
            "has_sheets": len({table.sheet.name for table in plan.tables}) > 1,
        },
    )


@desk
@require_POST
def commit(request: HttpRequest) -> HttpResponse:
    """Step three: the accepted rows, in one transaction."""
    _allowed(request.user)
    ledger, name, data = _kept(request)
    plan = import_file(data, name, ledger, by=request.user)
    messages.success(request, f"已导入：新增 {plan.new} 条，更新 {plan.changed} 条。")
    return _outcome(request, plan, name, data)


@desk
@require_POST
def errors(request: HttpRequest) -> HttpResponse:
    """The rows that were sent back, as they were, with 错误原因 beside."""
    _allowed(request.user)
    ledger, name, data = _kept(request)
    plan = import_file(data, name, ledger, by=request.user, dry_run=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "errors.xlsx"
        if not write_errors(plan, path):
            raise Refused("没有退回的行。", "invalid")
        return _download(path.read_bytes(), f"{ledger.label}-退回的行.xlsx")


@desk
def template(request: HttpRequest, key: str) -> HttpResponse:
    """An empty table with the headings of a ledger."""
    ledger = next((one for one in importable(request.user) if one.key == key), None)
    if ledger is None:
        raise Hidden()
    headings = [column.heading for column in ledger.import_columns]
    return _download(write_rows(headings, [], "xlsx"), f"{ledger.label}-导入模板.xlsx")


def _download(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@desk
@require_POST
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes one import of one's own as a whole."""
    batch = ImportBatch.objects.filter(pk=pk, by=request.user, is_demo=False).first()
    if batch is None:
        raise Hidden()
    imports.revert_import(batch, by=request.user)
    messages.success(request, f"已撤销“{batch.file_name}”的导入。")
    return redirect("desk-import")
