"""Saved views of the demo county's people, from demo/views.csv."""

from __future__ import annotations

import csv

from crm import demo
from crm.actions.system import views
from crm.models import SavedView, User


def load() -> None:
    with (demo.FOLDER / "views.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            views.save_view(
                line["台账"],
                line["名称"],
                line["条件"],
                by=User.objects.get(username=line["建立人"], is_demo=True),
                place=line["页面"],
                sharing=line["谁能用"],
                is_pinned=line["固定"] == "1",
            )


def forget(user: User) -> None:
    """What a closed demo account kept goes with it, shared or not."""
    SavedView.objects.filter(user=user).delete()
