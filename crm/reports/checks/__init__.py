"""What stands beside the figures: rows left out and why, and numbers that do not fit each other.

A check says only what the user may see: it reads the same narrowed rows as the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crm.reports.checks import (
    amounts,
    confirmation,
    dates,
    delivery,
    places,
    readings,
    signings,
    spells,
    titles,
)
from crm.reports.checks.base import Finding, Item, Results
from crm.reports.figures import Context

__all__ = ["CHECKS", "Finding", "Item", "Results", "run"]

CHECKS: tuple[Callable[[Context, Results], Iterator[Finding]], ...] = (
    amounts.amounts_unknown,
    amounts.amounts_approximate,
    amounts.readings_without_document,
    dates.agreement_dates,
    signings.agreement_without_park,
    dates.receipt_dates,
    dates.move_dates,
    signings.signed_without_agreement,
    signings.signed_but,
    signings.signed_again,
    signings.shared_credit,
    delivery.liaison_progress,
    titles.title_dates,
    titles.held_before,
    readings.published_numbers,
    readings.revised_since_closing,
    spells.spell_dates,
    spells.reentries,
    spells.without_industry,
    spells.below_threshold,
    places.two_parks,
    confirmation.unconfirmed_rows,
    confirmation.unconfirmed_receipts,
    dates.period_unfinished,
)


def run(context: Context, results: Results) -> list[Finding]:
    """Every finding, what may be wrong first."""
    found = [finding for check in CHECKS for finding in check(context, results)]
    return sorted(found, key=lambda finding: not finding.is_warning)
