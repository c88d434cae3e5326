"""What /api/schema/ describes: our own addresses, and how one signs in to them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.authentication import SessionScheme


class Session(SessionScheme):
    """The session cookie, as of a browser that signed in at /login/."""

    target_class = "crm.api.authentication.SessionAuthentication"
    priority = 1


def only_ours(endpoints: list[tuple[str, Any, Any, Any]]) -> list[tuple[str, Any, Any, Any]]:
    """Leaves out the addresses of Wagtail's own admin."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/")]
