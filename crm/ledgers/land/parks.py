"""园区台账."""

from crm.ledgers.base import Column, Kind, Ledger, Search, declare
from crm.ledgers.searching import document
from crm.models import Park, ParkKind
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


LEDGER = declare(
    Ledger(
        key="parks",
        label="园区",
        model=Park,
        place=20,
        search=Search(document=_document, shows=("industries",), made_of=("zones",)),
        natural_key=("slug",),
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
                   required=True,
                   help="网址里用，小写字母、数字和连字符，例如 lvxi-textile。"),
            Column("kind", "类型", Kind.CHOICE, choices=ParkKind,
                   aliases=("园区类型", "开发区类型", "园区类别"),
                   required=True, in_list=True, is_filter=True),
            Column("parent", "上级园区", Kind.REFERENCE, reference="parks", in_list=True,
                   aliases=("所属园区", "隶属园区", "主园区")),
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
