"""How often a stranger may ask: an atomic counter a key and window, on every database."""

from __future__ import annotations

import time

from django.db import models, transaction
from django.http import HttpRequest

from crm.models.limits import Bucket


@transaction.atomic
def take(key: str, *, most: int, seconds: int) -> bool:
    """Counts one use of `key`; False when it is more than `most` in this window of `seconds`."""
    window = int(time.time()) // seconds * seconds
    bucket, made = Bucket.objects.get_or_create(key=key, window=window, defaults={"count": 1})
    if made:
        Bucket.objects.filter(window__lt=window - 86_400).delete()
        return most >= 1
    Bucket.objects.filter(pk=bucket.pk).update(count=models.F("count") + 1)
    bucket.refresh_from_db(fields=["count"])
    return bucket.count <= most


def client_ip(request: HttpRequest, trusted_proxies: int) -> str:
    """The visitor's address: the entry our outermost proxy wrote, never one a client can forge."""
    if trusted_proxies:
        chain = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part
        ]
        if len(chain) >= trusted_proxies:
            return chain[-trusted_proxies]
    return request.META.get("REMOTE_ADDR", "")
