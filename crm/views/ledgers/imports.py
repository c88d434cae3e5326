"""Importing a table in steps: a file, its headings, what would happen, then let it happen.

What was uploaded waits on the server, so every step can be taken back and forth.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm import ledgers, tasks
from crm.actions.system import uploads
from crm.actions.system import words as meanings
from crm.errors import Hidden, Refused
from crm.forms.imports import HeadingsForm, ImportForm, importable
from crm.forms.ledgers import show_refusal
from crm.forms.words import WordsForm
from crm.ledgers import Ledger
from crm.models import ImportBatch, ImportUpload, UploadState
from crm.spreadsheets import job, shelf
from crm.spreadsheets.cells import fold
from crm.spreadsheets.job import Step
from crm.spreadsheets.submit import SMALL_BYTES, SMALL_ROWS, submit
from crm.spreadsheets.writer import REASON, write_rows
from crm.views.base import desk, download
from crm.views.ledgers.batches import undone

_RETURNED = "-退回的行"
STEPS = ("选文件", "对表头", "对词", "看结果", "写入")
_STEP_OF = {Step.READ: 1, Step.CHECK: 4, Step.WRITE: 5}


def _allowed(user: Any) -> None:
    if not importable(user):
        raise Refused("您的角色不能导入，请把表格交给科长或统计员。", "not_allowed")


def _own(request: HttpRequest, pk: int) -> tuple[ImportUpload, Ledger]:
    """An upload of the user's own into a ledger he may still import; else as if it were not."""
    upload = ImportUpload.objects.filter(pk=pk, by=request.user).select_related("by__team").first()
    if upload is None or upload.ledger not in {one.key for one in importable(request.user)}:
        raise Hidden()
    return upload, ledgers.get(upload.ledger)


