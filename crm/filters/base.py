"""From a ledger's columns to a django-filter FilterSet, ordering and free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import django_filters as df
from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from crm import access, ledgers
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.models.system.originals import to_check
from search import engine
from search.index import registered
from search.query import Query

PAGING = {"page", "page_size", "ordering", "q", "format"}
MOST_TEXT_HITS = 200


class _Money(df.NumberFilter):
    """A bound on an amount: typed in `factor` yuan (1 for programs, 10,000 on the desk)."""

    field_class = forms.DecimalField

    def __init__(self, *args: Any, factor: int, **kwargs: Any) -> None:
        self.factor = factor
        super().__init__(*args, max_digits=20, decimal_places=6, **kwargs)

    def get_max_validator(self) -> None:
        return None

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value in (None, ""):
            return qs
        bound = Decimal(value) * self.factor
        return super().filter(qs, bound.quantize(Decimal("0.01")))


class _Choices(df.MultipleChoiceFilter):
    """One or several values of a column; the column itself may know its rows."""

    def __init__(self, column: Column, **kwargs: Any) -> None:
        self.rows_of = column.filter_rows
        super().__init__(column.name, **kwargs)

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value and self.rows_of is not None:
            return self.rows_of(qs, value)
        return super().filter(qs, value)


class _Rows(df.CharFilter):
    """A text the column itself finds rows by."""

    def __init__(self, column: Column, **kwargs: Any) -> None:
        self.rows_of = column.filter_rows
        super().__init__(column.name, max_length=60, **kwargs)

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return self.rows_of(qs, [value]) if value and self.rows_of else qs


def _filters(column: Column, *, programs: bool) -> dict[str, df.Filter]:
    name, label = column.name, column.label
    match column.kind:
        case Kind.STAGE | Kind.CHOICE:
            return {name: _Choices(column, label=label, choices=column.choices.choices)}
        case Kind.REFERENCE:
            key = column.reference
            return {
                name: df.ModelChoiceFilter(
                    label=label,
                    empty_label=f"全部{label}",
                    queryset=lambda request: ledgers.referable(key, by=request.user),
                )
            }
        case Kind.MONEY:
            factor = 1 if programs else column.factor
            unit = "元" if programs else column.unit
            return {
                f"{name}_min": _Money(name, "gte", label=f"{label}不低于（{unit}）", factor=factor),
                f"{name}_max": _Money(name, "lte", label=f"{label}不高于（{unit}）", factor=factor),
            }
        case Kind.DATE:
            return {
                f"{name}_from": df.DateFilter(name, "gte", label=f"{label}从"),
                f"{name}_to": df.DateFilter(name, "lte", label=f"{label}到"),
            }
        case Kind.WHEN:
            # Two stored days: what is asked for must hold the whole of it.
            first = column.order_by
            last = f"{first.removesuffix('_on')}_until"
            return {
                f"{name}_from": df.DateFilter(first, "gte", label=f"{label}从"),
                f"{name}_to": df.DateFilter(last, "lte", label=f"{label}到"),
            }
        case Kind.NUMBER if column.unit == "":
            return {name: df.NumberFilter(name, label=label)}
        case Kind.BOOLEAN:
            return {name: df.BooleanFilter(label=label)}
        case _ if column.filter_rows is not None:
            return {name: _Rows(column, label=label)}
        case _:
            return {name: df.CharFilter(name, "icontains", label=label)}


def _pointing(path: str, key: str) -> df.Filter:
    label = "人员" if key == "users" else ledgers.get(key).label
    return df.ModelChoiceFilter(
        path,
        label=label,
        queryset=lambda request: ledgers.referable(key, by=request.user),
        widget=forms.HiddenInput,
    )


class _ToCheck(df.BooleanFilter):
    """待核: rows of which a cell of a table gave no value, and nobody has looked since."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value is None:
            return qs
        condition = to_check(qs.model)
        return qs.filter(condition if value else ~condition)


