"""The API's handler of refusals: the same reasons as on the desk, with a code for programs."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from crm.errors import MergedAway, Refused, WithdrawnRow
from crm.views.companies import hints

STATUS = {
    "not_found": 404,
    "merged": 410,
    "withdrawn": 410,
    "not_allowed": 403,
    "invalid": 400,
    "file_refused": 400,
    "too_many": 429,
    "version_needed": 428,
    "sent_before": 422,
    "stale": 409,
}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refused → {code, reason, fields, missing}; 409 for whatever the ledger's rules refuse."""
    if isinstance(error, Refused):
        body: dict[str, Any] = {"code": error.code, "reason": error.reason, "fields": error.fields}
        if error.code == "gate_unmet":
            body["missing"] = [lack.as_json() for lack in error.details]
        if error.code == "likely_duplicate":
            body["hint"] = hints.as_json(error.details[0])
        if error.code == "merge_conflict":
            body["conflicts"] = error.details
        if isinstance(error, MergedAway):
            body["merged_into"] = error.new
        if isinstance(error, WithdrawnRow):
            body["withdrawn_at"] = error.row.withdrawn_at
        if error.code == "stale" and error.details:
            body["version"] = error.details[0]
        return Response(body, status=STATUS.get(error.code, 409))
    return exception_handler(error, context)
