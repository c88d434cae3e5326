"""The demo county 绿溪县: its dates and its accounts. crm/actions/demo/ loads it from demo/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from crm.access import Role

NAME = "绿溪县"
FOLDER = settings.BASE_DIR / "demo"
# The ledger was opened with what the county had; from here on its history is played day by day.
OPENED_ON = date(2023, 1, 4)
PINNED_ON = date(2023, 9, 1)
PASSWORD = "parkledger-demo"
EVALUATED = "2022"  # the year of its 亩均评价

_FIRST_TEAM, _PARK_TEAM = "招商一科", "园区招商服务科"


@dataclass(frozen=True)
class Account:
    """A demo account; `team` by name, `parks` by slug."""

    username: str
    role: Role
    team: str = ""
    parks: tuple[str, ...] = ()
    title: str = ""

    @property
    def name(self) -> str:
        return f"演示·{self.title or self.role.label}"


_PARKS = ("lvxi-industrial-park", "lvxi-textile", "lvxi-food", "lvxi-packaging", "lvxi-zhigu")
ACCOUNTS = (
    Account("officer", Role.OFFICER, _FIRST_TEAM),
    Account("teamlead", Role.TEAMLEAD, _FIRST_TEAM),
    Account("liaison", Role.LIAISON, _PARK_TEAM),
    Account("park", Role.PARK, _PARK_TEAM, _PARKS),
    Account("leader", Role.LEADER),
    Account("statistician", Role.STATISTICIAN),
    Account("editor", Role.EDITOR),
    Account("sysadmin", Role.SYSADMIN),
    Account("secadmin", Role.SECADMIN),
    Account("auditor", Role.AUDITOR),
)
# Opened the ledger and left: what she entered is confirmed by others, and nobody signs in as her.
FORMER = Account("former-statistician", Role.STATISTICIAN, title="前任统计员")
USERNAMES = tuple(account.username for account in ACCOUNTS)
