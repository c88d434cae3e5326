"""The one login of desk and site administration."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView
from django.urls import reverse

from crm import clock
from crm.access import Role
from crm.models import User


class Login(LoginView):
    """Signs in and goes on to where the user works: editors to the site, all others to the desk."""

    template_name = "crm/login.html"

    def get_default_redirect_url(self) -> str:
        if getattr(self.request.user, "role", "") == Role.EDITOR:
            return reverse("wagtailadmin_home")
        return super().get_default_redirect_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_accounts = User.objects.filter(is_demo=True, is_active=True)
        demo = open_accounts if clock.pinned_on() else User.objects.none()
        return super().get_context_data(demo_users=demo.order_by("pk"), **kwargs)
