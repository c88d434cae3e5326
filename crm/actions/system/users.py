"""Staff accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from crm.access import Role
from crm.actions import _record
from crm.errors import Refused
from crm.models import Park, Team, User


@transaction.atomic
def add_user(
    username: str,
    *,
    role: Role | str,
    by: User | None,
    name: str = "",
    team: Team | None = None,
    parks: Iterable[Park] = (),
    password: str | None = None,
    check_password: bool = True,
) -> User:
    """Opens an account with one role. Without a password the account cannot sign in yet.

    `by` is None only from the server's command line. The role's Django group is what Wagtail asks.
    """
    user = User(username=username, role=Role(role), first_name=name, team=team)
    if password is None:
        user.set_unusable_password()
    else:
        if check_password:
            try:
                validate_password(password, user)
            except ValidationError as error:
                raise Refused(" ".join(error.messages), "invalid", ["password"]) from error
        user.set_password(password)
    if User.objects.filter(username=username).exists():
        raise Refused(f"用户名 {username} 已存在。", "duplicate", ["username"])
    _record.checked(user)
    user.save()
    user.parks.set(parks)
    user.groups.set([Group.objects.get_or_create(name=user.role)[0]])
    _record.note("add_user", user, by=by, changes={"role": [None, user.role]})
    return user
