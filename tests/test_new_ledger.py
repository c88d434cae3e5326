"""A new ledger touches nobody else's files: docs/howto/ledger.md done in a copy of the tree.

The noun is made up (踏勘, a site visit); `tests/data/toy_noun.patch` is all that is written by hand
for it, beside a word in the glossary. What the other tests ask of every ledger is asked of it too.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm import ledgers
from tests import house
from tests.template_databases import EMPTY, Files, copy, environment

PATCH = house.ROOT / "tests" / "data" / "toy_noun.patch"
GLOSSARY = "docs/glossary.md"
WORD = "| 踏勘 | site visit | `SiteVisit` | 次 | a place shown to an investor on one day |\n"
KEY = "site-visits"
MOST_FILES = 9
# What holds for every ledger, for this one and a few roles: all of it runs without the toy anyway.
ROLES = ("officer", "leader", "auditor")
ASKED = (
    "tests/crm/test_site_visits.py",
    "tests/crm/test_ledgers.py",
    "tests/test_architecture.py::test_imports_point_one_way",
    "tests/test_architecture.py::test_no_module_of_the_ledger_imports_itself_through_others",
    "tests/test_architecture.py::test_rows_of_the_ledger_are_written_by_its_verbs",
    "tests/crm/test_access.py::test_every_scoped_table_declares_its_rights",
    f"tests/crm/test_api.py::test_every_ledger_takes_a_row_from_a_program[{KEY}]",
    f"tests/crm/views/test_every_ledger.py::test_every_ledger_takes_a_row_by_its_form[{KEY}]",
    "tests/crm/views/test_every_ledger.py::test_no_ledger_is_forgotten",
    *(
        "tests/crm/views/test_every_ledger.py::test_every_ledger_opens_for_each_role_or_refuses"
        f"[{role}]"
        for role in ROLES
    ),
    "tests/crm/test_access.py::test_tokens_open_no_row_that_the_list_does_not_show",
    "tests/crm/test_access.py::test_tokens_open_every_searchable_row_that_the_list_shows",
    *(
        "tests/crm/spreadsheets/test_round_trip.py::"
        f"test_a_ledger_written_out_reads_back_as_the_same[{kind}-{KEY}]"
        for kind in ("csv", "xlsx")
    ),
)


@dataclass(frozen=True)
class Tree:
    """A copy of the checkout with a database of its own."""

    root: Path
    env: dict[str, str]

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.root, env=self.env, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def python(self, *arguments: str) -> str:
        return self.run(sys.executable, *arguments)

    def changed(self) -> dict[str, str]:
        """Path → M or ?? of everything that differs from the checkout."""
        lines = self.run("git", "status", "--porcelain", "-uall").splitlines()
        return {line[3:]: line[:2].strip() for line in lines}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.delenv("DATABASE_URL", raising=False)  # files can be copied on any machine
    for name in house.tracked():
        target = tmp_path / "tree" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(house.ROOT / name, target)
    database = copy(EMPTY, str(tmp_path / "toy.sqlite3"))
    dropped = ("CI", "GIT_", "PYTEST_")
    kept = {k: v for k, v in environment(database).items() if not k.startswith(dropped)}
    made = Tree(tmp_path / "tree", kept)
    made.run("git", "init", "-q")
    made.run("git", "add", "-A")
    named = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    made.run("git", *named, "commit", "-qm", "tree")
    return made


def toy(tree: Tree) -> None:
    """docs/howto/ledger.md, step by step."""
    tree.run("git", "apply", str(PATCH))
    with (tree.root / GLOSSARY).open("a", encoding="utf-8") as glossary:
        glossary.write(WORD)
    tree.python("manage.py", "makemigrations", "crm", "--name", "site_visits", "-v0")
    tree.python("manage.py", "migrate", "-v0")


def as_template(tree: Tree, database: Path) -> None:
    """Gives the tree's own tests the migrated database, so that they need not migrate again."""
    asked = "from tests.template_databases import *; print(store().name(EMPTY.kind, key(EMPTY)))"
    env = {name: value for name, value in tree.env.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=tree.root, env=env, capture_output=True, text=True
    )
    name = Path(done.stdout.strip())
    name.parent.mkdir(parents=True)
    draft = f"{name}_draft"
    Files().copy(str(database), draft)
    Files().finish(draft, str(name))


@pytest.mark.rehearsal
def test_a_new_ledger_changes_no_file_of_another_noun(tree, tmp_path):
    toy(tree)
    changed = tree.changed()
    assert len(changed) <= MOST_FILES
    assert {path for path, how in changed.items() if how != "??"} == {GLOSSARY}
    as_template(tree, tmp_path / "toy.sqlite3")

    # The other nouns' names: none of them is said but of those it hangs on.
    others = {ledger.model.__name__ for ledger in ledgers.every()} - {"Project"}
    written = [tree.root / path for path, how in changed.items() if how == "??"]
    code = "\n".join(path.read_text() for path in written if path.suffix == ".py")
    assert sorted(name for name in others if re.search(rf"\b{name}\b", code)) == []

    # The demo county has its rows, and the report its figure.
    tree.python("manage.py", "load_demo")
    period = ("--from", "2023-01", "--to", "2023-08", "--out", "-")
    built = json.loads(tree.python("manage.py", "build_report", *period))
    assert built["figures"]["attraction.site_visits"]["printed"] == "2次"

    del tree.env["DATABASE_URL"]
    tree.env["CI"] = "true"  # of all ledgers, the new one among them
    said = tree.python("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *ASKED)
    assert "skipped" not in said
