"""导入: the tables people bring, what came of them, and the demo county."""

from django.urls import reverse

from crm.ledgers.base import Noun, declare
from crm.models import DemoCounty, ImportBatch, ImportUpload

BATCH = declare(
    Noun(
        label="导入批次",
        model=ImportBatch,
        page=lambda pk: reverse("desk-import-batch", args=[pk]),
        verbs={"import": "导入", "revert_import": "撤销导入"},
    )
)
UPLOAD = declare(
    Noun(
        label="待导入的表格",
        model=ImportUpload,
        page=lambda pk: reverse("desk-import-upload", args=[pk]),
    )
)
COUNTY = declare(
    Noun(
        label="演示县",
        model=DemoCounty,
        verbs={"load_demo": "装入演示县", "clear_demo": "清除演示县"},
    )
)
