"""跟进台账."""

from collections.abc import Mapping
from typing import Any

from crm.actions.pipeline import followups
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import FollowUp, FollowUpKind, User


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> FollowUp:
    """No question: no figure counts follow-ups, and a form sent twice is one (submissions)."""
    kept = dict(values)
    project = kept.pop("project", None)
    if project is None:
        raise Refused("请选择项目。", "invalid", ["project"])
    kept.pop("by", None)
    return followups.follow_up(project, by=by, **{k: v for k, v in kept.items() if v is not None})


LEDGER = declare(
    Ledger(
        key="followups",
        label="跟进",
        group=Group.PIPELINE,
        model=FollowUp,
        place=20,
        verbs={"follow_up": "跟进", "plan_next": "安排下一步"},
        natural_key=("project", "held_on", "content"),
        lookup=("project__name",),
        joins=("project", "by"),
        timeline={"held_on": "跟进"},
        seen_from={"companies": "project__company"},
        register_verb=_register,
        change_verb=followups.change,
        description="与投资方的每一次接触，和约好的下一步。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("held_on", "日期", Kind.DATE, aliases=("跟进日期", "时间"), required=True,
                   in_list=True, is_filter=True, is_sortable=True),
            Column("kind", "方式", Kind.CHOICE, choices=FollowUpKind, aliases=("跟进方式",),
                   in_list=True, is_filter=True),
            Column("content", "内容", Kind.LONG_TEXT, aliases=("跟进内容", "洽谈情况"),
                   required=True, in_list=True),
            Column("next_on", "下次跟进", Kind.DATE, aliases=("下次跟进日期",), in_list=True,
                   is_planned=True),
            Column("next_step", "下一步", aliases=("下一步计划",)),
            Column("by", "跟进人", Kind.REFERENCE, reference="users", in_list=True, in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
