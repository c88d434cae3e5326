"""The report's own sentences, and where in them the figures stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from crm.reports import figures
from crm.reports.figures import Context, Figure, Result

_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Section:
    """A part of the report. `{figure.key}` in its text is where that figure is printed."""

    key: str
    title: str
    text: str


SECTIONS = (
    Section(
        "parks",
        "园区概况",
        "园区下辖片区{parks.zones}，规划面积合计{parks.area}；"
        "持有市级认定的特色（专业）园区{parks.special_parks}。",
    ),
    Section(
        "indicators",
        "主要指标",
        "期末规上企业{indicators.above_scale_enterprises}。期间规上工业总产值{indicators.output}，"
        "入库税收{indicators.tax}，工业投资{indicators.industrial_investment}，"
        "其中技改投资{indicators.upgrade_investment}。",
    ),
    Section(
        "forecast",
        "全年预计",
        "预计全年规上企业{forecast.above_scale_enterprises}，规上工业总产值{forecast.output}，"
        "税收{forecast.tax}。",
    ),
    Section(
        "attraction",
        "招商引资",
        "期间共开展招商活动{attraction.activities}，招引入驻产业项目{attraction.signed_projects}，"
        "协议总投资{attraction.signed_investment}。期末正在洽谈的项目{attraction.negotiating_projects}，"
        "计划总投资{attraction.negotiating_investment}。",
    ),
    Section(
        "delivery",
        "项目推进",
        "期末有驻企联络员在岗的项目{delivery.liaison_projects}。期间新建成投产项目"
        "{delivery.in_operation}；期末正在试生产的{delivery.trial_production}，"
        "正在安装调试设备的{delivery.commissioning}。",
    ),
    Section(
        "cultivation",
        "企业培育",
        "期间新增规上企业{cultivation.new_above_scale}，"
        "新增 20 亿级企业{cultivation.tier_2bn}、10 亿级企业{cultivation.tier_1bn}，"
        "实施技改项目{cultivation.upgrade_projects}；首次认定国家专精特新“小巨人”企业{cultivation.little_giants}、"
        "省专精特新中小企业{cultivation.provincial_srdi}、"
        "省“贡嘎培优”企业{cultivation.gongga}、省级绿色工厂{cultivation.green_factories}。",
    ),
    Section(
        "industries",
        "主导产业",
        "以主导产业为基础培育百亿级产业集群{industries.clusters}。主导产业产值占规上工业的"
        "{industries.leading_share}。纺织鞋服规上企业{industries.textile.enterprises}，"
        "产值{industries.textile.output}；健康食品规上企业{industries.food.enterprises}，"
        "产值{industries.food.output}。",
    ),
)


class Entry(NamedTuple):
    """A figure as laid out: what it is, what it came to, and the address of its rows."""

    figure: Figure
    result: Result
    address: str

    @property
    def number(self) -> str:
        """What is printed without its unit, which stands beside it."""
        return self.result.printed.removesuffix(self.unit)

    @property
    def unit(self) -> str:
        return "" if self.result.value is None else self.figure.unit


class Laid(NamedTuple):
    """A section as laid out: its sentence as pieces of text and entries, and all its entries."""

    section: Section
    pieces: list[str | Entry]
    entries: list[Entry]


def query(context: Context) -> str:
    """What a report was asked, as the query of an address."""
    asked = {"from": context.period.since, "to": context.period.until}
    if context.park is not None:
        asked["park"] = context.park.slug
    if context.known_on is not None:
        asked["as-known-on"] = context.known_on.isoformat()
    return urlencode(asked)


def address_of(figure: Figure, context: Context) -> str:
    """Where the rows of a figure are shown."""
    return f"{reverse('report-figure', args=[figure.key])}?{query(context)}"


def lay_out(context: Context, results: dict[str, Result]) -> Iterator[Laid]:
    """The sections of the report in order."""
    for section in SECTIONS:
        entries = {
            figure.key: Entry(figure, results[figure.key], address_of(figure, context))
            for figure in figures.every()
            if figure.section == section.key
        }
        # Odd pieces are the keys between the braces.
        pieces: list[str | Entry] = [
            entries[piece] if number % 2 else piece
            for number, piece in enumerate(_PLACE.split(section.text))
        ]
        yield Laid(section, pieces, list(entries.values()))