@lru_cache(maxsize=64)
def filterset(key: str, *, programs: bool = False) -> type[df.FilterSet]:
    """The FilterSet of a ledger; amounts are yuan for programs, the column's unit on the desk."""
    ledger = ledgers.get(key)
    made: dict[str, Any] = {}
    for column in ledger.filter_columns:
        made |= _filters(column, programs=programs)
    # Where the page of another row leads to its rows here, though no filter offers it.
    for path, other in ledgers.pointers(key).items():
        if path not in made:
            made[path] = _pointing(path, other)
    if ledger.may_be_unread:
        made["to_check"] = _ToCheck(label="待核")
    meta = type("Meta", (), {"model": ledger.model, "fields": []})
    return type(f"{ledger.model.__name__}Filters", (df.FilterSet,), made | {"Meta": meta})


def orderings(ledger: Ledger) -> dict[str, str]:
    """Names a list can be ordered by → the model's field."""
    return {c.name: c.order_by or c.name for c in ledger.columns if c.is_sortable}


@dataclass(frozen=True)
class Asked:
    """A list as asked for: its rows, the bound filter form, and what the free text did."""

    rows: QuerySet
    filters: df.FilterSet
    ordering: str
    text: str
    approximate: bool = False
    is_filtered: bool = False


def ask(
    ledger: Ledger, params: QueryDict | Mapping[str, Any], request: Any, *, programs: bool = False
) -> Asked:
    """The rows of a ledger that `request.user` may see, filtered, searched and ordered as `params`
    says. An unknown or unreadable parameter is refused: a typing error must not show everything."""
    filters = filterset(ledger.key, programs=programs)(
        params, queryset=ledger.rows(request.user), request=request
    )
    known = set(filters.filters) | PAGING
    if programs and (strange := sorted(set(params) - known)):
        raise Refused(
            f"没有这个筛选条件：{'、'.join(strange)}。可用的有：{'、'.join(sorted(known))}。",
            "invalid",
            strange,
        )
    if not filters.form.is_valid():
        if programs:
            wrong = {name: " ".join(errors) for name, errors in filters.form.errors.items()}
            raise Refused("筛选条件不对：" + "；".join(wrong.values()), "invalid", wrong)
        rows = ledger.rows(request.user).none()
    else:
        rows = filters.qs
    text = str(params.get("q") or "").strip()[:200]
    approximate = False
    ranked = None
    if text:
        rows, ranked, approximate = _matching(ledger, rows, text, request.user)
    ordering = str(params.get("ordering") or "")
    field = orderings(ledger).get(ordering.removeprefix("-"))
    if ordering and field is None and programs:
        raise Refused(
            f"不能按 {ordering} 排序，可用的有：{'、'.join(orderings(ledger))}。",
            "invalid",
            ["ordering"],
        )
    if field:
        is_falling = (ordering[0] == "-") is not field.startswith("-")
        field = field.removeprefix("-")
        expression = F(field).desc(nulls_last=True) if is_falling else F(field).asc(nulls_last=True)
        rows = rows.order_by(expression, "-pk")
    elif ranked is not None:
        rows = rows.order_by(ranked, "-pk")
        ordering = ""
    else:
        ordering = ""
    used = (
        any(
            value not in (None, "", []) and len(value if isinstance(value, list) else [value])
            for name, value in filters.form.cleaned_data.items()
        )
        if filters.form.is_valid()
        else True
    )
    return Asked(rows, filters, ordering, text, approximate, bool(used or text))


def _matching(ledger: Ledger, rows: QuerySet, text: str, user: Any) -> tuple[QuerySet, Any, bool]:
    """Rows that `text` finds: through the search engine where the noun is indexed, best first."""
    from django.db.models import Case, Value, When

    if any(known.kind == ledger.noun for known in registered()):
        result = engine.run(
            Query(
                text=text,
                scope=access.search_scope(user),
                kinds=(ledger.noun,),
                limit=MOST_TEXT_HITS,
            )
        )
        ids = [hit.object_id for hit in result.hits]
        rank = Case(*(When(pk=pk, then=Value(at)) for at, pk in enumerate(ids)), default=Value(-1))
        return rows.filter(pk__in=ids), rank, any(hit.approximate for hit in result.hits)
    condition = Q()
    for name in ledger.lookup:
        condition |= Q(**{f"{name}__icontains": text})
    return (rows.filter(condition) if condition else rows.none()), None, False
