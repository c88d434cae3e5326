"""认定: what waits for a second person, kind by kind, with its evidence; one by one or many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, ledgers
from crm.access import Action
from crm.actions.pipeline import confirmations
from crm.errors import Hidden, Refused
from crm.models import (
    Agreement,
    Confirmation,
    FundingReceipt,
    Judgement,
    Origin,
    StageMove,
    confirmable,
)
from crm.stages import CONFIRMED, Stage
from crm.views.base import back_to, desk, page_of
from crm.views.ledgers import facts
from crm.views.ledgers.row_verbs import Verb, verbs_of
from crm.views.pipeline.allowances import allowance_verbs

FEW = 20  # of each kind where all are shown
MANY = 100  # on a page of one kind
RECEIPT = "receipt"
KINDS = {stage.value: stage.label for stage in CONFIRMED} | {RECEIPT: "到位资金"}


@dataclass(frozen=True)
class Line:
    """One row that waits or was sent back. `bar`: why this user cannot judge it; "" = he can."""

    key: str  # move-12
    title: str
    url: str
    when: str
    amount: str
    evidence: str
    file: Any
    who: str
    recorded: str
    origin: str
    bar: str = ""
    what: str = ""
    returned: Confirmation | None = None
    fix_url: str = ""
    void_url: str = ""  # of one's own word


@dataclass(frozen=True)
class Section:
    kind: str
    label: str
    count: int
    lines: list[Line]
    has_more: bool


def _rows(kind: str, user: Any) -> Any:
    """The standing rows of one kind that the user may see."""
    if kind == RECEIPT:
        found: Any = FundingReceipt.objects.standing().visible_to(user)
    else:
        found = StageMove.objects.standing().filter(to_stage=kind).visible_to(user)
    return found.select_related("project", "by").order_by("recorded_at", "pk")


@desk
def waiting(request: HttpRequest) -> HttpResponse:
    """Everybody who sees projects sees what waits; who may confirm does so here."""
    user: Any = request.user
    access.require_noun(user, Action.VIEW, "stagemove")
    refused: Refused | None = None
    asked = request.POST.getlist("rows")
    if request.method == "POST":
        try:
            messages.success(request, _carry_out(request))
            return redirect(request.get_full_path())
        except Refused as error:
            if error.code in ("not_found", "not_allowed"):
                raise
            refused = error
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    counts = {key: _rows(key, user).unconfirmed().count() for key in KINDS}
    returned = [] if kind else _returned(user)
    page = page_of(_rows(kind, user).unconfirmed(), request, MANY) if kind else None
    sections = []
    for key in [kind] if kind else KINDS:
        rows = list(page.object_list if page else _rows(key, user).unconfirmed()[:FEW])
        if rows:
            label = KINDS[key]
            sections.append(
                Section(key, label, counts[key], _lines(rows, user), counts[key] > len(rows))
            )
    shown = [line for section in sections for line in section.lines] + returned
    return render(
        request,
        "crm/confirm.html",
        {
            "sections": sections,
            "tabs": [(key, label, counts[key]) for key, label in KINDS.items()],
            "total": sum(counts.values()),
            "kind": kind,
            "page": page if page and page.paginator.num_pages > 1 else None,
            "returned": returned,
            "can_any": any(not line.bar for line in shown),
            "refused": refused,
            "asked": asked,
            "reason": request.POST.get("reason", ""),
            "most": confirmations.MOST,
        },
        status=409 if refused else 200,
    )


def _carry_out(request: HttpRequest) -> str:
    """What was pressed: 认定 of one row or the chosen ones, or 退回 of the chosen ones."""
    user: Any = request.user
    one = request.POST.get("one", "")
    rows = _named([one] if one else request.POST.getlist("rows"), user)
    if not rows:
        raise Refused("还没有选任何一条。先勾选要办理的，再按按钮。", "invalid", ["rows"])
    if request.POST.get("do") == "send_back" and not one:
        reason = request.POST.get("reason", "")
        done = confirmations.send_back(rows, by=user, reason=reason)
        return f"已退回 {len(done)} 条；登记人会看到原因，更正前仍计入报告。"
    done = confirmations.confirm(rows, by=user)
    already = len(rows) - len(done)
    return f"已认定 {len(done)} 条。" + (f"另有 {already} 条此前已由别人认定。" if already else "")


def _named(keys: Iterable[str], user: Any) -> list[Any]:
    """The rows that the form's keys (move-12) mean, as far as the user may see them."""
    wanted: dict[str, list[int]] = {kind: [] for kind in confirmable()}
    for key in dict.fromkeys(keys):
        kind, _, number = key.partition("-")
        if kind not in wanted or not number.isdecimal() or len(number) > 18:
            raise Refused("没有看懂选了哪一条，请刷新页面再试。", "invalid", ["rows"])
        wanted[kind].append(int(number))
    found: list[Any] = []
    for kind, ids in wanted.items():
        model: Any = confirmable()[kind]
        found += model.objects.visible_to(user).filter(pk__in=ids).select_related("project")
    return found


