"""The report as one page that can be printed or sent: its style inside, its figures linked back."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from crm.reports.build import Report

STYLE = Path(settings.BASE_DIR) / "static" / "desk" / "report.css"


def page(report: Report) -> str:
    """Every figure links to its rows at this installation's address (SITE_URL)."""
    return render_to_string(
        "reports/report_file.html",
        {
            "report": report,
            "context": report.context,
            "base": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + "/",
            # Our own stylesheet; the page has no stylesheet beside it once it is sent.
            "style": mark_safe(STYLE.read_text(encoding="utf-8")),
        },
    )
