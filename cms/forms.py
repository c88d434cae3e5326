"""The enquiry form 意向登记: what an investor tells a park, and the consent to keep it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cms.tokens import new_token

# Changes whenever the wording of the notice below the form changes; kept with each enquiry.
CONSENT_VERSION = "2026-11"
MESSAGE_LENGTH = 2000

# Never typed on purpose: they reverse, hide or glue text in the eyes of the person who reads it.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain_text(value: str, *, lines: bool = False) -> str:
    """Readable text or a refusal: no control or broken characters, no piled-up accents."""
    value = _INVISIBLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\n\t" if lines else ""
    marks = 0
    for character in value:
        category = unicodedata.category(character)
        if (category in {"Cc", "Cs"} and character not in allowed) or character == "\ufffd":
            raise ValidationError(_("含有无法识别的字符，请删去后重新输入。"))
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > 4:
            raise ValidationError(_("含有过多的附加符号，请改用普通文字。"))
    return unicodedata.normalize("NFC", value).strip()


class PlainField(forms.CharField):
    """Text for people; `lines` lets it run over several lines."""

    def __init__(self, *, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(**kwargs)
        # plain_text() names every unreadable character in one sentence, NUL among them.
        self.validators = [v for v in self.validators if not _refuses_nul(v)]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        # Judge no more than could be kept: the length validator refuses the rest.
        if self.max_length and len(text) > self.max_length:
            return text
        return plain_text(text, lines=self.lines)


def _refuses_nul(validator: object) -> bool:
    return type(validator).__name__ == "ProhibitNullCharactersValidator"


def _too_long(limit: int) -> dict[str, Any]:
    return {"max_length": _("最多 %(limit_value)d 个字，现在是 %(show_value)d 个。")}


class EnquiryForm(forms.Form):
    """Labels, help and errors are what the visitor reads; the ledger judges the phone number."""

    name = PlainField(
        label=_("姓名"),
        max_length=40,
        error_messages={"required": _("请填写您的姓名，便于我们称呼。"), **_too_long(40)},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = PlainField(
        label=_("单位"),
        max_length=80,
        required=False,
        error_messages=_too_long(80),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    phone = PlainField(
        label=_("电话"),
        max_length=40,
        help_text=_("手机、带区号的座机，或以 + 开头的国际号码。"),
        error_messages={"required": _("请填写电话，我们据此与您联系。"), **_too_long(40)},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("电子邮箱"),
        max_length=120,
        required=False,
        help_text=_("电话不便时，我们用邮箱答复。"),
        error_messages={
            "invalid": _("邮箱的写法不对，应像 name@example.com。"),
            **_too_long(120),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    industry = PlainField(
        label=_("意向行业"),
        max_length=60,
        required=False,
        help_text=_("如：运动鞋服、肉制品加工、电池材料。"),
        error_messages=_too_long(60),
    )
    investment = PlainField(
        label=_("拟投资额"),
        max_length=40,
        required=False,
        help_text=_("大致即可，如：约 5000 万元。"),
        error_messages=_too_long(40),
    )
    message = PlainField(
        label=_("想了解什么"),
        lines=True,
        max_length=MESSAGE_LENGTH,
        help_text=_("用地、厂房、水电气、用工、政策，想到什么写什么。"),
        error_messages={
            "required": _("请写一句您想了解的事。"),
            **_too_long(MESSAGE_LENGTH),
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    consent = forms.BooleanField(
        label=_("我已阅读上面的说明，同意为答复本次咨询使用我填写的信息。"),
        error_messages={"required": _("请勾选同意；不同意也可以直接拨打园区电话。")},
    )
    # A trap for programs that fill in everything; people never see it.
    website = forms.CharField(required=False, label="Website")
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def fresh(cls) -> EnquiryForm:
        """An empty form with a token of its own."""
        return cls(initial={"token": new_token()}, auto_id="enquiry-%s", label_suffix="")

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website", "").strip())

    @property
    def visible(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in {"website", "token", "consent"}]