def _lines(rows: list[Any], user: Any, said: dict[int, Confirmation] | None = None) -> list[Line]:
    """Rows of one table; `said`: the words with which they were sent back."""
    if not rows:
        return []
    model: Any = type(rows[0])

    def among(action: Action) -> set[int]:
        mine = model.objects.visible_to(user, action).filter(pk__in=[row.pk for row in rows])
        return set(mine.values_list("pk", flat=True))

    may = among(Action.CONFIRM)
    mends = among(Action.ADVANCE if model is StageMove else Action.CHANGE) if said else set()
    own = confirmations.recorders_of(rows)
    signed = _agreements(rows)
    lines = []
    for row in rows:
        bar = "" if row.pk in may else "待科长或统计员认定"
        if user.pk in own[row.pk]:
            bar = "本人登记，待他人认定"
        line = _line(row, signed, bar)
        if said:
            is_move = model is StageMove
            line = replace(
                line,
                what=row.get_to_stage_display() if is_move else KINDS[RECEIPT],
                returned=said[row.pk],
                fix_url=_fix_url(row) if row.pk in mends else "",
                void_url=_void_url(said[row.pk], user) if row.pk in may else "",
                bar="待登记人更正" if bar else "",
            )
        lines.append(line)
    return lines


def _agreements(rows: Iterable[Any]) -> dict[int, Agreement]:
    """The agreements of the signings among the rows: what a signing rests on."""
    projects = [
        row.project_id
        for row in rows
        if isinstance(row, StageMove) and row.to_stage == Stage.SIGNED
    ]
    found = Agreement.objects.investments_in_force().filter(project__in=projects)
    return {row.project_id: row for row in found.select_related("scan")} if projects else {}


def _line(row: Any, signed: dict[int, Agreement], bar: str) -> Line:
    is_move = isinstance(row, StageMove)
    agreement = signed.get(row.project_id) if is_move and row.to_stage == Stage.SIGNED else None
    evidence = row.evidence or "没有写凭证"
    amount = "" if is_move else _money(row)
    if agreement:
        evidence = "投资协议"
        if agreement.signed != row.happened:
            evidence += f"日期{agreement.signed.text if agreement.signed else '待补'}"
        amount = _money(agreement)
    elif is_move and row.to_stage == Stage.SIGNED:
        evidence = "没有投资协议"
    return Line(
        key=f"{'move' if is_move else RECEIPT}-{row.pk}",
        title=str(row.project),
        url=reverse("desk-project", args=[row.project_id]),
        when=row.happened.text if row.happened else "日期待补",
        amount=amount,
        evidence=evidence,
        file=agreement.scan if agreement else None,
        who=str(row.by) if row.by else "",
        recorded=row.recorded_at,
        origin=row.get_origin_display() if is_move and row.origin != Origin.USER else "",
        bar=bar,
    )


def _void_url(word: Confirmation, user: Any) -> str:
    return facts.void_url(word, reverse("desk-confirm")) if word.by_id == user.pk else ""


def _fix_url(row: Any) -> str:
    if isinstance(row, StageMove):
        return reverse("desk-correct", args=[row.pk])
    return reverse("desk-edit", args=["receipts", row.pk])


def _money(row: Agreement | FundingReceipt) -> str:
    return "金额待补" if row.amount is None and not row.is_foreign else row.amount_text


def _returned(user: Any) -> list[Line]:
    """What was sent back and not corrected yet, the newest word first."""
    lines: list[Line] = []
    for kind, model in confirmable().items():
        rows: Any = model._default_manager
        back = rows.standing().visible_to(user).sent_back().select_related("project", "by")
        found = list(back.order_by("-pk")[:MANY])
        words = (
            Confirmation.objects.standing()
            .filter(judgement=Judgement.RETURNED, **{f"{kind}__in": found})
            .select_related("by")
        )
        # The last word on each.
        said = {getattr(word, f"{kind}_id"): word for word in words.order_by("pk")}
        lines += _lines(found, user, said)
    return sorted(lines, key=lambda line: line.returned.pk if line.returned else 0, reverse=True)


@verbs_of("stagemove")
def move_verbs(row: StageMove, user: Any) -> list[Verb]:
    return _verbs(row, user)


@verbs_of("fundingreceipt")
def receipt_verbs(row: FundingReceipt, user: Any) -> list[Verb]:
    return _verbs(row, user) + allowance_verbs(row, user)


def _verbs(row: Any, user: Any) -> list[Verb]:
    """认定 on the row's own page, where somebody else recorded it."""
    waits = type(row).objects.standing().unconfirmed().filter(pk=row.pk).exists()
    if not waits or not access.may(user, Action.CONFIRM, row):
        return []
    if user.pk in confirmations.recorders_of([row])[row.pk]:
        return []
    kind = type(row).objects.all().confirmed_by
    return [Verb("认定", reverse("desk-confirm-one", args=[f"{kind}-{row.pk}"]), is_post=True)]


@desk
@require_POST
def confirm_one(request: HttpRequest, key: str) -> HttpResponse:
    """认定 of one row, from its own page."""
    user: Any = request.user
    (row, *_) = _named([key], user) or [None]
    if row is None:
        raise Hidden()
    confirmations.confirm([row], by=user)
    messages.success(request, "已认定。")
    return redirect(back_to(request, ledgers.address_of(row, row.pk)))
