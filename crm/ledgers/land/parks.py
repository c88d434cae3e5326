"""园区台账."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.utils.text import slugify
from pypinyin import lazy_pinyin

from crm.ledgers.base import Column, Kind, Ledger, Search, declare, one
from crm.ledgers.searching import document
from crm.models import Park, ParkKind, User
from search.index import Document


def _document(row: Park) -> Document:
    return document(
        row,
        title=row.name,
        aliases=(row.name_en,),
        body=row.address,
        tags=(*row.zones.all(), *row.industries.all()),
        prior=1.0,
    )


def _slug(values: Mapping[str, Any]) -> str:
    """The sounds of the name, with a number where another park has the same: lv-xi-gong-ye-yuan."""
    sounds = [sound for sound in lazy_pinyin(str(values.get("name") or "")) if sound.strip()]
    base = slugify("-".join(sounds))[:50].strip("-") or "park"
    taken = set(Park.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def _find(values: Mapping[str, Any], by: User) -> Park | None:
    """By the code; a list without codes names its parks."""
    seen = Park.objects.visible_to(by)
    if values.get("slug"):
        return one(seen.filter(slug=values["slug"]))
    return one(seen.filter(name=values["name"])) if values.get("name") else None


LEDGER = declare(
    Ledger(
        key="parks",
        label="园区",
        model=Park,
        place=20,
        search=Search(document=_document, shows=("industries",), made_of=("zones",)),
        natural_key=("slug",),
        find_row=_find,
        lookup=("name", "slug"),
        joins=("parent", "team"),
        prefetch=("industries", "zones"),
        description="工业园区、特色专业园区和园中园。",
        columns=(
            Column("name", "名称",
                   aliases=("园区名称", "园区", "开发区名称", "开发区", "园区全称"),
                   required=True, in_list=True),
            Column("slug", "代码",
                   aliases=("园区代码", "园区编号"),
                   required=True, made=_slug,
                   help="网址里用，小写字母、数字和连字符，例如 lvxi-textile。"),
            Column("kind", "类型", Kind.CHOICE, choices=ParkKind,
                   aliases=("园区类型", "开发区类型", "园区类别"),
                   required=True, in_list=True, is_filter=True),
            Column("parent", "上级园区", Kind.REFERENCE, reference="parks",
                   tab="下级园区", in_list=True, aliases=("所属园区", "隶属园区", "主园区")),
            Column("area_sq_km", "规划面积", Kind.NUMBER, unit="平方公里", in_list=True,
                   in_form=False, in_import=False, help="各片区面积之和"),
            Column("industries", "主导产业", Kind.REFERENCES, reference="industries",
                   aliases=("园区主导产业", "产业定位")),
            Column("team", "招商科室", Kind.REFERENCE, reference="teams",
                   help="网站咨询进入这个科室的待研判。",
                   aliases=("责任科室",)),
            Column("phone", "招商电话", in_list=True,
                   aliases=("联系电话", "电话", "园区电话")),
            Column("address", "地址",
                   aliases=("园区地址", "详细地址", "所在地")),
            Column("name_en", "英文名称",
                   aliases=("英文名", "园区英文名称")),
            Column("address_en", "英文地址"),
        ),
    )
)  # fmt: skip
