"""Confirmations (认定): a second person vouches for what the report counts, or sends it back."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from crm import access
from crm.models.base import Recorded, RecordedRows


class Judgement(models.TextChoices):
    """What the second person said; the last word counts."""

    CONFIRMED = "confirmed", "认定"
    RETURNED = "returned", "退回"


UNCONFIRMED = "待认定"
_STATES = {"": UNCONFIRMED, Judgement.CONFIRMED: "已认定", Judgement.RETURNED: "被退回"}


def judged_text(row: Any) -> str:
    """What was last said on a row read `with_judgement`; nothing where nobody need say anything."""
    return _STATES[getattr(row, "judged", "")] if row.needs_confirmation else ""


class Confirmation(Recorded):
    """One person's word on a move or a receipt, never the one's who recorded it. The row counts
    either way; 退回 says why it should be corrected."""

    rights = access.Rights(access.PIPELINE, parent="project", void=access.Action.CONFIRM)

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="confirmations"
    )
    move = models.ForeignKey(
        "crm.StageMove",
        models.PROTECT,
        verbose_name="阶段变动",
        null=True,
        blank=True,
        related_name="confirmations",
    )
    receipt = models.ForeignKey(
        "crm.FundingReceipt",
        models.PROTECT,
        verbose_name="到位资金",
        null=True,
        blank=True,
        related_name="confirmations",
    )
    judgement = models.CharField("结论", max_length=10, choices=Judgement)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认定"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__isnull=False, receipt__isnull=True)
                | Q(move__isnull=True, receipt__isnull=False),
                name="confirmation_of_one_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_judgement_display()} · {self.project}"


def confirmable() -> dict[str, type[models.Model]]:
    """The tables whose rows are confirmed, by the name of Confirmation's key to them."""
    found: dict[str, type[models.Model]] = {}
    for model in apps.get_app_config("crm").get_models():
        rows = model._default_manager.all()
        if isinstance(rows, ConfirmedRows):
            found[rows.confirmed_by] = model
    return found


class ConfirmedRows(RecordedRows):
    """Rows that feed the report and are confirmed by a second person. They count at once."""

    confirmed_by: ClassVar[str]  # the name of Confirmation's key to this table

    def to_confirm(self) -> Self:
        """Those that need a second person's word at all."""
        return self

    def with_judgement(self, known_on: date | None = None) -> Self:
        """`judged` is the last word on a row as known at the end of that day: confirmed, returned,
        or "" while it is 待认定."""
        return self.annotate(judged=self._judged(known_on))

    def unconfirmed(self, known_on: date | None = None) -> Self:
        """待认定: nobody has said anything on them yet."""
        return self.to_confirm().alias(judged=self._judged(known_on)).filter(judged="")

    def confirmed(self, known_on: date | None = None) -> Self:
        rows = self.to_confirm().alias(judged=self._judged(known_on))
        return rows.filter(judged=Judgement.CONFIRMED)

    def sent_back(self, known_on: date | None = None) -> Self:
        """被退回: they count until whoever recorded them corrects them."""
        rows = self.to_confirm().alias(judged=self._judged(known_on))
        return rows.filter(judged=Judgement.RETURNED)

    def _judged(self, known_on: date | None) -> Any:
        return Coalesce(Subquery(self._words(known_on).values("judgement")[:1]), Value(""))

    def _words(self, known_on: date | None, outer: Any = None) -> QuerySet[Confirmation]:
        """What was said on the outer row, the last word first."""
        words = Confirmation.objects.standing(known_on)
        about = words.filter(**{self.confirmed_by: outer or OuterRef("pk")})
        return about.order_by(F("pk").desc())
