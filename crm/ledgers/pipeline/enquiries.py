"""投资咨询: sent by strangers from the public site; its pages are its own."""

from django.urls import reverse

from crm.ledgers.base import Noun, declare
from crm.models import Enquiry

NOUN = declare(
    Noun(
        label="投资咨询",
        model=Enquiry,
        page=lambda pk: reverse("desk-enquiry", args=[pk]),
        verbs={
            "receive_enquiry": "收到咨询",
            "accept_enquiry": "受理咨询",
            "decline_enquiry": "不予受理",
        },
    )
)
