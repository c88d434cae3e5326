"""The national classification: what a code means, and what people may write for one."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from crm import gbt4754
from crm.actions import rows
from crm.actions.pipeline import projects
from crm.errors import Refused
from crm.models import Industry, Project
from tests import make


def test_the_standard_has_20_sections_97_divisions_and_473_groups():
    counted = Counter(len(code) if code.isdigit() else 0 for code in gbt4754.entries())
    assert counted == {0: 20, 2: 97, 3: 473}
    for entry in gbt4754.entries().values():
        if len(entry.code) == 3:
            division = gbt4754.entries()[entry.code[:2]]
            assert division.section == entry.section
        assert entry.name == entry.name.strip() != ""


def test_manufacturing_is_the_divisions_13_to_43():
    assert gbt4754.prefixes("C") == [f"{n}" for n in range(13, 44)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("195", "195"), ("C195", "195"), ("c1953", "1953"), ("195 制鞋业", "195"),
        ("制鞋业", "195"), (" 电池制造 ", "384"), ("", ""), ("1953（195 制鞋业）", "1953"),
    ],
)  # fmt: skip
def test_a_code_is_read_as_people_write_it(typed, code):
    assert gbt4754.read(typed) == code
    assert gbt4754.read(gbt4754.label(code)) == code


@pytest.mark.parametrize("typed", ["B195", "999", "9999", "1", "19530", "制鞋", "X", "十九"])
def test_what_the_standard_does_not_know_is_no_code(typed):
    with pytest.raises(ValueError, match=re.escape(typed)):
        gbt4754.read(typed)


pytest_db = pytest.mark.django_db


@pytest_db
def test_a_wrong_code_is_refused_at_its_field(officer):
    with pytest.raises(Refused) as refused:
        projects.register({"name": "甲项目", "gbt": "999"}, by=officer)
    assert set(refused.value.fields) == {"gbt"}
    assert not Project.objects.exists()


@pytest_db
def test_a_project_is_put_into_the_chain_its_code_belongs_to_unless_somebody_chose(officer):
    textiles = make.industry("纺织鞋服", code="17、18、19")
    shoes = make.industry("制鞋", code="195")
    other = make.industry("其他")
    made = [
        projects.register({"name": f"{name}项目", "gbt": gbt, "industry": industry}, by=officer)
        for name, gbt, industry in (
            ("甲", "1953", None), ("乙", "181", None), ("丙", "195", other), ("丁", "384", None),
        )
    ]  # fmt: skip
    assert [project.industry for project in made] == [shoes, textiles, other, None]


@pytest_db
def test_the_codes_of_a_chain_are_tidied_and_known():
    chain = make.industry("新能源", code="C384, 3985")
    assert chain.code == "384、3985"
    with pytest.raises(Refused, match="999"):
        rows.change(chain, {"code": "384、999"}, by=make.maker())
    assert Industry.objects.get().codes == ["384", "3985"]


@pytest_db
@pytest.mark.parametrize(
    ("asked", "found"),
    [("C", {"鞋", "电池"}), ("19", {"鞋"}), ("C1953", {"鞋"}), ("制鞋业", {"鞋"}), ("G", {"物流"}),
     ("383", set()), ("胡写", set())],
)  # fmt: skip
def test_rows_are_found_by_what_their_code_lies_under(asked, found):
    for name, gbt in (("鞋", "1953"), ("电池", "384"), ("物流", "59"), ("未知", "")):
        make.project(name, gbt=gbt)
    rows_found = gbt4754.rows_under(Project.objects.all(), [asked])
    assert {project.name for project in rows_found} == found
