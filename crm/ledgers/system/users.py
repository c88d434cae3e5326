"""用户 and their accounts."""

from crm.ledgers.base import Noun, declare
from crm.models import User

NOUN = declare(
    Noun(
        label="用户",
        model=User,
        verbs={
            "add_user": "开通账号",
            "close_account": "停用账号",
            "reopen_account": "重新启用账号",
            "choose_notifications": "设置提醒",
        },
    )
)
