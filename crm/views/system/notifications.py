"""提醒: the bell of every page, the list behind it, and what one wants to be told of."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings as config
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseStopPolling

from crm import access, ledgers
from crm.access import Action
from crm.actions.system import notifications
from crm.errors import Hidden, Refused
from crm.forms.fields import whole_number
from crm.forms.ledgers import show_refusal
from crm.forms.notifications import NotificationSettingForm
from crm.models import Notification, NotificationKind, NotificationSetting
from crm.views.base import back_to, desk, page_of

PAGE = 30


def place_of(notification: Notification, user: Any) -> str:
    """The page of the row it speaks of; what hangs on another row leads there, where the user
    sees that one (who is offered a project does not yet)."""
    label, pk = notification.object_type, notification.object_id
    if not label or pk is None:
        return reverse("desk")
    noun = label.rpartition(".")[2]
    if parent := access.rights_of(noun).parent:
        row = apps.get_model(label)._default_manager.filter(pk=pk).first()
        above = getattr(row, parent, None)
        if above is not None and access.may(user, Action.VIEW, above):
            return ledgers.address_of(above, above.pk)
    return ledgers.address_of(noun, pk) or reverse("desk")


def _found(request: HttpRequest, pk: int) -> Notification:
    found = Notification.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Hidden()
    return found


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The count again, every minute. Who was signed out meanwhile stays on his page with what he
    has typed; the asking stops."""
    user: Any = request.user
    if not user.is_authenticated:
        return HttpResponseStopPolling()
    count = Notification.objects.unread().visible_to(user).count()
    return render(request, "crm/_bell_count.html", {"count": count})


@desk
def listing(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    visible = Notification.objects.visible_to(user)
    unread = visible.unread()
    shows_all = request.GET.get("show") == "all"
    page = page_of(visible if shows_all else unread, request, PAGE)
    return render(
        request,
        "crm/notifications.html",
        {
            "page": page,
            "rows": list(page.object_list),
            "shows_all": shows_all,
            "unread_count": unread.count(),
            "newest": visible.order_by("-pk").values_list("pk", flat=True).first() or 0,
        },
    )


@desk
@require_GET
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """To what it speaks of; who goes there has read it."""
    found = notifications.read(_found(request, pk), by=request.user)
    return redirect(place_of(found, request.user))


@desk
@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    found = notifications.read(_found(request, pk), by=request.user)
    if request.htmx:
        count = Notification.objects.unread().visible_to(request.user).count()
        return render(request, "crm/_notification_read.html", {"one": found, "count": count})
    return redirect(back_to(request, reverse("desk-notices")))


@desk
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    until = whole_number(request.POST.get("until", "")) or 0
    count = notifications.read_all(by=request.user, until=until)
    messages.success(request, f"{count} 条提醒已标为已读。" if count else "没有未读的提醒。")
    return redirect("desk-notices")


@desk
def settings(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    setting = NotificationSetting.objects.filter(user=user).first() or NotificationSetting()
    form = NotificationSettingForm(
        request.POST if request.method == "POST" else None,
        initial={
            "kinds": [kind for kind in NotificationKind.values if kind not in setting.muted],
            "mails_digest": setting.mails_digest,
            "email": user.email,
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            notifications.choose(
                by=user, muted=form.muted, mails_digest=data["mails_digest"], email=data["email"]
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "提醒设置已保存。")
            return redirect("desk-notices-settings")
    return render(
        request,
        "crm/notification_settings.html",
        {"form": form, "sends_mail": config.SENDS_MAIL},
        status=400 if form.errors else 200,
    )
