"""Django system checks: what the declarations of the ledger must agree on before it starts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, register

from crm import access, clock
from crm.access import Action


@register("crm")
def every_figure_may_be_reported(**_: Any) -> list[CheckMessage]:
    """A figure whose rows nobody may report on would print zero for everybody."""
    from crm.reports import figures, targets

    return unreportable({*figures.every(), *targets.FIGURES.values()})


def unreportable(found: Iterable[Any]) -> list[CheckMessage]:
    """An error for each of the figures over a noun without a grant to report."""
    from crm.reports.figures import Context
    from crm.reports.period import Period

    period = Period.parse("2023-01", "2023-01")
    errors: list[CheckMessage] = []
    for figure in sorted(found, key=lambda one: one.key):
        with clock.playing(period.end):  # the tables that pin the clock may not be there yet
            model = figure.read(Context(period)).model
        grants = access.rights_of(model).grants.values()
        if not any(Action.REPORT in granted for granted in grants):
            errors.append(
                Error(
                    f"Nobody may report on {model._meta.label}, which the figure {figure.key} "
                    "counts.",
                    hint=f"Grant Action.REPORT in the rights that {model.__name__} declares.",
                    id="crm.E001",
                )
            )
    return errors
