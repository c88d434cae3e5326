"""The forms of first contact and of transfers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from crm import clock
from crm.forms.fields import DayField
from crm.forms.ledgers import speak
from crm.models import FirstContactClaim


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        speak(self)


def _reason(label: str, placeholder: str, *, required: bool = True, most: int = 300) -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": placeholder}),
    )


class ClaimForm(_Form):
    """认领首谈, or a contest of somebody else's."""

    reason = _reason("理由", "例如：2023-03-05 已与董事长面谈，有来访登记", required=False)

    def __init__(self, *args: Any, is_contest: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_contest


class GiveUpForm(_Form):
    reason = _reason("放弃原因", "例如：投资方不再与本科室接洽")


class RulingForm(_Form):
    """裁定: which of the contested claims is upheld, who says so and why."""

    winner = forms.ChoiceField(label="首谈归", widget=forms.RadioSelect)
    ruled_on = DayField(label="裁定日期")
    decided_by = forms.CharField(
        label="裁定人或文件",
        max_length=200,
        required=False,
        help_text="例如：县招商引资专题会议纪要〔2023〕5号。",
    )
    reason = _reason("裁定理由", "例如：甲方 3 月已有书面接洽记录，乙方 5 月才联系", most=500)

    def __init__(
        self, case: Iterable[FirstContactClaim], *args: Any, is_leader: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["winner"].choices = [
            (str(one.pk), f"{one.unit}（{one.claimed_on} 首谈）") for one in case
        ]
        self.fields["decided_by"].required = not is_leader
        if is_leader:
            self.fields["decided_by"].help_text += "不填就是您本人裁定。"
        self.initial.setdefault("ruled_on", clock.today())
