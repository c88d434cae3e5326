"""Idempotency-Key: a program that got no answer sends its POST again and gets the row it made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from crm.actions import submissions

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        f"自己生成的标记，最多 {submissions.LONGEST} 个字符。没有收到答复时带同一标记原样重发，"
        "得到的是第一次登记的那一条；内容不同则拒绝（sent_before）。"
    ),
)

Made = TypeVar("Made", bound=models.Model)


def repeatable(**described: Any) -> Callable[[Any], Any]:
    """Describes a POST that may carry the key."""
    return extend_schema(parameters=[KEY], **described)


def once(request: Request, make: Callable[[], Made]) -> Made:
    """The row that `make` makes, or the one made when this key was sent before."""
    return submissions.once(make, by=request.user, token=_key(request), content=_said(request))


def made_before(request: Request) -> Any | None:
    """The row this key has made already, if just this was sent before: where the first request has
    taken out of sight what the second one asks for."""
    return submissions.made_before(by=request.user, token=_key(request), content=_said(request))


def _key(request: Request) -> str:
    return request.headers.get("Idempotency-Key", "")


def _said(request: Request) -> str:
    said = json.dumps(request.data, sort_keys=True, default=str)
    return f"{request.method} {request.path}\n{said}"
