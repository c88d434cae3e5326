"""What every page of the desk needs: the menu a user may open, the demo date, the inbox count."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from crm import access, clock
from crm.access import Action, Role
from crm.models import Enquiry, EnquiryState, Notification
from crm.views.system.menu import menu_of


def desk(request: HttpRequest) -> dict[str, Any]:
    """Only for signed-in users on desk pages; the site and Wagtail's admin ask for nothing here."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.path.startswith("/desk/"):
        return {"demo_date": clock.pinned_on() if request.path.startswith("/login/") else None}
    new_enquiries = (
        Enquiry.objects.visible_to(user).filter(state=EnquiryState.NEW).count()
        if access.can(user, Action.VIEW, "enquiry")
        else 0
    )
    sees_business = access.can(user, Action.VIEW, "project")
    return {
        "demo_date": clock.pinned_on(),
        "business_date": clock.today(),
        "menu": menu_of(user, request.path, new_enquiries=new_enquiries),
        "may_accept": access.can(user, Action.ACCEPT, "enquiry"),
        "may_follow_up_any": access.can(user, Action.FOLLOW_UP, "project"),
        "sees_business": sees_business,
        # Who runs the machine hears when its own work fails.
        "has_bell": sees_business or user.role == Role.SYSADMIN,
        "new_enquiry_count": new_enquiries,
        # Called by the page's frame alone: a piece of a page asks for no count.
        "unread_notification_count": Notification.objects.unread().visible_to(user).count,
    }
