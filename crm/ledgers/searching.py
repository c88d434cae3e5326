"""How the rows of a noun are found by search: what of a row is searched, and what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from crm import access
from search.index import Document, Term, no_vocabulary


@dataclass(frozen=True)
class Search:
    """document: a row as it is searched. words: words of the domain that mean a filter of this noun
    (在谈 is a stage). shows: the references whose names stand in the document; it is written anew
    when such a row is renamed. made_of: the names of the related rows that are part of it; it is
    written anew whenever one of them is.
    """

    document: Callable[[Any], Document]
    words: Callable[[], Iterable[Term]] = no_vocabulary
    shows: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()

    def rows(self, model: type[models.Model]) -> models.QuerySet:
        """All rows, with what their documents show of other tables fetched along."""
        fields = {field.name: field for field in model._meta.get_fields()}
        joins = [name for name in self.shows if not fields[name].many_to_many]
        several = [name for name in (*self.shows, *self.made_of) if name not in joins]
        rows = model._default_manager.order_by("pk")
        rows = rows.select_related(*joins) if joins else rows
        return rows.prefetch_related(*several) if several else rows

    def depending_on(
        self, row: models.Model, model: type[models.Model], *, renamed: bool
    ) -> set[int]:
        """The rows of `model` whose document says something of `row`."""
        found: set[int] = set()
        for name in self.made_of:
            link: Any = model._meta.get_field(name)
            if isinstance(row, link.related_model):
                found.add(getattr(row, link.field.attname))
        for name in self.shows if renamed else ():
            if isinstance(row, model._meta.get_field(name).related_model):  # type: ignore[arg-type]
                rows = model._default_manager.filter(**{name: row.pk})
                found |= set(rows.values_list("pk", flat=True))
        return found - {None}


def document(row: Any, *, title: str, prior: float, **said: Any) -> Document:
    """The document of a row. Never put personal data in it: it is stored in clear.

    `said`: body, aliases, tags, facets and numbers; what is empty among aliases, tags and facets is
    left out.
    """
    for name in ("aliases", "tags"):
        said[name] = tuple(str(word) for word in said.get(name, ()) if word)
    facets = {field: str(value) for field, value in said.pop("facets", {}).items() if value}
    return Document(
        kind=str(row._meta.model_name),
        object_id=row.pk,
        title=title,
        facets={field: (value,) for field, value in facets.items()},
        scopes=access.row_tokens(row),
        prior=prior,
        version=row.version,
        **said,
    )
