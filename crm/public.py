"""The only door of the public site: cards with an allow-list of fields, and the enquiry's way in.

The site never sees a model. What a card does not name cannot reach a visitor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils import timezone

from crm import clock, limits, personal
from crm.actions import submissions
from crm.actions.pipeline import enquiries
from crm.errors import Refused
from crm.models import Agreement, Enquiry, Park, ParkKind, Project, Stage, Status

__all__ = [
    "DemoPart",
    "EnquiryData",
    "EnquiryStatus",
    "IndustryCard",
    "ParkCard",
    "Receipt",
    "Refused",
    "ZoneCard",
    "client_ip",
    "demo_parts",
    "enquiry_status",
    "park_card",
    "park_choices",
    "receive_enquiry",
    "register_demo_part",
]

_KIND_EN = {
    ParkKind.INDUSTRIAL: "Industrial park",
    ParkKind.SPECIAL: "Specialised park",
    ParkKind.INNER: "Park within a park",
}


@dataclass(frozen=True)
class IndustryCard:
    name: str
    name_en: str


@dataclass(frozen=True)
class ZoneCard:
    """A zone and its planned area in 平方公里 (None = unknown)."""

    name: str
    name_en: str
    area_sq_km: Decimal | None


@dataclass(frozen=True)
class ParkCard:
    """What the public may know of a park, computed from the ledger now.

    signed_count: projects signed this year (standing 投资 agreements with this park).
    in_operation_count: projects of this park now in operation. Counts are zero when zero.
    """

    slug: str
    name: str
    name_en: str
    kind: str
    kind_en: str
    parent_name: str
    parent_name_en: str
    area_sq_km: Decimal | None
    zones: tuple[ZoneCard, ...]
    leading_industries: tuple[IndustryCard, ...]
    signed_count: int
    in_operation_count: int
    as_of: date
    address: str
    address_en: str
    phone: str
    updated_on: date


def park_card(slug: str) -> ParkCard | None:
    """The card of one park; None when the ledger has no such park (any more)."""
    park = Park.objects.select_related("parent").filter(slug=slug).first()
    if park is None:
        return None
    today = clock.today()
    zones = tuple(ZoneCard(z.name, z.name_en, z.area_sq_km) for z in park.zones.order_by("pk"))
    known = [zone.area_sq_km for zone in zones if zone.area_sq_km is not None]
    # A county park answers for its inner parks too: their projects lie on its land.
    family = [park.pk, *Park.objects.filter(parent=park).values_list("pk", flat=True)]
    signings = Agreement.objects.signings().signed_in(date(today.year, 1, 1), today)
    return ParkCard(
        slug=park.slug,
        name=park.name,
        name_en=park.name_en or park.name,
        kind=park.get_kind_display(),
        kind_en=_KIND_EN[ParkKind(park.kind)],
        parent_name=park.parent.name if park.parent else "",
        parent_name_en=(park.parent.name_en or park.parent.name) if park.parent else "",
        area_sq_km=sum(known, Decimal(0)) if known else None,
        zones=zones,
        leading_industries=tuple(
            IndustryCard(i.name, i.name_en or i.name) for i in park.industries.order_by("pk")
        ),
        signed_count=signings.filter(park__in=family).values("project").distinct().count(),
        in_operation_count=Project.objects.filter(
            park__in=family, stage=Stage.OPERATION, status=Status.ACTIVE
        ).count(),
        as_of=today,
        address=park.address,
        address_en=park.address_en or park.address,
        phone=park.phone,
        updated_on=min(timezone.localtime(park.updated_at).date(), today),
    )


def park_choices() -> list[tuple[str, str]]:
    """(slug, name) of every park, for the editor's picker."""
    return list(Park.objects.order_by("kind", "name").values_list("slug", "name"))


@dataclass(frozen=True)
class EnquiryData:
    """What the enquiry form sends, as typed. `token`: one a form shown; `consent`: box ticked."""

    name: str
    phone: str
    message: str
    park_slug: str
    consent: bool
    consent_version: str
    token: str
    email: str = ""
    organisation: str = ""
    industry: str = ""
    investment: str = ""
    source: str = ""
    language: str = "zh-hans"


@dataclass(frozen=True)
class Receipt:
    code: str
    received_at: datetime


@dataclass(frozen=True)
class EnquiryStatus:
    """What the holder of a receipt code may know."""

    state: str
    received_on: date
    park_slug: str
    park_name: str
    answered_on: date | None


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
_COMBINING = re.compile(r"[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{4,}")
_LENGTHS = {
    "name": 40, "organisation": 120, "industry": 100, "investment": 60, "message": 2000,
    "email": 120, "phone": 40,
}  # fmt: skip
_LABELS = {
    "name": "称呼", "organisation": "单位", "industry": "意向产业", "investment": "拟投资额",
    "message": "咨询内容", "email": "邮箱", "phone": "电话",
}  # fmt: skip
PER_PHONE = (5, 24 * 3600)
PER_ADDRESS = (20, 3600)


