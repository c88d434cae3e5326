"""This installation of the ledger, told from every other one."""

from __future__ import annotations

import secrets

from django.db import models

_SIGNS = "bcdfghjkmnpqrstvwxz"  # spells no word, and a spreadsheet cannot take it for a number
LONG = 8


def new_mark() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(LONG))


class Installation(models.Model):
    """One row at most. `mark` is drawn once and kept: row 12 of this county and row 12 of another
    one, or of a test installation beside it, are different rows."""

    mark = models.CharField("标识", max_length=LONG, default=new_mark)

    class Meta:
        verbose_name = verbose_name_plural = "本套系统"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation"),
        ]

    def __str__(self) -> str:
        return self.mark
