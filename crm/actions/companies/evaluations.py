"""亩均评价结果: results are published, frozen, and published anew where an appeal is upheld."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _record, rows
from crm.actions.companies import evaluation_inputs
from crm.actions.companies.evaluation_schemes import alone, require_complete
from crm.errors import Refused
from crm.evaluation import Outcome
from crm.exact import trimmed
from crm.models import User
from crm.models.companies.evaluation_inputs import EvaluationInput
from crm.models.companies.evaluation_schemes import EvaluationScheme
from crm.models.companies.evaluation_trials import Candidate, Trial, as_published, says, trial
from crm.models.companies.evaluations import AppealState, Evaluation, EvaluationAppeal


def try_out(scheme: EvaluationScheme, *, by: User) -> Trial:
    """试算 with what is on record today, as often as one likes; refused while the weights do not
    add to 100."""
    access.require_noun(by, Action.REGISTER, Evaluation)
    require_complete(scheme)
    return trial(scheme)


def publish(
    scheme: EvaluationScheme, *, by: User, on: date, document: str = "", reason: str = ""
) -> list[Evaluation]:
    """公布: freezes what every company of the population comes to today, as one row each; companies
    that still lack a number get none. Published again, only what says something else is written,
    and replaces what stood, with its reason. Refused by an edition that is not the newest."""
    access.require_noun(by, Action.REGISTER, Evaluation)
    if on > clock.today():
        raise Refused("公布日期在今天之后；公布了再登记。", "future_date", ["on"])
    if on.year < scheme.year:
        raise Refused("公布日期早于评价年度，请核对。", "invalid", ["on"])
    with alone(scheme):
        if scheme.has_newer:
            raise Refused("这个办法已有更新的一版，请按最新的一版公布。", "stale")
        fresh = EvaluationScheme.objects.prefetch_related("measures").get(pk=scheme.pk)
        now = try_out(fresh, by=by)
        standing = {
            one.company_id: one for one in Evaluation.objects.standing().filter(year=scheme.year)
        }
        new = [
            row
            for pk, one in now.candidates.items()
            if (row := _result(fresh, one, now.outcomes[pk], standing.get(pk))) is not None
        ]
        if not new:
            raise Refused(
                "没有可公布的结果：数据没有补齐，或与已公布的完全一致。", "nothing_new", ["on"]
            )
        if any(row.replaces is not None for row in new):
            _checks.require_reason(reason, "重新公布")
        return [_insert(row, on, document, by=by, verb="publish", reason=reason) for row in new]


def _result(
    scheme: EvaluationScheme, one: Candidate, outcome: Outcome, before: Evaluation | None
) -> Evaluation | None:
    """The row to be published; None where there is no result, or the one that stands says so."""
    if outcome.score is None and not outcome.is_exempt:
        return None
    if before is not None and before.scheme_id == scheme.pk and before.says() == says(outcome):
        return None
    return Evaluation(
        company=one.company,
        year=scheme.year,
        scheme=scheme,
        inputs=one.inputs,
        is_exempt=outcome.is_exempt,
        score=outcome.score,
        rank=outcome.rank,
        merit=outcome.merit,
        grade=outcome.grade,
        remark=one.remark,
        parts=frozen(outcome),
        replaces=before,
    )


def frozen(outcome: Outcome) -> list[dict[str, str]]:
    """The parts of a score as they are printed and kept."""
    return [
        {
            "name": part.measure.name,
            "unit": part.measure.unit,
            "value": trimmed(part.value),
            "against": part.against,
            "weight": trimmed(part.measure.weight),
            "points": f"{part.points:f}",
        }
        for part in outcome.parts
    ]


def _insert(
    row: Evaluation, on: date, document: str, *, by: User, verb: str, reason: str
) -> Evaluation:
    row.published_on, row.document = on, document
    return _record.enter(row, by=by, verb=verb, reason=reason)


# 申诉


def change_appeal(
    appeal: EvaluationAppeal, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> EvaluationAppeal:
    """What was written of an appeal, until it is ruled on."""
    if appeal.state != AppealState.OPEN:
        raise Refused("申诉已经裁定，不能再改；另有异议的另登记一件。", "stale", sorted(values))
    changed: EvaluationAppeal = rows.change(appeal, values, by=by, version=version)
    return changed


@transaction.atomic
def reject_appeal(appeal: EvaluationAppeal, *, by: User, on: date, ruling: str) -> EvaluationAppeal:
    """不成立, with the reason; the result stays."""
    return _rule(appeal, AppealState.REJECTED, on, ruling, by=by)


@transaction.atomic
def uphold_appeal(
    appeal: EvaluationAppeal, *, by: User, on: date, ruling: str, values: Mapping[str, Any]
) -> EvaluationAppeal:
    """成立: corrects the company's numbers (`values`, by column) and publishes its result anew, as
    it comes out beside what was published of the others, whose results stay. Where nothing was
    published of the company yet the numbers are corrected alone."""
    inputs = _inputs(appeal)
    kept = {name: value for name, value in values.items() if value != getattr(inputs, name)}
    if not kept:
        raise Refused("申诉成立须改正至少一个数据；没有要改的，裁定不成立。", "nothing_new")
    access.require(by, Action.CHANGE, appeal)
    corrected = evaluation_inputs.correct_inputs(inputs, kept, by=by, reason=ruling or " ")
    standing = Evaluation.objects.standing().filter(company=appeal.company, year=appeal.year)
    before = standing.select_related("scheme").first()
    result = None
    if before is not None:
        with alone(before.scheme):
            now = as_published(before.scheme, corrected)
            pk = appeal.company_id
            result = _result(before.scheme, now.candidates[pk], now.outcomes[pk], before)
            if result is not None:
                result = _insert(
                    result, on, before.document, by=by, verb="uphold_appeal", reason=ruling
                )
    return _rule(appeal, AppealState.UPHELD, on, ruling, by=by, result=result)


def _inputs(appeal: EvaluationAppeal) -> EvaluationInput:
    rows_of = EvaluationInput.objects.standing().filter(company=appeal.company, year=appeal.year)
    found: EvaluationInput | None = rows_of.select_related("company").first()
    if found is None:
        raise Refused("这户企业这一年没有亩均数据，请先登记。", "nothing_new")
    return found


def _rule(
    appeal: EvaluationAppeal,
    to: AppealState,
    on: date,
    ruling: str,
    *,
    by: User,
    result: Evaluation | None = None,
) -> EvaluationAppeal:
    access.require(by, Action.CHANGE, appeal)
    if not ruling.strip():
        raise Refused("裁定须写明意见。", "reason_needed", ["ruling"])
    locked = EvaluationAppeal.objects.select_for_update().filter(pk=appeal.pk).first()
    if locked is None:
        raise Refused(_record.GONE, "stale")
    if locked.state != AppealState.OPEN:
        raise Refused(f"这件申诉已裁定{locked.get_state_display()}，请刷新后再看。", "stale")
    if on > clock.today():
        raise Refused("裁定日期在今天之后；裁定了再登记。", "future_date", ["on"])
    if on < locked.appealed_on:
        raise Refused(f"早于申诉日期 {locked.appealed_on}，请核对。", "invalid", ["on"])
    verb = "uphold_appeal" if to == AppealState.UPHELD else "reject_appeal"
    values = {"state": to, "ruled_on": on, "ruling": ruling.strip(), "result": result}
    ruled: EvaluationAppeal = _record.amend(appeal, values, by=by, verb=verb, reason=ruling)
    return ruled
