"""Natural persons outside the administration: sealed names, phones and e-mails."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from crm import personal
from crm.names import name_key

PARTS = ("name", "phone", "email", "other_phones")
PRINTED = ("phone", "email")  # those that are found by an exact match


class PersonKey(models.Model):
    """The key that opens one person's fields; erasing the person empties it for good."""

    sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人信息密钥"

    def __str__(self) -> str:
        return f"密钥 {self.pk}"


class Person(models.Model):
    """Name, phone and e-mail behind a key of their own; `name`, `phone`, `email` open and seal, and
    so does `other_phones`: further numbers, 13911113333、08386123456.

    After erasure they read as empty strings. The prints serve exact match only.
    """

    key = models.OneToOneField(
        PersonKey, models.PROTECT, null=True, editable=False, related_name="+"
    )
    name_sealed = models.BinaryField(null=True, editable=False)
    phone_sealed = models.BinaryField(null=True, editable=False)
    email_sealed = models.BinaryField(null=True, editable=False)
    other_phones_sealed = models.BinaryField(null=True, editable=False)
    phone_print = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    email_print = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.key is not None and self.key.pk is None:
            self.key.save()
            self.key = self.key  # takes over the new primary key
        super().save(*args, **kwargs)

    def _plain_key(self, *, make: bool) -> bytes | None:
        if self.key is None:
            if not make:
                return None
            plain, sealed = personal.new_key()
            self.key = PersonKey(sealed=sealed)
            return plain
        return personal.opened(self.key.sealed) if self.key.sealed else None

    def _open(self, part: str) -> str:
        sealed = getattr(self, f"{part}_sealed")
        key = self._plain_key(make=False) if sealed else None
        return (personal.unseal(key, sealed) if key else None) or ""

    def _seal(self, part: str, text: str | None) -> None:
        text = (text or "").strip()
        key = self._plain_key(make=True)
        if key is None:
            raise ValueError("an erased person cannot be filled in again")
        setattr(self, f"{part}_sealed", personal.seal(key, text) if text else None)
        if part in PRINTED:
            setattr(self, f"{part}_print", personal.fingerprint(part, text))

    name = property(lambda self: self._open("name"), lambda self, v: self._seal("name", v))
    phone = property(lambda self: self._open("phone"), lambda self, v: self._seal("phone", v))
    email = property(lambda self: self._open("email"), lambda self, v: self._seal("email", v))
    other_phones = property(
        lambda self: self._open("other_phones"), lambda self, v: self._seal("other_phones", v)
    )

    def sealed_parts(self, parts: Iterable[str]) -> dict[str, str]:
        """These parts as JSON keeps them: sealed, so that erasing the person erases them too."""
        sealed = {part: getattr(self, f"{part}_sealed") for part in parts}
        return {part: b64encode(bytes(value or b"")).decode() for part, value in sealed.items()}

    def unsealed_parts(self, parts: Mapping[str, str]) -> dict[str, str]:
        """What `sealed_parts` kept, opened; ValueError once the person was erased."""
        key = self._plain_key(make=False)
        if key is None:
            raise ValueError("the key of this person is gone")
        kept = {part: b64decode(text) for part, text in parts.items()}
        return {
            part: (personal.unseal(key, value) or "") if value else ""
            for part, value in kept.items()
        }

    @property
    def phones(self) -> list[str]:
        """Every number of the person, the first one first."""
        return personal.listed("、".join(filter(None, (self.phone, self.other_phones))))

    @property
    def masked_phone(self) -> str:
        return personal.mask_phone(self.phone)

    @property
    def masked_email(self) -> str:
        return personal.mask_email(self.email)

    @property
    def masked_name(self) -> str:
        return personal.mask_name(self.name)

    @property
    def called(self) -> str:
        """The name, or what stands in its place."""
        return self.name or ("已清除" if self.is_erased else "未填姓名")

    @property
    def is_erased(self) -> bool:
        return self.key is not None and self.key.sealed is None


AnyPerson = TypeVar("AnyPerson", bound=Person)


def person_key(name: str, phone: str) -> str:
    """Equal for one person under this number (in its normal form): a mobile is one person's, a
    landline everybody's who sits there, so that the name counts too."""
    return "" if personal.is_mobile(phone) else name_key(name)


def same_person(people: Iterable[AnyPerson], *, name: str, phone: str) -> list[AnyPerson]:
    """Those of `people`, who share this number, that are the person of this name."""
    wanted = person_key(name, phone)
    return [person for person in people if person_key(person.name, phone) == wanted]
