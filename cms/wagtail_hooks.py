"""What the editor's admin leaves out: people are managed by the product's own administrators."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, re_path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

# Menu entries of the settings and reports menus that are not an editor's business.
HIDDEN_SETTINGS = {"users", "groups", "locales", "sites", "workflows", "workflow-tasks"}


def _not_here(request: HttpRequest, *args: str) -> HttpResponse:
    raise Http404


@hooks.register("register_admin_urls", order=-100)
def no_user_management() -> list[URLPattern]:
    """First in order, so that Wagtail's own users and groups pages are never reached.

    A right to manage Wagtail users is a right to become anybody; accounts have one owner, the
    ledger's administrators (三员).
    """
    return [re_path(r"^(?:users|groups)(?:/|$)", _not_here)]


@hooks.register("insert_global_admin_css")
def our_colours() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("site/admin.css"))


@hooks.register("construct_settings_menu")
def only_the_site(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_SETTINGS]


@hooks.register("construct_main_menu")
def no_help_abroad(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Wagtail's help menu leads to pages on its makers' servers."""
    menu_items[:] = [item for item in menu_items if item.name != "help"]
