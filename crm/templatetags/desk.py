"""What templates of the desk need to print: amounts, echoes, one label for a unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.exact import WAN, grouped, money_text, rounded
from crm.forms.fields import MoneyField, NamedReference, NumberField
from crm.forms.meant import of_field
from crm.views.system.submissions import TOKEN

register = template.Library()


@register.simple_tag
def form_token() -> SafeString:
    """What makes a form that is sent twice one row; a page shown again gets another one."""
    return format_html('<input type="hidden" name="{}" value="{}">', TOKEN, uuid4())


@register.filter
def money(amount: Decimal | None) -> str:
    """1.2亿元, 3,500万元; unknown is 待补."""
    return money_text(amount)


@register.filter
def percent(share: Decimal) -> str:
    """A share of a hundred to one place: 45.5%."""
    return f"{rounded(share, 1)}%"


@register.filter
def wan(amount: Decimal | None) -> str:
    """An amount in 万元 for a column that names the unit: 1,200; unknown is a dash."""
    return "—" if amount is None else grouped(amount / WAN)


@register.filter
def exact(number: Decimal) -> str:
    """All digits there are, in groups: 2,500,000.5."""
    return grouped(number)


@register.filter
def unit(field: forms.BoundField) -> str:
    """The unit a number is typed in, for its label."""
    return getattr(field.field, "unit", "")


@register.filter
def echo(field: forms.BoundField) -> str:
    """How the amount in a money field was understood."""
    return field.field.echo(field.value()) if isinstance(field.field, MoneyField) else ""


@register.filter
def shape(field: forms.BoundField) -> str:
    """What kind of control a field is, for its layout: money, number, long, check, checks …"""
    widget = field.field.widget
    if isinstance(field.field, MoneyField):
        return "money"
    if isinstance(field.field, NumberField):
        return "number"
    if isinstance(field.field, NamedReference):
        return "named"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.SelectMultiple):
        return "many"
    return "long" if isinstance(widget, forms.Textarea) else "text"


@register.filter
def meant(field: forms.BoundField) -> Any:
    """Which row the name in the field means, for the panel under it; None where it has none."""
    return of_field(field)


@register.filter
def described(field: forms.BoundField) -> Any:
    """The control, tied to its help and its errors for those who do not see them."""
    ids = []
    if field.help_text:
        ids.append(f"{field.auto_id}-help")
    attrs: dict[str, Any] = {}
    if field.errors:
        ids.append(f"{field.auto_id}-error")
        attrs["aria-invalid"] = "true"
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    return field.as_widget(attrs=attrs)
