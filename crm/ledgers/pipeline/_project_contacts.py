"""A project's people as a list of projects names them: 联系人, 联系电话. The project's own rows and
exports hold none of it; its page shows its contacts to whoever may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crm import personal
from crm.actions.companies import contacts
from crm.errors import Refused
from crm.ledgers.base import Column, Kind
from crm.models import Project, User

_NAME, _PHONE, _OTHERS = NAMES = ("contact_name", "contact_phone", "contact_other_phones")
# Also between two Chinese names, but not within Smith, John.
_BETWEEN = re.compile(r"[、，;；/\n]|(?<=[\u4e00-\u9fff]),(?=[\u4e00-\u9fff])")

Named = tuple[str, list[str]]  # a name and its numbers; one of the two may be empty


def people(values: Mapping[str, Any]) -> list[Named]:
    """Who is named in a row, each with his numbers; Refused at the column that cannot be read.

    Of one person the first number is the phone and the others are further ones; of several each has
    the number in his place.
    """
    names = [name.strip() for name in _BETWEEN.split(values.get(_NAME) or "") if name.strip()]
    phones = [phone for at in (_PHONE, _OTHERS) for phone in _phones(values, at)]
    if len(names) < 2:
        return [(names[0] if names else "", phones)] if names or phones else []
    if not phones:
        return [(name, []) for name in names]
    if len(names) != len(phones):
        raise Refused(
            f"有 {len(names)} 个联系人、{len(phones)} 个号码，分不清哪个号码是谁的，没有登记号码。",
            "invalid",
            [at for at in (_PHONE, _OTHERS) if at in values],
        )
    return [(name, [phone]) for name, phone in zip(names, phones, strict=True)]


def _phones(values: Mapping[str, Any], at: str) -> list[str]:
    try:
        return personal.listed(personal.normal_phones(values[at])) if values.get(at) else []
    except ValueError as error:
        raise Refused(str(error), "invalid", [at]) from error


def bring_along(project: Project, values: Mapping[str, Any], *, by: User) -> None:
    """Makes the people of a row contacts of its project; what is refused is refused at their cells,
    so that the row itself comes in without them."""
    for name, phones in people(values):
        try:
            contacts.bring(project, name=name, phones=phones, by=by)
        except Refused as refused:
            # Without the name, the numbers would be somebody else's: all of it is left out.
            told = [at for at in NAMES if at in values]
            raise Refused(refused.reason, "invalid", told) from refused


def _holds(project: Project, values: Mapping[str, Any], by: User) -> bool:
    """Whether the ledger has the people of a row as the project's contacts, with their numbers."""
    return all(
        contacts.is_known(project, name=name, phones=phones, by=by)
        for name, phones in people(values)
    )


def _column(name: str, label: str, part: str, aliases: Sequence[str], **more: Any) -> Column:
    return Column(name, label, Kind.PERSONAL, part=part, aliases=tuple(aliases), in_form=False,
                  in_api=False, get=lambda row: "", holds=_holds, **more)  # fmt: skip


_WHOSE = (
    "项目", "企业", "投资方", "投资企业", "投资商", "客商", "业主", "业主单位", "项目单位",
    "项目业主", "建设单位", "投资主体",
)  # fmt: skip
_BOTH = (
    "及电话", "及联系电话", "及联系方式", "和电话", "和联系方式", "、电话", "、联系电话",
    "/电话", "/联系电话", "/联系方式",
)  # fmt: skip
_NUMBERS = ("联系电话", "联系方式", "手机", "手机号", "手机号码", "电话号码")
COLUMNS = (
    _column(_NAME, "联系人", "name", [
        "联系人姓名", *(f"联系人{both}" for both in _BOTH),
        *(f"{who}联系人{what}" for who in _WHOSE for what in ("", "姓名", *_BOTH)),
    ]),
    _column(_PHONE, "联系人电话", "phone", [
        *(f"联系人{what}" for what in _NUMBERS),
        *(f"{who}联系人{what}" for who in _WHOSE for what in ("电话", *_NUMBERS)),
        # 项目联系电话 may be the office's own.
        *(f"{who}{what}" for who in _WHOSE[1:] for what in ("联系电话", "联系方式")),
    ], near=_NAME, near_aliases=("电话", *_NUMBERS, "联系手机", "移动电话", "联系电话号码")),
    _column(_OTHERS, "联系人其他电话", "other_phones", ["联系人备用电话", "联系人其他联系电话"],
            near=_NAME, near_aliases=("其他电话", "备用电话", "其他联系电话", "备用联系电话",
                                      "第二电话")),
)  # fmt: skip
