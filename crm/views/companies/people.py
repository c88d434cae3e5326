"""Showing what is masked: once, on the record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm.actions.companies import contacts
from crm.errors import Hidden
from crm.models import Contact, Enquiry
from crm.models.people import Person
from crm.views.base import back_to, desk


def revealed(request: HttpRequest, person: Person, fallback: str) -> HttpResponse:
    """A person's phone and address, opened once and on the record; `fallback`: where back leads."""
    opened = contacts.reveal(person, by=request.user)
    template = "crm/_revealed.html" if request.htmx else "crm/revealed.html"
    return render(
        request,
        template,
        {"person": person, "opened": opened, "back_url": back_to(request, fallback)},
    )


@desk
@require_POST
def reveal_contact(request: HttpRequest, pk: int) -> HttpResponse:
    person = Contact.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:
        raise Hidden()
    return revealed(request, person, reverse("desk-row", args=["contacts", pk]))


@desk
@require_POST
def reveal_enquirer(request: HttpRequest, pk: int) -> HttpResponse:
    person = Enquiry.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:
        raise Hidden()
    return revealed(request, person, reverse("desk-enquiry", args=[pk]))
