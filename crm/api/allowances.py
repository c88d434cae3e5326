"""核定 of a receipt: POST /api/receipts/{id}/allowance/, by the role that confirms."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import ledgers
from crm.actions.pipeline import receipts
from crm.api.ledgers import serializer
from crm.errors import Hidden


class Allowance(serializers.Serializer):
    """`allowed_amount` in yuan; below what was reported (核减) both texts are needed."""

    allowed_amount = serializers.DecimalField(max_digits=20, decimal_places=2, label="核定数")
    allowance_reason = serializers.CharField(
        required=False, allow_blank=True, max_length=300, label="核减原因"
    )
    allowance_document = serializers.CharField(
        required=False, allow_blank=True, max_length=200, label="核定文件"
    )


class AllowanceView(APIView):
    """What the deciding level allows of a receipt; answers with the row that stands from now on."""

    @extend_schema(request=Allowance, responses=serializer("receipts"))
    def post(self, request: Request, pk: int) -> Response:
        ledger = ledgers.get("receipts")
        row = ledger.rows(request.user).filter(pk=pk).first()
        if row is None:
            raise Hidden()
        sent = Allowance(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        allowed = receipts.allow_receipt(
            row,
            told["allowed_amount"],
            by=request.user,
            reason=told.get("allowance_reason", ""),
            document=told.get("allowance_document", ""),
        )
        fresh = ledger.rows(request.user).get(pk=allowed.pk)
        return Response(serializer("receipts")(fresh, context={"request": request}).data)
