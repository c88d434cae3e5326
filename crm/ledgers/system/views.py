"""视图: lists as people saved them."""

from crm.ledgers.base import Noun, declare
from crm.models import SavedView

NOUN = declare(
    Noun(
        label="视图",
        model=SavedView,
        verbs={"save_view": "保存视图", "change_view": "修改视图", "drop_view": "删除视图"},
    )
)
