"""What a user wants to be told of."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.models import NotificationKind

# What each kind tells of, for who chooses.
MEANS = {
    NotificationKind.ASSIGNED: "项目交给我，或转到我负责的科室",
    NotificationKind.MOVED: "别人推进、退回、搁置了我的项目",
    NotificationKind.OVERDUE: "约定的下一步过了日子，项目在我名下",
    NotificationKind.ENQUIRY: "公开网站来了归我科室研判的咨询",
    NotificationKind.CONFIRM: "有签约、开工、投产等我认定，或我登记的被退回",
    NotificationKind.MONTH: "我的重点项目的月报被退回",
    NotificationKind.CLAIM: "我的首谈有争议，或有了裁定",
    NotificationKind.TRANSFER: "有项目要转给我，等我确认",
    NotificationKind.COLLECTED: "我发起的填报有单位提交了",
    NotificationKind.REPORT_DUE: "该报送的快到日子或已逾期，由我负责",
    NotificationKind.IMPORT: "我的表格导入好了，或没有导成",
    NotificationKind.SYSTEM: "台账自查有没有通过的，或后台的定期工作没有办成",
    NotificationKind.DIGEST: "每天一条：逾期、今天到期、没有安排、待认定各几项",
}


class NotificationSettingForm(forms.Form):
    """Kinds ticked are told; what is stored is the ones that are not."""

    kinds = forms.MultipleChoiceField(
        label="提醒我",
        required=False,
        choices=NotificationKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    mails_digest = forms.BooleanField(label="每日提要同时发到邮箱", required=False)
    email = forms.CharField(
        label="邮箱",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def rows(self) -> list[dict[str, Any]]:
        """The kinds one by one, each with what it tells of."""
        return [
            {"box": box, "means": MEANS[NotificationKind(box.data["value"])]}
            for box in self["kinds"].subwidgets
        ]

    @property
    def muted(self) -> set[str]:
        return set(NotificationKind.values) - set(self.cleaned_data["kinds"])
