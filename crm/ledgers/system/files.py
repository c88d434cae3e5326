"""文件 of projects."""

from crm.ledgers.base import Noun, declare
from crm.models import StoredFile

NOUN = declare(
    Noun(
        label="文件",
        model=StoredFile,
        verbs={"store_file": "上传文件"},
    )
)
