"""Signed one-time tokens of the enquiry form, and the signed receipt a visitor is sent to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core import signing

FORM_SALT, RECEIPT_SALT = "cms.enquiry.form", "cms.enquiry.receipt"
# Nobody reads the form and fills in four fields in less.
QUICKEST_SECONDS = 2
LONGEST_SECONDS = 2 * 24 * 3600


class TooQuick(Exception):
    """The form came back before a person could have filled it in."""


class NotOurs(Exception):
    """The token is missing, forged or too old."""


@dataclass(frozen=True)
class ReceiptNote:
    """What the page of thanks shows; the code alone opens the status page."""

    code: str
    park_slug: str


def new_token() -> str:
    return signing.TimestampSigner(salt=FORM_SALT).sign(secrets.token_hex(16))


def token_value(token: str) -> str:
    """The random part, the same however often the form is sent. Raises TooQuick, NotOurs."""
    signer = signing.TimestampSigner(salt=FORM_SALT)
    try:
        value = signer.unsign(token, max_age=LONGEST_SECONDS)
    except signing.BadSignature as error:
        raise NotOurs from error
    try:
        signer.unsign(token, max_age=QUICKEST_SECONDS)
    except signing.SignatureExpired:
        return value
    raise TooQuick


def decoy_code() -> str:
    """What a program caught in the trap is shown: the shape of a receipt code, known to nobody."""
    return secrets.token_urlsafe(16)


def sign_receipt(code: str, park_slug: str) -> str:
    return signing.dumps([code, park_slug], salt=RECEIPT_SALT)


def read_receipt(signed: str) -> ReceiptNote | None:
    try:
        code, park_slug = signing.loads(signed, salt=RECEIPT_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return ReceiptNote(code, park_slug)
