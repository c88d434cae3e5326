"""How often a stranger may ask: an atomic counter a key and window, on every database."""

from __future__ import annotations

import time

from django.db import models, transaction
from django.http import HttpRequest

from crm.models.system.limits import Bucket


@transaction.atomic
def take(key: str, *, most: int, seconds: int, uses: int = 1) -> bool:
    """Counts `uses` of `key`; False when they are more than `most` in this window of `seconds`."""
    window = int(time.time()) // seconds * seconds
    bucket, made = Bucket.objects.get_or_create(key=key, window=window, defaults={"count": uses})
    if made:
        Bucket.objects.filter(window__lt=window - 86_400).delete()
        return most >= uses
    Bucket.objects.filter(pk=bucket.pk).update(count=models.F("count") + uses)
    bucket.refresh_from_db(fields=["count"])
    return bucket.count <= most


def left(key: str, *, most: int, seconds: int) -> int:
    """How many uses of `key` this window still has."""
    window = int(time.time()) // seconds * seconds
    bucket = Bucket.objects.filter(key=key, window=window).first()
    return max(0, most - bucket.count) if bucket else most


def client_ip(request: HttpRequest, trusted_proxies: int) -> str:
    """The visitor's address: the entry our outermost proxy wrote, never one a client can forge."""
    if trusted_proxies:
        chain = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part
        ]
        if len(chain) >= trusted_proxies:
            return chain[-trusted_proxies]
    return request.META.get("REMOTE_ADDR", "")
