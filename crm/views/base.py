"""What the desk's views share: signing in, finding a row, paging, going back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from crm import access, ledgers
from crm.access import Action
from crm.errors import Hidden, MergedAway, WithdrawnRow
from crm.ledgers import Ledger
from crm.models import Project
from crm.models.base import Row

PAGE_SIZE = 50
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Link:
    """A choice in a row of choices: a tab, a chip, a related list."""

    label: str
    url: str
    count: int | None = None
    is_current: bool = False
    mark: str = ""


def desk(view: View) -> View:
    """Only for signed-in staff. What was sent after the session ended comes back to be sent again;
    a piece of a page asked for then leads to the login."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(reverse("login"))
        if request.method == "POST":
            return _to_send_again(request)
        return redirect_to_login(request.get_full_path())

    return asked


def hint(view: View) -> View:
    """As `desk`, for what is asked beside a form while somebody types: when the session has ended
    there is no hint, and the page with what was typed stays."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated or not getattr(request, "htmx", False):
            return desk(view)(request, *args, **kwargs)
        return HttpResponse(status=401)

    return asked


def _to_send_again(request: HttpRequest) -> HttpResponse:
    """The page after which what was sent without a session is sent again."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {"typed": typed, "has_files": bool(request.FILES), "path": request.get_full_path()}
    return render(request, "crm/signed_out.html", context, status=401)


def ledger_or_hidden(key: str, user: Any) -> Ledger:
    """The ledger at this address; refused when the user's role has no part in it."""
    try:
        ledger = ledgers.get(key)
    except KeyError as error:
        raise Hidden() from error
    access.require_noun(user, Action.VIEW, ledger.noun)
    return ledger


def row_or_hidden(ledger: Ledger, user: Any, pk: int) -> Any:
    """The row of the address; somebody else's and a missing one answer alike."""
    row = ledger.rows(user).filter(pk=pk).first()
    if row is None:
        raise gone(ledger, user, pk) or Hidden()
    return row


def fact_or_hidden(ledger: Ledger, user: Any, pk: int) -> Any:
    """The same, for the pages that show a fact too which was corrected or withdrawn."""
    row = ledger.known(user).filter(pk=pk).first() if ledger.is_of_facts else None
    return row or row_or_hidden(ledger, user, pk)


def gone(ledger: Ledger, user: Any, pk: int) -> MergedAway | WithdrawnRow | None:
    """What to say of a row that stands no more: into which one it was merged, for who may see that
    one; that it is withdrawn, for who could see it."""
    if not issubclass(ledger.model, Row):
        return None
    rows: Any = ledger.model._default_manager
    row = rows.ever().filter(pk=pk, withdrawn_at__isnull=False).first()
    if row is None:
        return None
    stands = getattr(row, "survivor", row)
    known = ledger.known(user).filter(pk=stands.pk).first()
    if known is None:
        return None
    return WithdrawnRow(known, ledger) if stands.pk == pk else MergedAway(pk, stands.pk)


def project_or_hidden(user: Any, pk: int) -> Project:
    return row_or_hidden(ledger_or_hidden("projects", user), user, pk)


def rights_on(user: Any, project: Project, **also: Action) -> dict[str, bool]:
    """What the user may do with this project, by the names the templates ask by."""
    actions = {
        "change": Action.CHANGE,
        "follow_up": Action.FOLLOW_UP,
        "advance": Action.ADVANCE,
        "sign": Action.SIGN,
    }
    return {name: access.may(user, action, project) for name, action in (actions | also).items()}


class Pages(Paginator):
    """Pages of a queryset by number first: the database sorts numbers, and reads whole rows of one
    page alone."""

    def page(self, number: Any) -> Page:
        page = super().page(number)
        rows = self.object_list
        if isinstance(rows, QuerySet) and rows.query.can_filter():
            start = (page.number - 1) * self.per_page
            ids = list(rows.values_list("pk", flat=True)[start : start + self.per_page])
            found = {row.pk: row for row in rows.filter(pk__in=ids)}
            page.object_list = [found[pk] for pk in ids if pk in found]
        return page


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(data: bytes, name: str) -> HttpResponse:
    """A spreadsheet to be saved under this name."""
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def taken_along(data: bytes, name: str) -> HttpResponse:
    """The same of rows of the ledger, which no machine on the way keeps."""
    answer = download(data, name)
    answer["Cache-Control"] = "no-store"
    return answer


def page_of(rows: Any, request: HttpRequest, size: int = PAGE_SIZE) -> Page:
    """A page of a list; an unreadable number is the first page, one too high the last."""
    return Pages(rows, size).get_page(request.GET.get("page"))


def pages_beside(page: Page, params: QueryDict) -> dict[str, str]:
    """The addresses of the page before and the page after, empty where there is none."""
    return {
        "previous": address(params, page=page.previous_page_number())
        if page.has_previous()
        else "",
        "next": address(params, page=page.next_page_number()) if page.has_next() else "",
    }


def without(params: QueryDict, *names: str) -> QueryDict:
    """The parameters of an address without some of them, and without the empty ones."""
    kept = QueryDict(mutable=True)
    for name, values in params.lists():
        if name not in names and (filled := [value for value in values if value]):
            kept.setlist(name, filled)
    return kept


def address(params: QueryDict, **more: Any) -> str:
    """?a=1&b=2 of the parameters with some replaced; "?" alone when none is left."""
    kept = without(params, *more)
    pairs = [(name, value) for name, values in kept.lists() for value in values]
    pairs += [(name, str(value)) for name, value in more.items() if value not in (None, "")]
    return f"?{urlencode(pairs)}"


def back_to(request: HttpRequest, fallback: str) -> str:
    """Where a small action was started from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return fallback
