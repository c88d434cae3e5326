"""Personal fields: name, phone and e-mail of contacts and enquirers, sealed at rest.

Each person has a key of his own (PersonKey), itself sealed with the installation's FIELD_KEYS;
erasing a person destroys that key, and with it every copy of what it sealed. Exact match goes by a
keyed hash. Nothing here is ever put into audit changes, search text, logs or editions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_NOT_PHONE = re.compile(r"[\s\-()（）.·—–]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3}\d{7,8}(转\d{1,6})?|400\d{7}|800\d{7})")
_FOREIGN = re.compile(r"\+[1-9]\d{6,14}")
_BETWEEN_NUMBERS = re.compile(r"[/、,，;；|或\n]")
_NUMBERS_APART = re.compile(r"[/、,，;；|或\s]")  # one number may hold spaces, too
_MAY_BE_PERSONAL = re.compile(r"[\w.+-]+@[\w.-]+|[+\d][\d\s\-]{5,}\d")


def _derived(secret: str, purpose: str) -> bytes:
    return hashlib.sha256(f"parkledger:{purpose}:{secret}".encode()).digest()


@lru_cache(maxsize=4)
def _master(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, "seal"))) for key in keys])


def master() -> MultiFernet:
    """Seals the persons' keys: the first of FIELD_KEYS seals, every one opens (rotation)."""
    return _master(tuple(settings.FIELD_KEYS))


def seal_at_rest(data: bytes) -> bytes:
    """Seals what waits on the server and is nobody's row: an uploaded table may hold phones."""
    return master().encrypt(data)


def unseal_at_rest(sealed: bytes) -> bytes | None:
    """What `seal_at_rest` sealed; None where the keys are others, or the bytes were changed."""
    try:
        return master().decrypt(bytes(sealed))
    except InvalidToken:
        return None


def new_key() -> tuple[bytes, bytes]:
    """A fresh person's key: (plain, sealed)."""
    key = Fernet.generate_key()
    return key, master().encrypt(key)


def opened(sealed_key: bytes) -> bytes:
    return master().decrypt(bytes(sealed_key))


def seal(key: bytes, text: str) -> bytes:
    return Fernet(key).encrypt(text.encode())


def unseal(key: bytes, sealed: bytes) -> str | None:
    try:
        return Fernet(key).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        return None


def fingerprint(kind: str, text: str) -> str:
    """A keyed hash for exact match: equal texts give equal prints, nothing leads back.

    Always under the oldest key, so that adding a newer one keeps what was stored findable.
    """
    if not text:
        return ""
    key = _derived(settings.FIELD_KEYS[-1], f"match:{kind}")
    return hmac.new(key, text.casefold().encode(), hashlib.sha256).hexdigest()


def normal_phone(text: str) -> str:
    """A phone number in one form: full width, spaces, dashes and +86 gone.

    ValueError with a sentence when it is neither a mobile, a landline with its area code, a
    400/800 number nor an international number with +.
    """
    plain = _NOT_PHONE.sub("", unicodedata.normalize("NFKC", text))
    for prefix in ("+86", "0086"):
        if plain.startswith(prefix):
            plain = plain[len(prefix) :]
            if not _MOBILE.fullmatch(plain) and _LANDLINE.fullmatch(f"0{plain}"):
                plain = f"0{plain}"  # from abroad an area code has lost its 0
    if len(plain) == 13 and plain.startswith("861"):
        plain = plain[2:]
    if _MOBILE.fullmatch(plain) or _LANDLINE.fullmatch(plain) or _FOREIGN.fullmatch(plain):
        return plain
    if several := several_phones(text):
        raise ValueError(f"一格里有 {len(several)} 个号码：请只留一个（例如 {several[0]}）。")
    raise ValueError("电话号码不对：请填 11 位手机号、带区号的座机，或以 + 开头的国际号码。")


def several_phones(text: str) -> list[str]:
    """The numbers of a text that holds two or more and nothing else, in their normal form."""
    for between in (_BETWEEN_NUMBERS, _NUMBERS_APART):
        parts = [part for part in between.split(text) if part.strip()]
        if len(parts) > 1:
            with suppress(ValueError):
                return [normal_phone(part) for part in parts]
    return []


def normal_phones(text: str) -> str:
    """One number or several, each once and in its normal form: 13911113333、08386123456. ValueError
    with a sentence when something else stands among them."""
    return "、".join(dict.fromkeys(several_phones(text) or [normal_phone(text)]))


def listed(phones: str) -> list[str]:
    """The numbers that `normal_phones` made one text of."""
    return [phone for phone in phones.split("、") if phone]


def is_mobile(phone: str) -> bool:
    """Whether a number, in its normal form, is one person's: a landline is shared by an office."""
    return bool(_MOBILE.fullmatch(phone))


def phone_key(text: str) -> str:
    """Equal for two spellings of one number; what is no number is only itself."""
    try:
        return normal_phone(text)
    except ValueError:
        return text


def mask_phone(phone: str) -> str:
    """First three and last four digits: 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def mask_phones(phones: str) -> str:
    """Several numbers, each masked: 139****3333、083****3456."""
    return "、".join(map(mask_phone, listed(phones)))


def mask_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}***@{host}" if at else "***" if email else ""


def masked(part: str, value: str) -> str:
    """A name is known to who may see the person; phone and e-mail are masked until revealed."""
    mask = {"phone": mask_phone, "email": mask_email, "other_phones": mask_phones}.get(part)
    return mask(value) if mask else value


def scrubbed(text: str) -> str:
    """A text for the record without what may be somebody's phone or e-mail."""
    return _MAY_BE_PERSONAL.sub("•••", text)


def mask_name(name: str) -> str:
    """The surname stays: 张**."""
    return name[:1] + "*" * max(1, min(2, len(name) - 1)) if name else ""
