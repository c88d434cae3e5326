"""取值对照: what an office's own words mean in a column of a ledger, settled once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.models.base import Row, once


class Treatment(models.TextChoices):
    IS = "is", "就是"
    EMPTY = "empty", "留空，保留原文"
    REFUSE = "refuse", "退回这些行"


class WordMeaning(Row):
    """A word, folded as names are, and what it means under one column. `value` is what the cell
    might have said instead; `team`: whose word it is, None = the whole county's."""

    rights = access.Rights(access.WORDS, own={access.Reach.TEAM: "team"})

    ledger = models.CharField("台账", max_length=40)
    field = models.CharField("栏目", max_length=60)
    word = models.CharField("词", max_length=200)
    treatment = models.CharField("怎么办", max_length=10, choices=Treatment, default=Treatment.IS)
    value = models.CharField("意思", max_length=200, blank=True)
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="科室", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "取值对照"
        ordering = ["ledger", "field", "word"]
        constraints = [
            once("ledger", "field", "word", "team", name="word_meant_once",
                 message="这个词已经有对照，请改那一条。"),
            once("ledger", "field", "word", name="word_meant_once_in_county",
                 condition=models.Q(team=None), message="这个词已经有对照，请改那一条。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        if self.treatment != Treatment.IS:
            self.value = ""
        elif not self.value:
            raise ValidationError({"value": "请写明它的意思，例如“新能源电池”或“洽谈”。"})

    @property
    def answer(self) -> Any:
        """As a mapping file says it."""
        if self.treatment == Treatment.REFUSE:
            return {"refuse": True}
        return self.value if self.treatment == Treatment.IS else None
