"""Projects: registering, changing and moving them along the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _giving, _record, hints
from crm.actions.companies import investors
from crm.actions.pipeline import confirmations, first_contacts, gates, progress
from crm.actions.pipeline.openings import Opening, check_opening, not_future, open_at
from crm.actions.questions import LOOKED_FOR, NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.dates import When
from crm.errors import Refused
from crm.models import Agreement, AgreementKind, Industry, Origin, Project, StageMove, User
from crm.stages import MOVES, STATUS_MOVES, Stage, Status


def register(
    values: Mapping[str, Any],
    *,
    by: User,
    opening: Opening | None = None,
    anyway: Anyway = NOTHING_SAID,
) -> Project:
    """Enters a project. By hand it begins at 线索 today; with `opening` at any stage, dated from
    its source: a missing date is unknown, never today; unmet gate items become its 待补 list.

    By hand it asks first whether the ledger has one like it (likely_duplicate); a file's rows were
    looked for. Its team claims first contact (首谈); where somebody else's claim runs, `anyway`
    must say why, and the two are contested. Both are asked while nobody else registers one of its
    names, so that of two at the same moment the second is asked.

    An `investor` that names a company of the ledger exactly is that company; a NewCompany as
    `investor_company` is registered in the same transaction, asked about by the same question.
    """
    facts, new = investors.told(values, by=by)
    project = Project(**facts)
    if project.team is None and by.team is not None:
        project.team = by.team
    if project.officer is None and by.role == access.Role.OFFICER:
        project.officer = by
    if project.industry is None and project.gbt_code:
        project.industry = Industry.objects.of_code(project.gbt_code)
    access.require(by, Action.REGISTER, project)
    _giving.require_own(project, by=by)
    lead = opening.entered.get(Stage.LEAD) if opening else None
    told = {"name": project.name, "investor": project.investor}
    asked = LOOKED_FOR if opening else anyway
    own = (project.investor_company, project.company)
    with investors.alone(new), hints.asking(project, told, by=by, anyway=asked, known=own):
        if new is not None:
            project.investor_company = new.registered(by=by, anyway=LOOKED_FOR)
        entry = first_contacts.entry_of(project, by=by, lead=lead, is_opening=opening is not None)
        first_contacts.refuse_unexplained(entry, anyway.reason, by=by)
        _enter(project, opening, by=by)
        first_contacts.enter(project, entry, by=by, reason=anyway.reason)
    return project


def _enter(project: Project, opening: Opening | None, *, by: User) -> None:
    if opening is None:
        project.stage_since = project.progress_on = clock.today()
        _record.insert(project, by=by)
        open_at(project, Stage.LEAD, When.day(clock.today()), by=by)
        notifications.tell_assigned(project, by=by)
        return
    check_opening(opening)
    project.stage, project.status = opening.stage, opening.status
    project.stage_since, project.progress_on = progress.opened(opening.stage, opening.entered)
    _record.insert(project, by=by)
    # One move a dated stage, in pipeline order, and always one into the stage reached; stages in
    # between whose dates nobody knows are not invented.
    previous, place = "", 0
    for stage in Stage:
        if stage.rank > opening.stage.rank:
            break
        if stage in opening.entered or stage == opening.stage:
            last = stage == opening.stage
            place += 1
            open_at(
                project,
                stage,
                opening.entered.get(stage),
                by=by,
                place=place,
                from_stage=previous,
                status=opening.status if last else Status.ACTIVE,
                evidence=opening.evidence.get(stage, ""),
                reason=opening.reason if last else "",
            )
            previous = stage.value
    signed = opening.entered.get(Stage.SIGNED)
    if opening.agreed_investment is not None:
        _record.insert(
            Agreement(
                project=project,
                kind=AgreementKind.INVESTMENT,
                signed_on=signed.start if signed else None,
                signed_until=signed.end if signed else None,
                amount=opening.agreed_investment,
                park=project.park,
                recorded_at=clock.now(),
                by=by,
            ),
            by=by,
            verb="sign_agreement",
        )


def change(
    project: Project,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    anyway: Anyway = NOTHING_SAID,
) -> Project:
    """Changes a project's facts; stage and status move only by `advance`, `shelve`, `withdraw` and
    `resume`. Giving the project to another officer or team needs the right to assign. A NewCompany
    as `investor_company` is registered first; `anyway` is what was said to its question."""
    access.require(by, Action.CHANGE, project)
    if {"stage", "status"} & set(values):
        raise Refused("阶段和状态请用“推进”办理，不能直接改。", "stage_by_move", ["stage"])
    current = Project.objects.get(pk=project.pk)
    _giving.require_kept(current, values, by=by)
    facts, new = investors.told(values, by=by, project=current)
    with investors.alone(new), transaction.atomic():
        if new is not None:
            facts["investor_company"] = new.registered(by=by, anyway=anyway, known=current)
        return _changed(project, current, facts, by=by, version=version)


def _changed(
    project: Project, current: Project, facts: Mapping[str, Any], *, by: User, version: int | None
) -> Project:
    _record.amend(project, facts, by=by, version=version)
    notifications.tell_assigned(project, by=by, before=current)
    access.require(by, Action.VIEW, project)  # nobody moves a row out of his own sight
    return project


@transaction.atomic
def advance(
    project: Project,
    to: Stage,
    *,
    on: When | date,
    by: User,
    reason: str = "",
    evidence: str = "",
    version: int | None = None,
    origin: Origin = Origin.USER,
) -> StageMove:
    """Moves a project to the next stage, or back to an earlier one with a reason.

    Refused: a skipped stage (illegal_move), a project that is not 推进中 (not_active), a date in
    the future or before the project entered its present stage, and an unmet gate (gate_unmet, with
    the missing items as details).
    """
    access.require(by, Action.ADVANCE, project)
    project = _locked(project, version)
    here, to = Stage(project.stage), Stage(to)
    if not project.is_active:
        raise Refused(
            f"项目处于{project.get_status_display()}，请先恢复推进。", "not_active", ["to"]
        )
    if to == here:
        raise Refused(f"项目已在{here.label}。", "illegal_move", ["to"])
    if to not in MOVES[here]:
        raise Refused(
            f"不能从{here.label}直接到{to.label}，请先办理{here.following.label}。"
            if here.following
            else f"不能从{here.label}到{to.label}。",
            "illegal_move",
            ["to"],
        )
    gates.require_reason(project, to, reason)
    when = _checked_date(project, on, to)
    if to.rank > here.rank:
        lacks = gates.missing(project, to, evidence=evidence)
        if lacks:
            raise Refused(
                f"还不能进入{to.label}：" + "；".join(lack.reason for lack in lacks) + "。",
                "gate_unmet",
                {name: lack.reason for lack in lacks for name in lack.fields},
                lacks,
            )
    return _move(
        project,
        to,
        Status(project.status),
        when,
        by=by,
        reason=reason,
        evidence=evidence,
        verb="advance",
        origin=origin,
    )


def _locked(project: Project, version: int | None) -> Project:
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if version is not None and locked.version != version:
        raise Refused(_record.STALE, "stale", details=[locked.version])
    return locked


def _checked_date(project: Project, on: When | date, to: Stage) -> When:
    when = on if isinstance(on, When) else When.day(on)
    not_future(when, to)
    # Before none of the earlier steps: the last one may be undated, or known to the month alone.
    dated = StageMove.objects.standing().filter(project=project, occurred_on__gt=when.end)
    later = dated.order_by("-occurred_on", "-place").first()
    if later and (then := later.occurred):
        raise Refused(
            f"日期 {when.text} 早于项目进入{later.get_to_stage_display()}的 {then.text}。",
            "date_order",
            ["on"],
        )
    return when


def _move(
    project: Project,
    to: Stage,
    status: Status,
    when: When,
    *,
    by: User,
    reason: str,
    verb: str,
    evidence: str = "",
    origin: Origin = Origin.USER,
) -> StageMove:
    move = StageMove(
        project=project,
        from_stage=project.stage,
        to_stage=to,
        from_status=project.status,
        to_status=status,
        occurred_on=when.start,
        occurred_until=when.end,
        recorded_at=clock.now(),
        by=by,
        reason=reason.strip(),
        evidence=evidence.strip(),
        origin=origin,
    )
    _record.insert(move, by=by, verb=verb, reason=reason)
    _record.amend(project, {"stage": to, "status": status}, by=by, verb=verb, reason=reason)
    progress.reckon(project)
    notifications.tell_moved(move, by=by)
    confirmations.tell_waiting(move, by=by)
    return move


def _change_status(
    project: Project,
    to: Status,
    *,
    on: When | date,
    by: User,
    reason: str,
    verb: str,
    version: int | None,
) -> StageMove:
    access.require(by, Action.ADVANCE, project)
    project = _locked(project, version)
    here = Status(project.status)
    if to not in STATUS_MOVES[here]:
        raise Refused(f"项目已是{here.label}，不能再办理{to.label}。", "illegal_move", ["to"])
    gates.require_reason(project, to, reason)
    when = _checked_date(project, on, Stage(project.stage))
    return _move(project, Stage(project.stage), to, when, by=by, reason=reason, verb=verb)


@transaction.atomic
def shelve(
    project: Project, *, on: When | date, by: User, reason: str, version: int | None = None
) -> StageMove:
    """停滞: the project rests; reason mandatory."""
    return _change_status(
        project, Status.STALLED, on=on, by=by, reason=reason, verb="shelve", version=version
    )


@transaction.atomic
def withdraw(
    project: Project, *, on: When | date, by: User, reason: str, version: int | None = None
) -> StageMove:
    """退出: the project leaves the pipeline; reason mandatory, can be resumed."""
    return _change_status(
        project, Status.EXITED, on=on, by=by, reason=reason, verb="withdraw", version=version
    )


@transaction.atomic
def resume(
    project: Project, *, on: When | date, by: User, reason: str = "", version: int | None = None
) -> StageMove:
    """Back to 推进中 from 停滞 or 退出, at the stage where the project stopped."""
    return _change_status(
        project, Status.ACTIVE, on=on, by=by, reason=reason, verb="resume", version=version
    )


STATUS_VERBS: dict[Status, Callable[..., StageMove]] = {
    Status.STALLED: shelve,
    Status.EXITED: withdraw,
    Status.ACTIVE: resume,
}


@transaction.atomic
def correct(
    move: StageMove, *, on: When | date, by: User, reason: str, evidence: str | None = None
) -> StageMove:
    """Corrects the date (or evidence) of a move by a new one that `replaces` it; both stay.

    The order of dates must hold: not before the move that came earlier, not after the one that
    came later.
    """
    access.require(by, Action.ADVANCE, move.project)
    project = Project.objects.select_for_update().get(pk=move.project_id)
    standing = list(StageMove.objects.standing().filter(project=project).order_by("place"))
    wrong = next((known for known in standing if known.pk == move.pk), None)
    if wrong is None:
        raise Refused("这条变动已被更正，请在最新的一条上操作。", "stale")
    if not reason.strip():
        raise Refused("更正须写明原因。", "reason_needed", ["reason"])
    when = on if isinstance(on, When) else When.day(on)
    not_future(when, Stage(wrong.to_stage))
    for known in standing:
        then = known.occurred
        if known.pk == wrong.pk or then is None:
            continue
        if known.place < wrong.place and when.end < then.start:
            raise Refused(
                f"日期 {when.text} 早于前一步{known.get_to_stage_display()}的 {then.text}。",
                "date_order",
                ["on"],
            )
        if known.place > wrong.place and when.start > then.end:
            raise Refused(
                f"日期 {when.text} 晚于后一步{known.get_to_stage_display()}的 {then.text}。",
                "date_order",
                ["on"],
            )
    corrected = StageMove(
        project=project,
        from_stage=wrong.from_stage,
        to_stage=wrong.to_stage,
        from_status=wrong.from_status,
        to_status=wrong.to_status,
        occurred_on=when.start,
        occurred_until=when.end,
        recorded_at=clock.now(),
        by=by,
        reason=reason.strip(),
        evidence=wrong.evidence if evidence is None else evidence.strip(),
        replaces=wrong,
        origin=wrong.origin,
    )
    _record.insert(corrected, by=by, verb="correct", reason=reason)
    _record.note(
        "correct",
        project,
        by=by,
        reason=reason,
        changes={
            "move": [wrong.pk, corrected.pk],
            "occurred_on": [_record.plain(wrong.occurred_on), when.iso],
        },
    )
    progress.reckon(project)
    _record.touched(project)
    confirmations.tell_waiting(corrected, by=by)
    return corrected
