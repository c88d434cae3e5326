"""The report as a whole: its shape for programs, its sentences, its commands."""

import json
import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.errors import Refused
from crm.reports import build, figures, outline, render_html
from crm.reports.figures.base import figure
from crm.reports.measures import Count
from crm.stages import Stage
from tests import make

MAY = date(2023, 5, 8)
KEYS = {
    "attraction.activities",
    "attraction.signed_projects",
    "attraction.signed_investment",
    "attraction.negotiating_projects",
    "attraction.negotiating_investment",
    "delivery.liaison_projects",
    "delivery.in_operation",
    "delivery.trial_production",
    "delivery.commissioning",
    "cultivation.new_above_scale",
    "cultivation.upgrade_projects",
    "cultivation.little_giants",
    "cultivation.provincial_srdi",
    "cultivation.gongga",
    "cultivation.green_factories",
    "indicators.above_scale_enterprises",
    "industries.textile.enterprises",
    "industries.food.enterprises",
    "industries.clusters",
    "parks.zones",
    "parks.area",
    "parks.special_parks",
    "indicators.output",
    "indicators.tax",
    "indicators.industrial_investment",
    "indicators.upgrade_investment",
    "forecast.above_scale_enterprises",
    "forecast.output",
    "forecast.tax",
    "industries.leading_share",
    "industries.textile.output",
    "industries.food.output",
    "cultivation.tier_2bn",
    "cultivation.tier_1bn",
}


def written(**options) -> str:
    out = StringIO()
    call_command(
        "build_report",
        **{"since": "2023-01", "until": "2023-08", "out": "-"} | options,
        stdout=out,
        stderr=StringIO(),
    )
    return out.getvalue()


def test_a_figure_is_declared_once():
    assert {one.key for one in figures.every()} == KEYS
    with pytest.raises(ValueError, match="twice"):
        figure("attraction.activities", "招商活动", measure=Count("次"), rule="")(figures.get)


def test_every_figure_stands_in_exactly_one_sentence_of_its_own_section():
    for section in outline.SECTIONS:
        placed = re.findall(r"\{([^}]*)\}", section.text)
        expected = [one.key for one in figures.every() if one.section == section.key]
        assert sorted(placed) == sorted(expected)
    assert {one.section for one in figures.every()} == {one.key for one in outline.SECTIONS}


def test_the_json_has_the_promised_shape(asked, county_park):
    make.signed_project(MAY, park=county_park, amount="28450000000")
    data = json.loads(written())
    assert list(data) == ["period", "figures", "findings"]
    assert data["period"] == "2023-01/2023-08"
    assert set(data["figures"]) == KEYS
    for one in data["figures"].values():
        assert list(one) == [
            "value", "unit", "yoy_pct", "printed", "rows", "converted", "unconfirmed", "sent_back",
            "rule",
        ]  # fmt: skip
    assert data["figures"]["attraction.signed_investment"] | {"rule": ""} == {
        "value": 284.5,
        "unit": "亿元",
        "yoy_pct": None,
        "printed": "284.5亿元",
        "rows": 1,
        "converted": 0,
        "unconfirmed": 1,
        "sent_back": 0,
        "rule": "",
    }
    signed = data["figures"]["attraction.signed_projects"]["value"]
    assert (signed, type(signed)) == (1, int)


@pytest.mark.parametrize(
    ("yuan", "digits"),
    [
        ("28450000000", "284.5"),
        ("28450000000.01", "284.5000000001"),
        ("0.01", "0.0000000001"),
        ("90000000000000000", "900000000"),
        ("1230000000.10", "12.300000001"),
    ],
)
def test_amounts_are_exact_digits_in_the_json(county_park, yuan, digits):
    make.signed_project(MAY, park=county_park, amount=yuan)
    value = re.search(r'"attraction.signed_investment": {\s*"value": ([^,\s]*),', written())
    assert value
    assert value[1] == digits


