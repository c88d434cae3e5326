"""封账: a month whose readings are settled; what is changed afterwards needs its reason."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models

from crm import access, dates
from crm.models.base import Corrected, RecordedRows


class Closings(RecordedRows):
    def closes(self, month_on: date) -> bool:
        """Whether the month that begins on that day is closed."""
        return self.standing().filter(month_on=month_on).exists()


class MonthClosing(Corrected):
    """The readings of one month are settled; withdrawing it opens the month again."""

    rights = access.Rights(access.REGISTERS)

    days: ClassVar = ("month_on", "month_until")
    chain_keeps: ClassVar = ()

    month_on = models.DateField("月份")
    month_until = models.DateField("月末", editable=False)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = Closings.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度封账"
        ordering = ["-month_on", "pk"]

    def __str__(self) -> str:
        return f"{self.month or ''} 封账"

    @property
    def month(self) -> dates.When | None:
        return self.happened
