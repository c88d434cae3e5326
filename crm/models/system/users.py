"""Users, their one role and their team."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import cached_property

from crm import access
from crm.access import Role
from crm.models.base import Row, once


class Team(Row):
    """An investment team (科室) of the bureau, or a park's own investment office."""

    rights = access.Rights(access.REGISTERS)

    name = models.CharField("名称", max_length=60)
    phone = models.CharField("办公电话", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "招商科室"
        ordering = ["name"]
        constraints = [once("name", name="team_once", message="已有同名的科室。")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of staff. One role each, so that the three administrators (三员) exclude each other
    by construction; the display name is kept in `first_name`."""

    rights = access.Rights(access.USERS)

    role = models.CharField("角色", max_length=20, choices=Role, default=Role.SYSADMIN)
    team = models.ForeignKey(
        Team, models.PROTECT, verbose_name="科室", null=True, blank=True, related_name="members"
    )
    parks = models.ManyToManyField("crm.Park", verbose_name="负责园区", blank=True)
    # Accounts of the demo county: their password is public, so they work on development
    # machines only.
    is_demo = models.BooleanField("演示账号", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How the user is shown to colleagues."""
        return self.first_name or self.username

    @cached_property
    def park_ids(self) -> frozenset[int]:
        return frozenset(self.parks.values_list("pk", flat=True)) if self.pk else frozenset()
