"""An investor at the enquiry form, who reads it for half a minute before sending."""

import time
from typing import Any
from unittest import mock

from django.http import HttpResponse
from django.test import Client

from cms import tokens

HONEST = {
    "name": "欧阳明",
    "organisation": "川南鞋业有限公司",
    "phone": "13800001234",
    "email": "ming@example.com",
    "industry": "运动鞋服",
    "investment": "约 5000 万元",
    "message": "想看 20 亩地和标准厂房。",
    "consent": "on",
}


def token(age: float = 30) -> str:
    """A form's token, `age` seconds old."""
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return tokens.new_token()


class Visitor:
    def __init__(self, client: Client) -> None:
        self.client = client

    def sends(
        self, park: str = "lvxi-industrial-park", prefix: str = "", **changes: Any
    ) -> HttpResponse:
        """Posts the honest form with `changes`; None leaves a field out."""
        ip = changes.pop("ip", "203.0.113.7")
        form = {**HONEST, "token": token(), "website": "", **changes}
        form = {name: value for name, value in form.items() if value is not None}
        return self.client.post(f"{prefix}/enquiry/{park}/", form, REMOTE_ADDR=ip)
