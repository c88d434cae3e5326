"""Programs sign in as browsers do; an unsigned request is told so with 401."""

from __future__ import annotations

from typing import Any

from rest_framework import authentication


class SessionAuthentication(authentication.SessionAuthentication):
    def authenticate_header(self, request: Any) -> str:
        return "Session"
