"""What a noun declares of itself is enough: nothing else has to know its name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps

from crm import access, ledgers
from crm.ledgers import Group, Kind
from crm.ledgers.base import Ledger, declare
from crm.models import Team
from tests import house

MODELS = {model.__name__: model for model in apps.get_app_config("crm").get_models()}
# Names of relations (project.milestones, row.park) are words for one row's facts, not tables.
RELATIONS = {
    getattr(found, "related_name", None) if found.auto_created else found.name
    for model in MODELS.values()
    for found in model._meta.get_fields()
}
NAMES = {model._meta.model_name for model in MODELS.values()} | {
    ledger.key for ledger in ledgers.every()
}
NAMED = set(MODELS) | NAMES - RELATIONS


def tables_of_nouns(name: str, source: str) -> list[str]:
    """Lists, dicts, tuples and sets that name two nouns or more: one added later is not there."""
    found, tree = [], ast.parse(source)
    # Callable[[Project, User], None] is a type.
    types = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for part in ast.walk(node.slice)
    }
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        if isinstance(node, ast.Dict):
            elements = [*node.keys, *node.values]
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            rows = [one.elts if isinstance(one, ast.Tuple) else [one] for one in node.elts]
            elements = [one for row in rows for one in row]  # a table of pairs
        else:
            continue
        named = {one.id for one in elements if isinstance(one, ast.Name)}
        named |= {
            str(one.value).removeprefix("crm.") for one in elements if isinstance(one, ast.Constant)
        }
        if len(named & NAMED) > 1:
            found.append(f"{name}:{node.lineno} names {', '.join(sorted(named & NAMED))}")
    return found


def sources() -> Iterator[tuple[str, str]]:
    for name in house.tracked("crm/**.py"):
        if not name.startswith(("crm/migrations/", "crm/models/__init__")):
            yield name, house.read(name)


def test_no_table_names_the_nouns():
    assert [line for name, source in sources() for line in tables_of_nouns(name, source)] == []


@pytest.mark.parametrize(
    "line",
    [
        "PARK_OF = {'fundingreceipt': 'park', 'stagemove': 'project__park'}",
        "MERGED = (Project, Company)",
        "PAGES = {'crm.claimruling': 'a', 'crm.storedfile': 'b'}",
        "ORDER = ['annual-targets', 'keyprojects']",
        "READ = ((StageMove, ()), (Agreement, ('scan',)))",
    ],
)
def test_a_table_of_nouns_is_found(line):
    assert tables_of_nouns("crm/views/a.py", line)


@pytest.mark.parametrize(
    "line",
    [
        "joins = ('project', 'park', 'team')",
        "verb: Callable[[Project, User], None]",
        "shown = {'milestones': row.milestones, 'receipts': row.receipts}",
    ],
)
def test_words_for_the_facts_of_one_row_pass(line):
    assert tables_of_nouns("crm/views/a.py", line) == []


def recorded_verbs() -> dict[str, str]:
    """Every verb that crm/actions puts on record → where."""
    verbs: dict[str, str] = {}
    for name in house.tracked("crm/actions/**.py"):
        for node in ast.walk(ast.parse(house.read(name))):
            if not isinstance(node, ast.Call):
                continue
            said = [word.value for word in node.keywords if word.arg == "verb"]
            if house.dotted(node.func)[-1:] == ["note"] and node.args:
                said.append(node.args[0])
            for one in said:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    verbs[one.value] = f"{name}:{node.lineno}"
    return verbs


def test_every_verb_on_record_has_a_word():
    verbs = recorded_verbs()
    assert len(verbs) > 40
    assert {
        verb: place for verb, place in verbs.items() if not chinese(ledgers.verb_word(verb))
    } == {}


def chinese(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", text))


def test_a_verb_nobody_named_is_shown_as_it_is():
    assert ledgers.verb_word("unheard_of") == "unheard_of"


def test_every_noun_somebody_has_rights_on_has_a_chinese_name():
    for model in MODELS.values():
        if access.rights_of(model) is not access.NOBODY:
            assert chinese(ledgers.label_of(model._meta.label_lower)), model
    assert ledgers.label_of("crm.nonsense") == "crm.nonsense"
    assert ledgers.label_of("nonsense") == "nonsense"


def test_a_ledger_is_called_as_its_table():
    for ledger in ledgers.every():
        assert ledger.label == ledger.model._meta.verbose_name, ledger.key


def test_the_glossary_explains_every_ledger_by_the_word_users_read():
    rows = [line for line in house.read("docs/glossary.md").splitlines() if line.startswith("| ")]
    for ledger in ledgers.every():
        named = [row for row in rows if f"`{ledger.model.__name__}" in row and ledger.label in row]
        assert named, f"{ledger.label} {ledger.model.__name__}"


def test_every_ledger_has_a_place_of_its_own_in_the_menu():
    places = Counter((ledger.group, ledger.place) for ledger in ledgers.every())
    assert [place for place, count in places.items() if count > 1] == []
    groups = [ledger.group for ledger in ledgers.every()]
    assert groups == sorted(groups, key=list(Group).index)


def test_every_file_of_the_folder_is_found():
    declaring = [
        name
        for name in house.tracked("crm/ledgers/*.py")
        if re.search(r"^\w+ = declare\(", house.read(name), re.MULTILINE)
    ]
    keys = {ledger.key for ledger in ledgers.every()}
    named = {key for name in declaring for key in re.findall(r'key="([\w-]+)"', house.read(name))}
    assert named == keys


def test_a_noun_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        declare(Ledger(label="招商科室", model=Team, key="teams-again", columns=()))


def test_a_declaration_speaks_of_its_own_columns():
    for ledger in ledgers.every():
        names = {column.name for column in ledger.columns}
        parts = [name for _, columns in ledger.parts for name in columns]
        spoken = {*ledger.in_figures, *ledger.told_apart, *ledger.told_by, *parts}
        assert spoken <= names, ledger.key
        if parts:
            assert sorted(parts) == sorted(column.name for column in ledger.form_columns)
        if ledger.known_on:
            assert ledger.column(ledger.known_on).kind in (Kind.DATE, Kind.WHEN)


def test_the_path_to_a_rows_park_leads_to_a_park():
    for ledger in ledgers.every():
        if not ledger.park:
            continue
        model = ledger.model
        for name in ledger.park.split("__"):
            model = model._meta.get_field(name).related_model
        assert model._meta.model_name == "park", ledger.key
