"""企业台账."""

from collections.abc import Mapping
from typing import Any

from crm import clock, gbt4754
from crm.actions.companies import companies
from crm.exact import grouped
from crm.ledgers.base import Column, Group, Kind, Ledger, Search, declare, one
from crm.ledgers.searching import document
from crm.models import Company, Park, Recognition, TitleKind, User
from crm.models.companies.places import COLUMNS, ParkBasis
from crm.models.companies.tiers import TierMeasure, tiers_of, twelve_months_of
from crm.names import company_key
from search.index import Document


def _find(values: Mapping[str, Any], by: User) -> Company | None:
    """By credit code; without one by the name apart from its legal form."""
    mine = Company.objects.visible_to(by)
    code = values.get("credit_code")
    if code and (found := mine.filter(credit_code=code).first()):
        return found
    same = one(mine.filter(name_key=company_key(values.get("name") or "")))
    # Two different codes are two companies, however alike their names.
    if same and code and same.credit_code and same.credit_code != code:
        return None
    return same


def _twelve_months(row: Company) -> str:
    """By each measure of the tiers: the number and its months, or what it lacks."""
    told = []
    for found in twelve_months_of(row):
        label = TierMeasure(found.measure).label
        if found.value is None:
            lacking = "、".join(when.text for when in found.lacking)
            told.append(f"{label}待补（缺 {lacking}的累计数）")
        else:
            told.append(f"{label} {grouped(found.value)}亿元（{found.span}）")
    return "；".join(told)


def _tier(row: Company) -> str:
    """The tiers it has reached, and 镇园之宝 while it is listed."""
    treasure = Recognition.objects.in_force_on(clock.today()).filter(
        company=row, title_kind=TitleKind.TREASURE
    )
    listed = [str(TitleKind.TREASURE.label)] if treasure.exists() else []
    return "、".join([*listed, *map(str, tiers_of(twelve_months_of(row)))])


def _counted(row: Company) -> str:
    """The park it counts for today, and by which of its places."""
    basis = ParkBasis.objects.of_year(clock.today().year)
    park = getattr(row, COLUMNS[basis][0])
    both = (row.park, row.registered_park)
    apart = "；注册地与经营地不在同一园区" if _are_apart(*both) else ""
    return f"{park or '园区外'}（按{basis.label}）{apart}" if any(both) else ""


def _are_apart(one: Park | None, other: Park | None) -> bool:
    if one is None or other is None:
        return False
    return other.pk not in (one.pk, one.parent_id) and one.pk != other.parent_id


def _document(row: Company) -> Document:
    former = [name for name in row.former_names.replace(",", "、").split("、") if name.strip()]
    return document(
        row,
        title=row.name,
        aliases=(row.short_name, row.credit_code, *former),
        body=row.summary,
        tags=(row.park, row.industry),
        facets={"park": row.park_id, "industry": row.industry_id},
        prior=0.5,
    )


LEDGER = declare(
    Ledger(
        key="companies",
        label="企业",
        group=Group.PIPELINE,
        model=Company,
        place=30,
        told_by=("name", "credit_code"),
        told_apart=("credit_code", "park", "industry"),
        search=Search(document=_document, shows=("park", "industry")),
        natural_key=("credit_code", "name"),
        lookup=("name", "short_name", "credit_code"),
        joins=("industry", "park", "zone", "registered_park", "registered_zone"),
        parts=(
            ("", ("name", "short_name", "credit_code", "industry", "gbt", "park", "zone",
                  "address")),
            ("注册地", ("registered_park", "registered_zone", "registered_address")),
            ("曾用名和简介", ("former_names", "summary")),
        ),
        gives={
            "projects": {"investor": "name", "industry": "industry", "park": "park", "zone": "zone"}
        },
        register_verb=companies.register,
        find_row=_find,
        find_keys={
            "credit_code": lambda values: values.get("credit_code") or "",
            "name_key": lambda values: company_key(values.get("name") or ""),
        },
        description="落地和在谈的企业，以统一社会信用代码为准。",
        columns=(
            Column("name", "企业名称",
                   aliases=("公司名称", "单位名称", "企业", "企业全称", "公司全称", "单位全称",
                            "公司", "市场主体名称", "企业单位名称"),
                   required=True,
                   in_list=True, is_sortable=True),
            Column("short_name", "简称",
                   aliases=("企业简称", "公司简称", "单位简称")),
            Column("former_names", "曾用名", is_eventual=True, help="多个曾用名用顿号分隔。",
                   aliases=("原名称", "原企业名称")),
            Column("credit_code", "统一社会信用代码",
                   aliases=("信用代码", "社会信用代码", "统一信用代码", "社会统一信用代码",
                            "统一社会信用代码证号"),
                   in_list=True, help="18 位；知道就填，用来避免重复登记。"),
            Column("industry", "产业", Kind.REFERENCE, reference="industries",
                   aliases=("所属产业", "行业", "所属行业", "行业类别", "行业类型", "产业类别",
                            "产业类型"),
                   in_list=True, is_filter=True),
            Column("gbt", "国标行业", is_filter=True, get=lambda row: row.gbt,
                   filter_rows=gbt4754.rows_under,
                   aliases=("国标行业代码", "行业代码", "国民经济行业", "行业分类"),
                   help="GB/T 4754—2017 的代码或名称，例如 1953、195 制鞋业。"),
            Column("park", "所在园区", Kind.REFERENCE, reference="parks",
                   tab="在此经营的企业",
                   aliases=("园区", "所属园区", "入驻园区", "落户园区", "园区名称",
                            "经营地园区", "经营园区"),
                   in_list=True, is_filter=True,
                   help="经营地所在的园区。迁入、迁出请登记企业迁移，在这里改是更正。"),
            Column("zone", "所在片区", Kind.REFERENCE, reference="zones",
                   tab="在此经营的企业", aliases=("片区", "所属片区", "片区名称", "经营地片区")),
            Column("address", "经营地址",
                   aliases=("经营地", "生产地址", "生产经营地址", "经营场所", "生产经营地",
                            "实际经营地址", "企业地址", "厂址")),
            Column("registered_park", "注册地园区", Kind.REFERENCE, reference="parks",
                   tab="在此注册的企业", aliases=("注册园区", "注册地所在园区"), is_filter=True),
            Column("registered_zone", "注册地片区", Kind.REFERENCE, reference="zones",
                   tab="在此注册的企业", aliases=("注册片区",)),
            Column("registered_address", "注册地址",
                   aliases=("注册地", "住所", "住所地", "工商注册地", "登记住所", "注册住所")),
            Column("counted", "计入园区", in_form=False, in_import=False, in_api=False,
                   is_eventual=True, get=_counted),
            Column("tier", "梯队", in_form=False, in_import=False, in_api=False,
                   is_eventual=True, get=_tier),
            Column("twelve_months", "近十二个月", in_form=False, in_import=False, in_api=False,
                   is_eventual=True, get=_twelve_months),
            Column("summary", "企业简介", Kind.LONG_TEXT,
                   aliases=("主营业务", "简介", "主营产品", "主要产品", "主要业务", "经营范围",
                            "公司简介", "企业概况", "企业基本情况")),
        ),
    )
)  # fmt: skip
