"""联系人台账."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm import personal
from crm.actions import rows
from crm.actions.companies import contacts
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import Contact, User
from crm.models.people import same_person
from crm.names import name_key

MASK = "***"


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    for part, label in (("phone", "电话"), ("email", "邮箱"), ("other_phones", "其他电话")):
        if MASK in (checked.get(part) or ""):
            raise Refused(f"{label}打了码，请填写完整的{label}，或留空。", "invalid", [part])
    if checked.get("phone"):
        try:
            checked["phone"] = personal.normal_phone(checked["phone"])
        except ValueError as error:
            more = "其余的填在其他电话。" if personal.several_phones(checked["phone"]) else ""
            raise Refused(f"{error}{more}", "invalid", ["phone"]) from error
    if checked.get("other_phones"):
        try:
            checked["other_phones"] = personal.normal_phones(checked["other_phones"])
        except ValueError as error:
            raise Refused(f"其他电话：{error}", "invalid", ["other_phones"]) from error
    if "name" in checked and not (checked["name"] or "").strip():
        raise Refused("请填写姓名。", "invalid", ["name"])
    return checked


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Contact:
    checked = _checked(values)
    if not checked.get("name"):
        raise Refused("请填写姓名。", "invalid", ["name"])
    if not checked.get("team"):
        project = checked.get("project")
        checked["team"] = by.team or (project.team if project else None)
    return contacts.register(checked, by=by, anyway=anyway)


@transaction.atomic
def _change(
    row: Contact, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Contact:
    checked = _checked(values)
    phone, others = checked.get("phone"), personal.listed(row.other_phones)
    if phone in others and "other_phones" not in checked:
        # One of the other numbers becomes the first one: the first one stays among the others.
        others = [number for number in (row.phone, *others) if number not in ("", phone)]
        checked["other_phones"] = "、".join(others)
    return rows.change(row, checked, by=by, version=version)


def _find(values: Mapping[str, Any], by: User) -> Contact | None:
    """The same mobile at the same company or project is the same person, and so is the same name
    with the same landline, with a masked number (our own export) or without any."""
    here = (
        Contact.objects.visible_to(by)
        .filter(company=values.get("company"), project=values.get("project"))
        .select_related("key")
    )
    name, phone = values.get("name") or "", values.get("phone") or ""
    if not phone or MASK in phone:
        among = here.exclude(phone_print="") if phone else here.filter(phone_print="")
        same = [
            row
            for row in among
            if name
            and name_key(row.name) == name_key(name)
            and personal.mask_phone(row.phone) == phone
        ]
    else:
        try:
            phone = personal.normal_phone(phone)
        except ValueError:
            return None
        sharing = here.filter(phone_print=personal.fingerprint("phone", phone))
        same = same_person(sharing, name=name, phone=phone)
        if not same and (values.get("company") or values.get("project")):
            more = [row for row in here.exclude(other_phones_sealed=None) if phone in row.phones]
            same = same_person(more, name=name, phone=phone)
    return one(same)


LEDGER = declare(
    Ledger(
        key="contacts",
        label="联系人",
        group=Group.PIPELINE,
        model=Contact,
        place=40,
        told_apart=("position", "phone", "project", "company"),
        title=lambda row: row.name or f"{row.called}的联系人",
        lookup=(),
        joins=("company", "project", "team", "key"),
        find_row=_find,
        register_verb=_register,
        change_verb=_change,
        description="项目和企业的联系人；电话和邮箱加密保存，查看留痕。",
        columns=(
            Column("name", "姓名", Kind.PERSONAL,
                   aliases=("联系人", "联系人姓名", "企业联系人", "项目联系人", "对接联系人",
                            "人员姓名"),
                   required=True,
                   in_list=True),
            Column("position", "职务",
                   aliases=("职位", "职务职称", "岗位"),
                   in_list=True),
            Column("phone", "电话", Kind.PERSONAL,
                   aliases=("手机", "联系电话", "手机号", "手机号码", "联系方式", "电话号码",
                            "联系手机", "移动电话", "联系电话号码"),
                   in_list=True),
            Column("other_phones", "其他电话", Kind.PERSONAL,
                   aliases=("备用电话", "其他联系电话", "备用联系电话", "第二电话", "备用手机",
                            "其他联系方式"),
                   help="有几个号码的，第一个填在电话，其余的用顿号分开填在这里。"),
            Column("email", "邮箱", Kind.PERSONAL,
                   aliases=("电子邮箱", "E-mail", "电子邮件", "邮箱地址", "email")),
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("所属企业", "单位名称", "企业名称", "公司名称", "公司", "单位",
                            "工作单位", "所在单位", "所属单位", "所属公司"),
                   in_list=True),
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称", "所属项目", "对应项目", "联系项目"),
                   in_list=True),
            Column("team", "招商科室", Kind.REFERENCE, reference="teams"),
            Column("note", "备注"),
        ),
    )
)  # fmt: skip