@desk
def start(request: HttpRequest) -> HttpResponse:
    """Step one: a ledger and a table, as a file or pasted."""
    _allowed(request.user)
    asked = {"ledger": request.GET.get("ledger", "projects")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(request.user, *sent, initial=asked)
    if sent and form.is_valid():
        ledger = ledgers.get(form.cleaned_data["ledger"])
        upload = _received(request.user, ledger, *form.table())
        if upload.is_under_way:
            return redirect("desk-import-upload", upload.pk)
        if upload.state != UploadState.REFUSED:
            return redirect("desk-import-columns", upload.pk)
        show_refusal(form, Refused(upload.reason, "file_refused", [form.source]))
    mine = ImportUpload.objects.filter(by=request.user)
    waiting = mine.exclude(state__in=(UploadState.DONE, UploadState.REFUSED))
    batches = ImportBatch.objects.filter(by=request.user, is_demo=False).order_by("-pk")[:10]
    return render(
        request,
        "crm/import.html",
        {
            "form": form,
            "steps": STEPS,
            "batches": [(batch, _label(batch.ledger)) for batch in batches],
            "waiting": [(upload, _label(upload.ledger)) for upload in waiting],
            "templates": importable(request.user),
        },
        status=400 if form.errors else 200,
    )


def _received(user: Any, ledger: Ledger, name: str, data: bytes) -> ImportUpload:
    upload = uploads.receive(
        ledger.key,
        ledger.noun,
        by=user,
        file_name=name.replace("\x00", ""),
        file_hash=hashlib.sha256(data).hexdigest(),
    )
    shelf.put(upload, shelf.SOURCE, data)
    shelf.clear_outdated(user)
    # The worker's own check of the state begins after this one is on record.
    return submit(upload, Step.READ, is_small=len(data) <= SMALL_BYTES)


def _label(key: str) -> str:
    try:
        return ledgers.get(key).label
    except KeyError:
        return key


@desk
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Step two: which column of the ledger each heading means, and in which unit."""
    upload, ledger = _own(request, pk)
    if upload.is_under_way or upload.state in (UploadState.DONE, UploadState.REFUSED):
        return redirect("desk-import-upload", upload.pk)
    post = request.POST if request.method == "POST" else None
    sheet = (post or request.GET).get("sheet")
    first_row = (post or request.GET).get("first_row")
    layout, recalled = job.layout_of(upload, sheet=sheet, first_row=first_row)
    form = HeadingsForm(layout, upload, ledger, post)
    problem = upload.reason
    if post is not None:
        try:
            settings = form.settings(sheet or None)
            said = upload.settings.get("first_row")
            settings |= {"first_row": said} if said else {}
            answered = {"values": upload.settings.get("values", {})}
            upload = uploads.settle(upload, settings | answered, by=request.user)
            uploads.remember(ledger.key, layout.print, settings, by=request.user)
            upload = submit(upload, Step.CHECK, is_small=layout.row_count <= SMALL_ROWS)
        except Refused as refused:
            problem, recalled = refused.reason, ""
        else:
            if upload.state != UploadState.COLUMNS:
                return redirect(_after_trial(upload), upload.pk)
            problem = upload.reason
        form.keep_typed()
    return render(
        request,
        "crm/import_columns.html",
        {
            "upload": upload,
            "ledger": ledger,
            "steps": STEPS,
            "form": form,
            "layout": layout,
            "recalled": recalled,
            "problem": problem,
            "sheet": sheet if sheet is not None else upload.settings.get("sheet") or "",
        },
        status=400 if post is not None else 200,
    )


def _after_trial(upload: ImportUpload) -> str:
    """The words of the file are asked before its outcome is looked at."""
    return "desk-import-words" if upload.outcome.get("questions") else "desk-import-upload"


@desk
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """Step three: what the words mean that the ledger does not know, each asked once."""
    upload, ledger = _own(request, pk)
    if upload.state != UploadState.CHECKED or not upload.outcome.get("questions"):
        return redirect("desk-import-upload", upload.pk)
    form = WordsForm(ledger, upload, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = upload.settings.get("values", {})
        values = {**given, **{f: {**given.get(f, {}), **w} for f, w in form.values.items()}}
        count = sum(upload.outcome.get("counts", {}).values())
        settled = {**upload.settings, "values": values, "several_stages": form.several_stages}
        upload = uploads.settle(upload, settled, by=request.user)
        meanings.remember(ledger.key, ledger.noun, form.remembered, by=request.user)
        upload = submit(upload, Step.CHECK, is_small=count <= SMALL_ROWS)
        return redirect("desk-import-upload", upload.pk)
    return render(
        request,
        "crm/import_words.html",
        {"upload": upload, "ledger": ledger, "steps": STEPS, "form": form},
        status=400 if form.errors else 200,
    )


@desk
def upload_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step three and four: what would happen, or what happened."""
    upload, ledger = _own(request, pk)
    if upload.is_under_way:
        return render(request, "crm/import_progress.html", _progress(upload, ledger))
    if upload.state == UploadState.COLUMNS:
        return redirect("desk-import-columns", upload.pk)
    is_done = upload.state == UploadState.DONE
    return render(
        request,
        "crm/import_outcome.html",
        {
            "upload": upload,
            "ledger": ledger,
            "steps": STEPS,
            "step": 5 if is_done else 4,
            "is_done": is_done,
            "outcome": upload.outcome,
            "counts": upload.outcome.get("counts", {}),
            "kinds": _kinds(upload.outcome),
            "is_reverted": bool(upload.batch and upload.batch.reverted_at),
            "undone": undone(upload.batch) if upload.batch else "",
            "remedy": upload.outcome.get("remedy"),
        },
    )


def _kinds(outcome: dict[str, Any]) -> list[tuple[str, str, int, list[Any]]]:
    words = {"new": "新增", "changed": "更新", "same": "没有变化", "duplicate": "文件内重复"}
    samples, counts = outcome.get("samples", {}), outcome.get("counts", {})
    return [
        (key, word, counts[key], samples[key]) for key, word in words.items() if samples.get(key)
    ]


def _progress(upload: ImportUpload, ledger: Ledger) -> dict[str, Any]:
    told = shelf.progress(upload) if upload.state != UploadState.QUEUED else {}
    return {
        "upload": upload,
        "ledger": ledger,
        "steps": STEPS,
        "step": _STEP_OF[job.step_of(upload)],
        "told": told,
        "is_stuck": told.get("is_silent", False),
        "is_unattended": upload.state == UploadState.QUEUED and tasks.is_unattended(),
    }


@desk
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it has come, for the page that asks every second; then the page of the outcome."""
    upload, ledger = _own(request, pk)
    if not upload.is_under_way:
        return HttpResponseClientRedirect(reverse("desk-import-upload", args=[upload.pk]))
    return render(request, "crm/_import_progress.html", _progress(upload, ledger))


@desk
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Where no worker runs or it was killed: the step is done in this request."""
    upload, _ = _own(request, pk)
    shown = _progress(upload, ledgers.get(upload.ledger))
    if upload.is_under_way and (shown["is_stuck"] or shown["is_unattended"]):
        step = job.step_of(upload)
        upload = job.take_back(upload)
        submit(upload, step, is_small=True)
    return redirect("desk-import-upload", upload.pk)


@desk
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """The accepted rows, in one transaction."""
    upload, _ = _own(request, pk)
    if upload.state == UploadState.DONE:  # a second click
        return redirect("desk-import-upload", upload.pk)
    turn = request.POST.get("turn", "")
    upload = submit(
        upload,
        Step.WRITE,
        is_small=sum(upload.outcome.get("counts", {}).values()) <= SMALL_ROWS,
        turn=int(turn) if turn.isdecimal() and len(turn) < 9 else -1,
    )
    if upload.state == UploadState.DONE:
        counts = upload.outcome["counts"]
        messages.success(request, f"已导入：新增 {counts['new']} 条，更新 {counts['changed']} 条。")
    return redirect("desk-import-upload", upload.pk)


@desk
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were sent back, as they were, with 错误原因 beside."""
    upload, ledger = _own(request, pk)
    return download(shelf.take(upload, shelf.ERRORS), f"{ledger.label}-退回的行.xlsx")


@desk
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws a waiting table away; what was imported stays."""
    upload, _ = _own(request, pk)
    if not upload.is_under_way:
        shelf.drop(upload)
        uploads.forget([upload])
        messages.success(request, f"已放弃“{upload.file_name}”，没有写入任何东西。")
    return redirect("desk-import")


@desk
def template(request: HttpRequest, key: str) -> HttpResponse:
    """An empty table with the headings of a ledger."""
    ledger = next((one for one in importable(request.user) if one.key == key), None)
    if ledger is None:
        raise Hidden()
    headings = [column.heading for column in ledger.import_columns]
    return download(write_rows(headings, [], "xlsx"), f"{ledger.label}-导入模板.xlsx")


@desk
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were sent back, once more: with the settings of the import they come from."""
    upload, ledger = _own(request, pk)
    data = shelf.take(upload, shelf.ERRORS)
    settings = {name: said for name, said in upload.settings.items() if name != "sheet"}
    settings["columns"] = {**settings.get("columns", {}), fold(REASON): None}
    name = upload.file_name.rsplit(".", 1)[0].removesuffix(_RETURNED)
    fresh = _received(request.user, ledger, f"{name}{_RETURNED}.xlsx", data)
    if fresh.state == UploadState.COLUMNS:
        fresh = uploads.settle(fresh, settings, by=request.user)
        rows = upload.outcome.get("counts", {}).get("refused", 0)
        fresh = submit(fresh, Step.CHECK, is_small=rows <= SMALL_ROWS)
        if fresh.state == UploadState.CHECKED:
            return redirect(_after_trial(fresh), fresh.pk)
    return redirect("desk-import-upload", fresh.pk)
