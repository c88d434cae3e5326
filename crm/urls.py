"""Addresses of the ledger: the desk, the API, the one login."""

from django.contrib.auth import views as auth
from django.urls import include, path

urlpatterns = [
    path("login/", auth.LoginView.as_view(template_name="crm/login.html"), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("api/", include("crm.api.urls")),
]
