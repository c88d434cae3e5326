"""Addresses of the API."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from crm import ledgers
from crm.api.allowances import AllowanceView
from crm.api.confirmations import ConfirmationView, UnconfirmedView
from crm.api.ledgers import viewset
from crm.api.merges import MergeView, UnmergeView
from crm.api.moves import GateView, MovesView

router = SimpleRouter()
for ledger in ledgers.every():
    router.register(ledger.key, viewset(ledger), basename=f"api-{ledger.key}")

urlpatterns = [
    path("projects/<int:pk>/moves/", MovesView.as_view(), name="api-project-moves"),
    path("projects/<int:pk>/gate/", GateView.as_view(), name="api-project-gate"),
    *(
        path(
            f"{key}/<int:pk>/merge/",
            MergeView.as_view(key=key),
            name=f"api-{key}-merge",
        )
        for key in (ledger.key for ledger in ledgers.every() if ledger.is_mergeable)
    ),
    path("merges/<int:pk>/undo/", UnmergeView.as_view(), name="api-unmerge"),
    *(
        path(f"{key}/{end}", view.as_view(key=key), name=f"api-{key}-{name}")
        for key in (ledger.key for ledger in ledgers.every() if ledger.is_confirmed)
        for end, view, name in (
            ("unconfirmed/", UnconfirmedView, "unconfirmed"),
            ("<int:pk>/confirmation/", ConfirmationView, "confirmation"),
        )
    ),
    path("receipts/<int:pk>/allowance/", AllowanceView.as_view(), name="api-receipt-allowance"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include(router.urls)),
]
