"""What a ledger needs and no real list has: made of what the list says, or said once for all."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.actions import rows
from crm.errors import Refused
from crm.models import Company, Park, ParkKind
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import mapping_of
from tests import make

pytestmark = pytest.mark.django_db
PARKS = ledgers.get("parks")
LIST = "开发区名称,主导产业\n绿溪工业园区,化工\n绿西工业园区,纺织\n"


def taken(text: str, by, **given):
    mapping = mapping_of(given, PARKS.import_columns)
    return import_file(text.encode(), "a.csv", PARKS, by=by, mapping=mapping)


def test_a_list_of_parks_without_codes_and_kinds_goes_in(statistician):
    make.industry("纺织")
    plan = taken(LIST, statistician, constants={"kind": "工业园区"})
    assert plan.new == 2
    assert [park.slug for park in Park.objects.order_by("pk")] == [
        "lv-xi-gong-ye-yuan-qu", "lv-xi-gong-ye-yuan-qu-2"
    ]  # fmt: skip
    assert {park.kind for park in Park.objects.all()} == {ParkKind.INDUSTRIAL}
    assert [(one.word, one.rows) for one in plan.questions.all()] == [("化工", [2])]


def test_the_same_list_again_finds_its_parks_by_name(statistician):
    taken(LIST, statistician, constants={"kind": "工业园区"})
    again = taken(LIST, statistician, constants={"kind": "园中园"})
    assert (again.new, again.counts["refused"]) == (0, 0)
    assert Park.objects.count() == 2


def test_without_its_kind_a_park_is_not_made_up(statistician):
    plan = taken(LIST, statistician)
    assert plan.new == 0
    assert all("类型" in one.reason for one in plan.refused)


def test_a_code_that_is_given_is_kept(statistician):
    taken("名称,代码,类型\n绿溪工业园区,lvxi,工业园区\n", statistician)
    assert Park.objects.get().slug == "lvxi"


@pytest.mark.parametrize(("last", "is_said"), [("", True), ("别的,县城\n", False)])
def test_a_column_that_says_the_same_in_all_rows_is_mentioned(statistician, last, is_said):
    rows = "".join(f"项目{n},绿溪\n" for n in range(12))
    text = f"项目名称,地点\n{rows}{last}".encode()
    plan = import_file(text, "a.csv", ledgers.get("projects"), by=statistician)
    assert any("“地点”一栏每一行都一样" in note for note in plan.notes) is is_said


# The key by which rows are recognised


def companies(text: str, by, *match: str):
    ledger = ledgers.get("companies")
    given = mapping_of({"match": list(match)}, ledger.import_columns)
    return import_file(text.encode(), "a.csv", ledger, by=by, mapping=given)


def test_a_file_may_be_recognised_by_another_key(statistician):
    rows.register(Company, {"name": "川锦有限公司", "short_name": "川锦"}, by=statistician)
    rows.register(Company, {"name": "川锦印染有限公司", "short_name": "印染"}, by=statistician)
    plan = companies(
        "企业名称,简称\n川锦有限公司（总部）,川锦\n新来的,新来\n", statistician, "short_name"
    )
    assert (plan.new, plan.changed) == (1, 1)
    assert Company.objects.get(short_name="川锦").name == "川锦有限公司（总部）"


def test_a_row_without_the_chosen_key_names_nobody_and_two_alike_are_asked(statistician):
    for name in ("甲公司", "乙公司"):
        rows.register(Company, {"name": name, "short_name": "川锦"}, by=statistician)
    plan = companies("企业名称,简称\n丙公司,\n丁公司,川锦\n", statistician, "short_name")
    lacks, several = plan.refused
    assert "没有简称" in lacks.reason
    assert "都像这一行" in several.reason


def test_another_teams_row_is_recognised_by_no_key(teamlead, other_team):
    make.project("别科的项目", team=other_team, location="川锦")
    ledger = ledgers.get("projects")
    given = mapping_of({"match": ["location"]}, ledger.import_columns)
    plan = import_file(
        "项目名称,地点\n我的项目,川锦\n".encode(), "a.csv", ledger, by=teamlead, mapping=given
    )
    assert (plan.new, plan.changed) == (1, 0)


def test_what_is_kept_in_no_column_of_the_table_is_no_key(statistician):
    given = mapping_of({"match": ["entered_signed"]}, ledgers.get("projects").import_columns)
    with pytest.raises(Refused, match="不能按签约日期认"):
        import_file(
            "项目名称,签约日期\n甲,2023-05\n".encode(), "a.csv", ledgers.get("projects"),
            by=statistician, mapping=given,
        )  # fmt: skip
