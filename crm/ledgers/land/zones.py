"""片区台账."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models import CoordinateSystem, Zone

LEDGER = declare(
    Ledger(
        key="zones",
        label="片区",
        model=Zone,
        place=30,
        full_name=lambda row: f"{row.park} · {row}",
        park="park",
        in_figures=("name", "park", "area_sq_km"),
        natural_key=("park", "name"),
        joins=("park",),
        description="园区下辖的片区；园区面积是片区面积之和。",
        columns=(
            Column("name", "名称",
                   aliases=("片区", "片区名称", "区块名称", "区块", "片区全称"),
                   required=True, in_list=True),
            Column("park", "园区", Kind.REFERENCE, reference="parks",
                   aliases=("所属园区", "所在园区", "园区名称"),
                   required=True, in_list=True, is_filter=True),
            Column("area_sq_km", "规划面积", Kind.NUMBER, unit="平方公里",
                   aliases=("面积", "规划总面积", "片区面积"),
                   in_list=True, is_sortable=True),
            Column("latitude", "中心纬度", Kind.NUMBER, aliases=("纬度",),
                   help="单位是度，例如 31.0524。"),
            Column("longitude", "中心经度", Kind.NUMBER, aliases=("经度",),
                   help="例如 106.7801。"),
            Column("coordinate_system", "坐标系", Kind.CHOICE, choices=CoordinateSystem,
                   help="高德、腾讯地图取的点是 GCJ-02。"),
            Column("name_en", "英文名称"),
        ),
    )
)  # fmt: skip
