"""栏目: which columns a list shows, as its address says it, and the panel where they are picked."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from crm.ledgers import Column, Ledger
from crm.ledgers.selection import chosen, offered
from crm.views.base import address, without


@dataclass(frozen=True)
class Choice:
    """One column on offer. The first names the row and always stays."""

    name: str
    label: str
    is_chosen: bool
    is_fixed: bool = False


@dataclass(frozen=True)
class Picker:
    """The columns of a list: those chosen first and in their order, then the rest.

    kept: what else the address says, to be sent along. reset_url: back to the ledger's own list.
    """

    choices: list[Choice]
    kept: list[tuple[str, str]]
    reset_url: str
    is_changed: bool


def column_names(params: QueryDict) -> list[str]:
    """cols=name,stage or cols=name&cols=stage."""
    return [name for value in params.getlist("cols") for name in value.split(",") if name]


def picker(ledger: Ledger, listed: list[Column], params: QueryDict) -> Picker:
    names = [column.name for column in listed]
    rest = [column for column in offered(ledger) if column.name not in names]
    kept = without(params, "cols", "page")
    return Picker(
        [
            Choice(column.name, column.heading, column.name in names, column is listed[0])
            for column in [*listed, *rest]
        ],
        [(name, value) for name, values in kept.lists() for value in values],
        address(params, cols=None, page=None),
        listed != list(ledger.list_columns),
    )


def listed_columns(ledger: Ledger, params: QueryDict) -> list[Column]:
    return chosen(ledger, column_names(params))
