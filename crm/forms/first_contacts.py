"""The forms of first contact and of transfers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from crm import clock
from crm.exact import trimmed
from crm.forms.fields import DayField, NumberField, reference_field
from crm.forms.ledgers import VerbForm
from crm.models import FirstContactClaim, Project, Transfer


def _reason(label: str, placeholder: str, *, required: bool = True, most: int = 300) -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": placeholder}),
    )


class ClaimForm(VerbForm):
    """认领首谈, or a contest of somebody else's."""

    reason = _reason("理由", "例如：2023-03-05 已与董事长面谈，有来访登记", required=False)

    def __init__(self, *args: Any, is_contest: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_contest


class GiveUpForm(VerbForm):
    reason = _reason("放弃原因", "例如：投资方不再与本科室接洽")


class RulingForm(VerbForm):
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


class TransferForm(VerbForm):
    """提出流转: to whom, with how much of the credit, and why."""

    share = NumberField(
        label="接收方计业绩",
        scale=2,
        unit="%",
        help_text="转出方现有业绩中归接收方的部分，例如 60；其余留在转出方。全县合计只计一次。",
    )
    reason = _reason("流转原因", "例如：产业定位更适合对方园区，两家已商定")

    def __init__(self, project: Project, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, key, now in (
            ("to_team", "接收科室", "teams", project.team),
            ("to_park", "接收园区", "parks", project.park),
        ):
            self.fields[name] = reference_field(
                key,
                user=user,
                label=label,
                required=False,
                help_text=f"现在是{now}；不变就不选。" if now else "现在没有；不变就不选。",
            )
        self.order_fields(["to_team", "to_park", "share", "reason"])

    def clean_share(self) -> Any:
        percent = self.cleaned_data["share"]
        if not 0 <= percent <= 100:
            raise forms.ValidationError(f"应在 0 到 100 之间，现在是 {trimmed(percent)}。")
        return percent / 100


class AcceptForm(VerbForm):
    """接收: who of the receiving side works on it from now on."""

    note = _reason("接收意见", "例如：同意接收，按约定分成", required=False)

    def __init__(self, transfer: Transfer, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"] = reference_field(
            "users",
            user=user,
            label="接手的招商专员",
            required=False,
            help_text="可以先不定，接收后再指派。",
        )
        self.order_fields(["officer", "note"])


class DeclineTransferForm(VerbForm):
    note = _reason("不接收的原因", "例如：本园区已无适用厂房")
