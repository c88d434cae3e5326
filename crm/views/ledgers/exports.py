"""导出: the list as it stands on the page, as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from crm import access, clock, filters
from crm.access import Action
from crm.actions import exports
from crm.errors import Refused
from crm.ledgers.selection import chosen
from crm.spreadsheets.export import export, export_columns
from crm.views.base import desk, ledger_or_hidden, taken_along, without
from crm.views.ledgers.columns import column_names
from crm.views.ledgers.lists import readable


@desk
def row_export(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of the current filter, order and free text that the user may take along, in the
    columns of the list; without `cols` in all columns our importer reads again."""
    ledger = ledger_or_hidden(key, request.user)
    if not ledger.can(request.user, Action.EXPORT):
        raise Refused(f"您的角色不能导出{ledger.label}，需要时请联系统计员。", "not_allowed")
    view = without(readable(request.GET), "page")
    asked = filters.ask(ledger, view, request)
    if not asked.filters.form.is_valid():
        raise Refused("有筛选条件看不懂，没有导出。请回到列表改正或清除筛选。", "invalid")
    rows = asked.rows.filter(access.scope_q(request.user, Action.EXPORT, ledger.model))
    names = column_names(view)
    columns = chosen(ledger, names) if names else export_columns(ledger)
    data, count = export(ledger, rows, by=request.user, columns=columns)
    known = {*asked.filters.filters, "q", "ordering"}
    said = {name: values for name, values in view.lists() if name in known}
    if names:
        said["cols"] = [column.name for column in columns]
    exports.export(ledger.model, by=request.user, count=count, view=said)
    return taken_along(data, f"{ledger.label}-{clock.today():%Y%m%d}.xlsx")
