"""Who may see and do what: `access.require(by, Action.CHANGE, row)`.

Lists, objects, search, exports, API and report ask here and nowhere else. What roles are granted
stands in `roles`; which of it holds for a noun, its model declares as `rights` (see `nouns`);
`asking` answers, `tokens` tells the search. What nobody declared nobody may; somebody else's object
and a missing one answer alike. Nothing here imports a model.
"""

from crm.access.asking import (
    apart,
    by_reach,
    can,
    may,
    reaches,
    require,
    require_noun,
    scope_pieces,
    scope_q,
    sees_all,
)
from crm.access.nouns import NOBODY, Duties, Rights, rights_of
from crm.access.roles import (
    AUDIT,
    COMPANIES,
    DEMO,
    LOANS,
    PERSONAL,
    PIPELINE,
    REGISTERS,
    RULES,
    USERS,
    VIEWS,
    VISITS,
    WORDS,
    Action,
    Grants,
    Reach,
    Role,
    grants,
)
from crm.access.tokens import STAFF, row_tokens, search_scope, user_tokens

__all__ = [
    "AUDIT",
    "COMPANIES",
    "DEMO",
    "LOANS",
    "NOBODY",
    "PERSONAL",
    "PIPELINE",
    "REGISTERS",
    "RULES",
    "STAFF",
    "USERS",
    "VIEWS",
    "VISITS",
    "WORDS",
    "Action",
    "Duties",
    "Grants",
    "Reach",
    "Rights",
    "Role",
    "apart",
    "by_reach",
    "can",
    "grants",
    "may",
    "reaches",
    "require",
    "require_noun",
    "rights_of",
    "row_tokens",
    "scope_pieces",
    "scope_q",
    "search_scope",
    "sees_all",
    "user_tokens",
]
