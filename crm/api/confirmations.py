"""认定: what waits at /api/moves/unconfirmed/ (and receipts), and the word on a row at
POST /api/moves/{id}/confirmation/."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import access, ledgers
from crm.access import Action
from crm.actions.pipeline import confirmations
from crm.api.ledgers import serializer
from crm.api.pagination import Pages
from crm.models import Judgement
from crm.views.base import fact_or_hidden


class Word(serializers.Serializer):
    """`judgement`: confirmed, or returned with the reason in `note`."""

    judgement = serializers.ChoiceField(choices=Judgement.choices, label="结论")
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, label="说明")


class UnconfirmedView(APIView):
    """The rows nobody has confirmed or sent back yet, those recorded first at the top."""

    key = "moves"

    @extend_schema(responses=serializer("moves")(many=True))
    def get(self, request: Request) -> Response:
        ledger = ledgers.get(self.key)
        access.require_noun(request.user, Action.VIEW, ledger.noun)
        rows: Any = ledger.rows(request.user)
        rows = rows.standing().unconfirmed().order_by("recorded_at", "pk")
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        shown = serializer(self.key)(page, many=True, context={"request": request})
        return pages.get_paginated_response(shown.data)


class ConfirmationView(APIView):
    """A second person's word on one row; never that of whoever recorded it."""

    key = "moves"

    @extend_schema(request=Word, responses=serializer("moves"))
    def post(self, request: Request, pk: int) -> Response:
        ledger = ledgers.get(self.key)
        row = fact_or_hidden(ledger, request.user, pk)
        sent = Word(data=request.data)
        sent.is_valid(raise_exception=True)
        note = sent.validated_data.get("note", "")
        if sent.validated_data["judgement"] == Judgement.CONFIRMED:
            confirmations.confirm([row], by=request.user, note=note)
        else:
            confirmations.send_back([row], by=request.user, reason=note)
        fresh = ledger.rows(request.user).get(pk=pk)
        return Response(serializer(self.key)(fresh, context={"request": request}).data)
