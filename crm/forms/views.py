"""The form of a saved view."""

from __future__ import annotations

from typing import Any

from django import forms

from crm import access
from crm.access import Action
from crm.forms.ledgers import speak
from crm.models import SavedView, Sharing


class ViewForm(forms.Form):
    """`query` is the address of the page the form stands on, sent along unseen."""

    name = forms.CharField(label="名称", max_length=40)
    sharing = forms.ChoiceField(label="谁能用", choices=Sharing.choices, initial=Sharing.MINE)
    is_pinned = forms.BooleanField(label="固定到菜单", required=False)
    is_default = forms.BooleanField(label="打开台账时默认用它", required=False)
    query = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, user: Any, *args: Any, view: SavedView | None = None, **kwargs: Any) -> None:
        if view is not None:
            kwargs["initial"] = {
                "name": view.name,
                "sharing": view.sharing,
                "is_pinned": view.is_pinned,
                "is_default": view.is_default,
                "version": view.version,
            } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        offered = {Sharing.MINE, view.sharing if view else Sharing.MINE}
        if user.team_id:
            offered.add(Sharing.TEAM)
        if access.can(user, Action.SHARE, "savedview"):
            offered.add(Sharing.PUBLIC)
        self.fields["sharing"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in Sharing.choices if value in offered
        ]
        if view is not None and view.user_id != user.pk:
            del self.fields["is_default"]
        speak(self)
