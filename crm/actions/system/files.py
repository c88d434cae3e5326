"""Files: taking in what people upload."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from crm import access
from crm.access import Action
from crm.actions import _record
from crm.errors import Refused
from crm.models import FollowUp, Project, StoredFile, User

MAX_BYTES = 20 * 1024 * 1024
TYPES = {
    "pdf": (b"%PDF-", "application/pdf"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "docx": (
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _without_exif(data: bytes, kind: str) -> bytes:
    """A picture turned upright and stripped of EXIF (where and with what it was taken)."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            upright = ImageOps.exif_transpose(image)
            clean = io.BytesIO()
            upright.save(clean, "JPEG" if kind.startswith("jp") else "PNG", exif=b"")
            return clean.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("图片打不开，请换一张。", "file_refused", ["scan"]) from error


@transaction.atomic
def store(
    project: Project,
    upload: UploadedFile,
    *,
    by: User,
    follow_up: FollowUp | None = None,
    month_on: date | None = None,
) -> StoredFile:
    """Keeps an uploaded file with its project, with one follow-up of it, or with its report of the
    month that begins on `month_on`; refused unless its content is what its name says."""
    access.require(by, Action.FILE if month_on else Action.FOLLOW_UP, project)
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name.replace("\x00", "")[-120:]
    kind = name.rpartition(".")[2].lower()
    if kind not in TYPES:
        raise Refused("只收 PDF、JPG、PNG、DOCX、XLSX 文件。", "file_refused", ["scan"])
    if (upload.size or 0) > MAX_BYTES:
        raise Refused("文件超过 20 MB，请压缩后再传。", "file_refused", ["scan"])
    data = upload.read()
    signature, content_type = TYPES[kind]
    if not data.startswith(signature):
        raise Refused("文件内容与扩展名不符，请核对后再传。", "file_refused", ["scan"])
    if content_type.startswith("image/"):
        data = _without_exif(data, kind)
    row = StoredFile(
        project=project,
        follow_up=follow_up,
        month_on=month_on,
        name=name,
        content_type=content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        by=by,
    )
    row.file.save(name, ContentFile(data), save=False)
    row.save(force_insert=True)
    _record.note("store_file", row, by=by)
    return row
