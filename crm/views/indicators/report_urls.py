"""Addresses below /desk/report/."""

from django.urls import path

from crm.views.indicators import report

urlpatterns = [
    path("", report.report, name="report"),
    path("figures/<str:key>/", report.figure, name="report-figure"),
]
