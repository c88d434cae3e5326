"""Projects with a resident liaison against those near operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crm.models import StageMove
from crm.reports.checks.base import NOTE, Finding, Results, of_projects
from crm.reports.figures import Context, Figure, delivery
from crm.reports.figures.states import standing_at_end
from crm.stages import Stage, Status


def liaison_progress(context: Context, results: Results) -> Iterator[Finding]:
    """投产 + 试生产 + 安装调试 against the projects with a liaison: where are the others?"""
    if results[delivery.liaison_projects.key].rows is None:
        return
    served = _projects(delivery.liaison_projects, context)
    near = set[int]().union(
        *(
            _projects(figure, context)
            for figure in (delivery.in_operation, delivery.trial_production, delivery.commissioning)
        )
    )
    others, unserved = served - near, near - served
    if others:
        stands = {
            move.project_id: _stand(move)
            for move in standing_at_end(context, *Stage).filter(project__in=others)
        }
        words = {pk: stands.get(pk, "期末尚无阶段记录") for pk in others}
        order = [stage.label for stage in Stage]
        counted = sorted(
            Counter(words.values()).items(),
            key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order),
        )
        yield Finding(
            "liaison_progress",
            NOTE,
            f"明确驻企联络员的 {len(served)} 个项目中，{len(served & near)} 个在期间内投产"
            f"或期末处于试生产、安装调试；其余 {len(others)} 个："
            + "、".join(f"{word} {count} 个" for word, count in counted)
            + "。",
            of_projects(others, words),
        )
    if unserved:
        yield Finding(
            "delivery_without_liaison",
            NOTE,
            f"{len(unserved)} 个投产、试生产或安装调试的项目期末没有驻企联络员在岗。",
            of_projects(unserved),
        )


def _projects(figure: Figure, context: Context) -> set[int]:
    return set(figure.rows(context).values_list("project", flat=True))


def _stand(move: StageMove) -> str:
    if move.to_status == Status.ACTIVE:
        return move.get_to_stage_display()
    return f"{move.get_to_stage_display()}（{move.get_to_status_display()}）"