def test_what_is_unknown_is_null_and_what_cannot_be_rebuilt_says_why(county_park):
    make.signed_project(MAY, park=county_park, amount=None)
    data = json.loads(written())
    unknown = data["figures"]["attraction.signed_investment"]
    assert (unknown["value"], unknown["printed"], unknown["rows"]) == (None, "待补", 1)
    assert data["findings"][0]["rows"][0]["kind"] == "project"
    make.activity(MAY)
    make.states_begin(date(2023, 9, 1))
    rebuilt = json.loads(written(as_known_on="2023-08-31"))["figures"]
    lost = rebuilt["attraction.activities"]
    assert (lost["value"], lost["rows"]) == (None, None)
    assert lost["printed"] == "无法追溯：2023-09-01 以前，台账只留现值"
    assert rebuilt["attraction.signed_projects"]["value"] == 0  # recorded a day later


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"since": "2023"}, "2023-08"),
        ({"until": "2022-12"}, "对调"),
        ({"park": "nowhere"}, "没有代码为“nowhere”的园区"),
        ({"as_known_on": "2023-9-1"}, "2023-08-31 的样子"),
        ({"as_known_on": "2023-09-02"}, "不晚于今天"),
        ({"as_known_on": "0001-01-01"}, "1950"),
        ({"format": "docx"}, "以后提供"),
        ({"format": "xlsx"}, "以后提供"),
        ({"out": "/nowhere/report.json"}, "写不进"),
    ],
)
def test_the_command_says_what_is_wrong(db, wrong, told):
    with pytest.raises(CommandError, match=told):
        written(**wrong)


def test_the_command_writes_a_file(county_park, tmp_path):
    target = tmp_path / "报告.json"
    assert written(out=str(target)) == ""
    assert json.loads(target.read_text(encoding="utf-8"))["period"] == "2023-01/2023-08"


def test_the_command_counts_one_park(county_park):
    other = make.park("另一园区")
    for park in (county_park, other, other):
        make.signed_project(MAY, park=park)
    for park, count in ((county_park.slug, 1), (other.slug, 2), ("", 3)):
        signed = json.loads(written(park=park))["figures"]["attraction.signed_projects"]
        assert signed["value"] == count


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "a":
            self.found.append(dict(attrs)["href"])


def test_the_page_links_every_figure_to_its_rows_and_escapes_names(county_park):
    make.signed_project(MAY, park=county_park, amount=None, name="<b>项目</b>&")
    page = written(format="html")
    links = Links()
    links.feed(page)
    for key in KEYS:
        assert f"/desk/report/figures/{key}/?from=2023-01&to=2023-08" in links.found
    assert "2023年1-8月" in page
    assert "&lt;b&gt;项目&lt;/b&gt;&amp;" in page
    assert "<b>项目" not in page
    assert "<script" not in page
    for one in figures.every():
        assert one.rule in page


def test_the_page_carries_its_style_and_needs_no_other_file(asked, db):
    page = render_html.page(build.build(asked))
    assert ".report-file {" in page
    assert "<link" not in page
    assert "src=" not in page


def test_the_page_says_as_of_when_and_for_which_park(county_park):
    page = written(format="html", park=county_park.slug, as_known_on="2023-08-31")
    read = re.sub(r"<[^>]*>", "", page)
    assert "绿溪工业园区，2023-01-01 至 2023-08-31" in read
    assert "按 2023-08-31 台账所知重算" in read
    assert f"park={county_park.slug}&amp;as-known-on=2023-08-31" in page


def test_nobody_asks_for_a_report_without_the_right(db, auditor, liaison):
    for user in (auditor, liaison):
        with pytest.raises(Refused) as refused:
            build.asked("2023-01", "2023-08", user=user)
        assert refused.value.code == "not_allowed"


def test_a_report_takes_few_queries_however_many_rows(
    asked, county_park, django_assert_max_num_queries
):
    for _ in range(5):
        make.signed_project(MAY, park=county_park, amount=None)
        made = make.project(stage=Stage.TRIAL, entered={Stage.TRIAL: MAY})
        make.liaison(made, MAY)
    with django_assert_max_num_queries(115):
        report = build.build(asked)
    assert report.results["attraction.signed_investment"].value is None
    assert report.results["delivery.trial_production"].value == Decimal(5)


@pytest.mark.django_db
def test_every_figure_stands_in_a_sentence_of_its_section_once():
    for laid in build.build(build.asked("2023-01", "2023-08")).sections:
        placed = [piece.figure.key for piece in laid.pieces if not isinstance(piece, str)]
        assert sorted(placed) == sorted(entry.figure.key for entry in laid.entries)
        assert not any("{" in piece for piece in laid.pieces if isinstance(piece, str))
