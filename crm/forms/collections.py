"""What a statistician says to begin a round of 填报, and the small forms on its pages."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm import clock, ledgers, personal
from crm.actions.indicators.collections import OPEN_AFTER, Asked
from crm.dates import When, month_of
from crm.errors import Refused
from crm.forms.fields import DayField, WhenField
from crm.forms.ledgers import VerbForm
from crm.ledgers import asking
from crm.ledgers.base import Several
from crm.models import Park, User
from crm.models.companies.spells import AboveScaleSpell
from crm.models.indicators.collections import READINGS, Collection, RecipientKind
from crm.models.indicators.due_reports import DueReport
from crm.models.indicators.indicators import Indicator
from crm.stages import Precision

_APART = re.compile(r"[\t,，;；]+")
LINES = 500


class StartForm(VerbForm):
    """A round to recipients of one kind, about readings or one ledger."""

    name = forms.CharField(label="标题", max_length=80)
    asked_by = forms.CharField(label="发起单位", max_length=60, help_text="对方看到的是谁在收。")
    due_on = DayField(label="截止日期")
    phone = forms.CharField(label="咨询电话", max_length=30, required=False)
    note = forms.CharField(
        label="填报说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    due_report = forms.ModelChoiceField(
        label="用于报送", queryset=DueReport.objects.none(), required=False, empty_label="不挂",
        help_text="收齐以后要报送的事项。",
    )  # fmt: skip

    def __init__(self, kind: str, register: str, user: User, *args: Any, **kwargs: Any) -> None:
        self.kind, self.register, self.user = RecipientKind(kind), register, user
        super().__init__(*args, **kwargs)
        reports: Any = self.fields["due_report"]
        reports.queryset = DueReport.objects.visible_to(user)
        if register == READINGS:
            self._ask_readings()
        else:
            self._ask_columns()
        self._ask_whom()
        self.order_fields(["name", "month", "indicators", "columns", "everyone", "recipients"])
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"

    def _ask_readings(self) -> None:
        self.fields["month"] = WhenField(label="月份", help_text="写到月，例如 2023-08。")
        self.initial.setdefault("month", month_of(clock.today(), -1))  # what is over
        open_ones = Indicator.objects.all()
        told = "可多选。"
        if self.kind == RecipientKind.COMPANY:
            closed = [one.name for one in open_ones.filter(is_confidential=True)]
            open_ones = open_ones.filter(is_confidential=False)
            if closed:
                told += f"{'、'.join(closed)}的单户数据保密，不用链接向企业收。"
        self.fields["indicators"] = forms.ModelMultipleChoiceField(
            label="指标", queryset=open_ones, widget=forms.CheckboxSelectMultiple, help_text=told
        )

    def _ask_columns(self) -> None:
        ledger = ledgers.get(self.register)
        self.fields["columns"] = forms.MultipleChoiceField(
            label="栏目",
            choices=[(one.name, one.heading) for one in asking.askable(ledger)],
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial.setdefault("columns", sorted(asking.needed(ledger, self.kind)))

    def _ask_whom(self) -> None:
        everyone = {
            RecipientKind.COMPANY: "全部规上企业（{} 户）",
            RecipientKind.PARK: "全部园区（{} 个）",
        }
        if self.kind in everyone:
            label = everyone[self.kind].format(len(self._everyone))
            self.fields["everyone"] = forms.BooleanField(label=label, required=False)
        self.fields["recipients"] = forms.CharField(
            label=f"向哪些{self.kind.label}收",
            required=False,
            max_length=60_000,
            widget=forms.Textarea(attrs={"rows": 5}),
            help_text="一行一个，可从 Excel 粘贴：名称，联系人，电话，邮箱；后三项可不写。",
        )

    @cached_property
    def _everyone(self) -> list[Any]:
        if self.kind == RecipientKind.COMPANY:
            on = clock.today()
            spells = AboveScaleSpell.objects.standing().in_force_on(on).select_related("company")
            return list({one.company_id: one.company for one in spells}.values())
        return list(Park.objects.all()) if self.kind == RecipientKind.PARK else []

    def clean_month(self) -> When:
        month: When = self.cleaned_data["month"]
        if month.precision not in (Precision.MONTH, Precision.DAY):
            raise ValidationError("请写到月，例如 2023-08。")
        return month

    def clean_columns(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["columns"]
        ledger = ledgers.get(self.register)
        lacking = asking.needed(ledger, self.kind) - set(chosen)
        if lacking:
            names = "、".join(sorted(ledger.column(name).label for name in lacking))
            raise ValidationError(f"{ledger.label}没有这些就登记不了，请一并收：{names}。")
        return chosen

    def clean_recipients(self) -> list[Asked]:
        lines = [line.strip() for line in self.cleaned_data["recipients"].splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > LINES:
            raise ValidationError(f"有 {len(lines)} 行，一次最多 {LINES} 行。")
        asked, wrong = [], []
        for line in lines:
            try:
                asked.append(self._asked(line))
            except ValidationError as error:
                wrong.append(f"“{line[:40]}”：{''.join(error.messages)}")
        if wrong:
            more = f"（另有 {len(wrong) - 5} 行）" if len(wrong) > 5 else ""
            raise ValidationError("；".join(wrong[:5]) + more)
        return asked

    def _asked(self, line: str) -> Asked:
        name, *contact = [part.strip() for part in _APART.split(line) if part.strip()]
        said = {"name": "", "phone": "", "email": ""}
        for part in contact[:3]:
            if "@" in part:
                validate_email(part)
                said["email"] = part
            elif any(sign.isdigit() for sign in part):
                try:
                    said["phone"] = personal.normal_phones(part)
                except ValueError as error:
                    raise ValidationError(str(error)) from error
            else:
                said["name"] = part[:60]
        return Asked(self._subject(name), **said)

    def _subject(self, name: str) -> Any:
        ledger = ledgers.of_noun(self.kind.value)
        if ledger is None:  # a department is known by its name alone
            if len(name) > 60:
                raise ValidationError("部门名称最多 60 个字。")
            return name
        try:
            row = ledger.named(name, by=self.user)
        except Several as several:
            raise ValidationError(
                f"有几个同名的，请写成其中一个：{several.offered()}。"
            ) from several
        if row is None:
            raise ValidationError(f"{ledger.label}台账里没有，请先登记或核对名称。")
        return row

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.asked():
            self.add_error("recipients", "请写明向谁收。")
        return data

    def asked(self) -> list[Asked]:
        """Whom, each once."""
        data = self.cleaned_data
        everyone = [Asked(one) for one in self._everyone] if data.get("everyone") else []
        by_subject = {one.subject: one for one in everyone}
        return list((by_subject | {one.subject: one for one in data["recipients"]}).values())

    def collection(self) -> Collection:
        """The round as it was asked for; not written yet."""
        data = self.cleaned_data
        month = data.get("month")
        kept = ("name", "asked_by", "due_on", "phone", "note", "due_report")
        return Collection(
            kind=self.kind,
            register=self.register,
            columns=data.get("columns", []),
            month_on=month.start.replace(day=1) if month else None,
            **{name: data[name] for name in kept},
        )


class LinksForm(VerbForm):
    last_day = DayField(label="有效期至", required=False)

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day and not clock.today() <= day <= clock.today() + 12 * OPEN_AFTER:
            raise Refused("有效期从今天起，最长半年。", "invalid", ["last_day"])
        return day


class ReturnForm(VerbForm):
    reason = forms.CharField(
        label="退回原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="对方打开链接就看到。",
    )  # fmt: skip


class TakeForm(VerbForm):
    reason = forms.CharField(
        label="修订原因", max_length=200, required=False,
        help_text="月份已封账、或台账里已有不同的数时要写。",
    )  # fmt: skip
