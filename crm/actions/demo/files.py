"""In which order the files of demo/ go in: it follows from what refers to what.

A file is named by the key of its ledger. What is dated (`known_on`) is entered on its day of the
year; the rest is what the county had when the ledger was opened, or, where it refers to projects or
to staff, what it had at the end.
"""

from __future__ import annotations

from graphlib import TopologicalSorter

from crm import demo, ledgers
from crm.ledgers import Ledger

_PROJECTS, _STAFF = "projects", "users"


def _referred(ledger: Ledger) -> set[str]:
    return {column.reference for column in ledger.import_columns if column.reference}


def _files(*, dated: bool) -> list[Ledger]:
    """The ledgers with a file, each behind those it refers to."""
    files = {
        ledger.key: ledger
        for ledger in ledgers.every()
        if bool(ledger.known_on) is dated and (demo.FOLDER / f"{ledger.key}.csv").exists()
    }
    # Sorted, so that the rows get the same numbers on every machine.
    links = {key: sorted((_referred(one) & set(files)) - {key}) for key, one in files.items()}
    return [files[key] for key in TopologicalSorter(links).static_order()]


def _is_late(ledger: Ledger) -> bool:
    """Whether a row leads to projects or to staff, however far."""
    known: set[str] = set()
    wave = _referred(ledger)
    while wave - known:
        known |= wave
        wave = {key for one in wave - {_STAFF} for key in _referred(ledgers.get(one))}
    return bool({_PROJECTS, _STAFF} & known)


def registers() -> list[Ledger]:
    """What the county had when it opened the ledger: neither projects nor anything about them."""
    return [ledger for ledger in _files(dated=False) if not _is_late(ledger)]


def later() -> list[Ledger]:
    """What is entered once the year is over."""
    return [one for one in _files(dated=False) if one.key != _PROJECTS and _is_late(one)]


def dated() -> list[Ledger]:
    """What is entered day by day."""
    return _files(dated=True)