def _clean(data: EnquiryData) -> tuple[dict[str, str], dict[str, str]]:
    """The texts as they may be stored, and what is wrong with them, at each field."""
    texts: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, most in _LENGTHS.items():
        text = getattr(data, name).strip()
        try:
            text.encode()
        except UnicodeEncodeError:
            wrong[name] = f"{_LABELS[name]}里有无法识别的字符，请重新输入。"
            continue
        if _CONTROL.search(text) or _COMBINING.search(text):
            wrong[name] = f"{_LABELS[name]}里有不可见的控制字符，请删去后再试。"
        elif name != "message" and re.search(r"[\r\n]", text):
            wrong[name] = f"{_LABELS[name]}请写成一行。"
        elif len(text) > most:
            wrong[name] = f"{_LABELS[name]}最多 {most} 个字，现在有 {len(text)} 个字。"
        texts[name] = text
    for name in ("name", "message"):
        if name not in wrong and not texts[name]:
            wrong[name] = f"请填写{_LABELS[name]}。"
    if "phone" not in wrong:
        try:
            texts["phone"] = personal.normal_phone(texts["phone"])
        except ValueError as error:
            wrong["phone"] = str(error) if texts["phone"] else "请填写电话，我们好回复您。"
    if "email" not in wrong and texts["email"]:
        try:
            validate_email(texts["email"])
        except ValidationError:
            wrong["email"] = "邮箱格式不对，例如 name@example.com；也可以不填。"
    if not data.consent:
        wrong["consent"] = "请阅读并勾选个人信息告知，否则我们不能保存您的联系方式。"
    return texts, wrong


def _address_key(ip: str) -> str:
    """An IPv4 address, or the /64 an IPv6 visitor can roam in."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ip_network(f"{address}/64", strict=False).network_address)
    return str(address)


def receive_enquiry(data: EnquiryData, *, ip: str) -> Receipt:
    """Takes an enquiry into 待研判 of the park's team, in one transaction.

    Refused with every wrong field named; `too_many` (fields empty) when this address or this phone
    has asked too often. The same token again answers with the first receipt, and is not counted.
    """
    texts, wrong = _clean(data)
    park = Park.objects.filter(slug=data.park_slug).first()
    if park is None:
        wrong["park_slug"] = "没有这个园区，请从园区页面重新打开表单。"
    if not data.token or len(data.token) > submissions.LONGEST:
        wrong.setdefault("", "表单已过期，请刷新页面后再提交。")
    if wrong or park is None:
        raise Refused("；".join(wrong.values()), "invalid", wrong)
    make = partial(_receive, data, texts, park, ip)
    enquiry = submissions.once(make, by=None, token=data.token)
    return Receipt(enquiry.code, enquiry.received_at)


def _receive(data: EnquiryData, texts: dict[str, str], park: Park, ip: str) -> Enquiry:
    if not _within_limits(ip, texts["phone"]):
        raise Refused("提交太频繁了，请稍后再试，或直接拨打园区电话。", "too_many")
    enquiry = Enquiry(
        park=park,
        team=park.team,
        language=data.language[:10],
        source=data.source[:300],
        consent_version=data.consent_version[:20],
        **{name: texts[name] for name in ("organisation", "industry", "investment", "message")},
    )
    enquiry.name, enquiry.phone, enquiry.email = texts["name"], texts["phone"], texts["email"]
    return enquiries.receive(enquiry)


def _within_limits(ip: str, phone: str) -> bool:
    """Counts this enquiry against its address and its phone."""
    address, number = _address_key(ip), personal.fingerprint("phone", phone)
    asked = limits.take(f"enquiry-ip:{address}", most=PER_ADDRESS[0], seconds=PER_ADDRESS[1])
    dialled = limits.take(f"enquiry-phone:{number}", most=PER_PHONE[0], seconds=PER_PHONE[1])
    return asked and dialled


def enquiry_status(code: str) -> EnquiryStatus | None:
    """How an enquiry stands, for whoever holds its receipt code."""
    enquiry = Enquiry.objects.select_related("park").filter(code=code).first() if code else None
    if enquiry is None:
        return None
    return EnquiryStatus(
        state=enquiry.get_state_display(),
        received_on=timezone.localtime(enquiry.received_at).date(),
        park_slug=enquiry.park.slug if enquiry.park else "",
        park_name=enquiry.park.name if enquiry.park else "",
        answered_on=timezone.localtime(enquiry.decided_at).date() if enquiry.decided_at else None,
    )


def client_ip(request: HttpRequest) -> str:
    """The visitor's address, as far as our own proxies vouch for it."""
    return limits.client_ip(request, settings.TRUSTED_PROXIES)


@dataclass(frozen=True)
class DemoPart:
    """A part of the demo county another app brings: loaded after the ledger, cleared before."""

    name: str
    load: Callable[[], None]
    clear: Callable[[], None] = field(default=lambda: None)


demo_parts: list[DemoPart] = []


def register_demo_part(part: DemoPart) -> None:
    if part.name not in {known.name for known in demo_parts}:
        demo_parts.append(part)
