"""认定: the word of a second person on what the report counts."""

from crm.ledgers.base import Noun, declare
from crm.models import Confirmation

NOUN = declare(
    Noun(
        label="认定",
        model=Confirmation,
        verbs={"confirm": "认定", "send_back": "退回"},
    )
)
