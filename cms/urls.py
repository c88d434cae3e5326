"""The form's own addresses; every other address of the site is a Wagtail page."""

from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("enquiry/", views.enquiries, name="enquiries"),
    path("enquiry/received/<str:signed>/", views.received, name="received"),
    path("enquiry/status/<str:code>/", views.status, name="status"),
    path("enquiry/<slug:park_slug>/", views.enquiry, name="enquiry"),
    path("robots.txt", views.robots, name="robots"),
]
