"""After how many days without progress a project counts as 久未推进, by stage."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.exact import ExactField
from crm.models.base import Row, Rows, Standing, once
from crm.stages import Stage

_MOST_DAYS = 3650


class StageRules(Rows):
    def days(self) -> dict[Stage, int]:
        """The rules in force: stage → days. A stage without one is never 久未推进."""
        found = self.filter(is_active=True).values_list("stage", "idle_days")
        return {Stage(stage): int(days) for stage, days in found}


class StageRule(Row):
    """逾期规则 of one stage: a project worked on there is 久未推进 once `idle_days` full days have
    passed without a follow-up or a move."""

    rights = access.Rights(access.RULES)

    stage = models.CharField("阶段", max_length=20, choices=Stage)
    idle_days = ExactField(verbose_name="多少天没有进展", scale=0)
    is_active = models.BooleanField("启用", default=True)

    objects = Standing.from_queryset(StageRules)()

    class Meta:
        verbose_name = verbose_name_plural = "逾期规则"
        ordering = ["pk"]
        constraints = [
            once(
                "stage",
                name="rule_once_a_stage",
                message="这个阶段已有规则，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.idle_days} 天"

    def clean(self) -> None:
        if self.idle_days is not None and not 1 <= self.idle_days <= _MOST_DAYS:
            raise ValidationError({"idle_days": f"请填 1 到 {_MOST_DAYS} 之间的天数。"})
