"""Saved views (视图): a list or board as somebody likes to see it, under a name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm import access
from crm.models.base import Row


class Sharing(models.TextChoices):
    """Who else finds a view in the list."""

    MINE = "mine", "我的"
    TEAM = "team", "本科室"
    PUBLIC = "public", "公共"


class Place(models.TextChoices):
    LIST = "list", "列表"
    BOARD = "board", "看板"


class SavedView(Row):
    """Filters, order and columns of one ledger, as the query of an address.

    It says what to ask for and never what is seen: everybody gets the own rows. `team` is set
    where it is shared with that team; `is_public` shares it with everybody. `is_default` opens it
    for its owner where the ledger is opened without any filter.
    """

    rights = access.Rights(
        access.VIEWS,
        own={
            access.Reach.OWN: "user",
            access.Reach.TEAM: "team",
            access.Reach.SHARED: "is_public",
        },
    )

    user = models.ForeignKey(
        "crm.User", models.CASCADE, verbose_name="建立人", related_name="saved_views"
    )
    team = models.ForeignKey(
        "crm.Team",
        models.SET_NULL,
        verbose_name="共享科室",
        null=True,
        blank=True,
        related_name="+",
    )
    is_public = models.BooleanField("公共", default=False)
    ledger = models.CharField("台账", max_length=40)
    place = models.CharField("页面", max_length=10, choices=Place, default=Place.LIST)
    name = models.CharField("名称", max_length=40)
    query = models.TextField("条件", max_length=4000, blank=True)
    is_pinned = models.BooleanField("固定到菜单", default=False)
    is_default = models.BooleanField("默认打开", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "视图"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ledger", "name"],
                name="view_name_once",
                violation_error_message="您已有同名的视图，请换一个名称，或更新那一个。",
            ),
            models.UniqueConstraint(
                fields=["user", "ledger", "place"],
                condition=Q(is_default=True),
                name="view_default_once",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(is_public=False), name="view_shared_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sharing(self) -> Sharing:
        if self.is_public:
            return Sharing.PUBLIC
        return Sharing.TEAM if self.team_id else Sharing.MINE
