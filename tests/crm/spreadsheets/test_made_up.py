"""What a ledger needs and no real list has: made of what the list says, or said once for all."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.models import Park, ParkKind
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
