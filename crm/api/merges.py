"""合并 for programs: what a merge would do, doing it, undoing it."""

from __future__ import annotations

from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import access, ledgers
from crm.access import Action
from crm.actions import merges
from crm.api.sending import made_before, once, repeatable
from crm.errors import Hidden, Refused
from crm.models import Merge
from crm.views.base import row_or_hidden


class MergeData(serializers.Serializer):
    """`into`: the row that stays. `take`: the fields whose value is taken from the other one."""

    into = serializers.IntegerField(min_value=1, max_value=2**62, label="保留")
    take = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=60, label="采用"
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, label="说明")
    version = serializers.IntegerField(required=False, min_value=1, label="版本")
    into_version = serializers.IntegerField(required=False, min_value=1, label="保留的版本")


class PlanAnswer(serializers.Serializer):
    differing = serializers.ListField(child=serializers.CharField())
    moved = serializers.DictField(child=serializers.IntegerField())
    conflicts = serializers.ListField(child=serializers.CharField())


class MergeAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    survivor = serializers.IntegerField()
    loser = serializers.IntegerField()


def _row(request: Request, key: str, pk: Any) -> Any:
    ledger = ledgers.get(key)
    access.require_noun(request.user, Action.VIEW, ledger.noun)
    text = str(pk)
    if not text.isdecimal() or len(text) > 18:
        raise Refused("请给出保留的那条的编号（into）。", "invalid", ["into"])
    return row_or_hidden(ledger, request.user, int(text))


class MergeView(APIView):
    key = "projects"

    @extend_schema(parameters=[OpenApiParameter("into", int, required=True)], responses=PlanAnswer)
    def get(self, request: Request, pk: int) -> Response:
        loser = _row(request, self.key, pk)
        survivor = _row(request, self.key, request.query_params.get("into", ""))
        for row in (loser, survivor):
            access.require(request.user, Action.CHANGE, row)
        plan = merges.plan(loser, survivor)
        counts = {piece.label: len(piece.moved) for piece in plan.pieces if piece.moved}
        return Response({"differing": plan.differing, "moved": counts, "conflicts": plan.conflicts})

    @repeatable(request=MergeData, responses={201: MergeAnswer})
    def post(self, request: Request, pk: int) -> Response:
        done = made_before(request) or once(request, partial(self._merge, request, pk))
        return Response(
            {"id": done.pk, "survivor": done.survivor_id, "loser": done.loser_id}, status=201
        )

    def _merge(self, request: Request, pk: int) -> Merge:
        loser = _row(request, self.key, pk)
        sent = MergeData(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        return merges.merge(
            loser,
            _row(request, self.key, data["into"]),
            by=request.user,
            take=data.get("take", ()),
            reason=data.get("reason", ""),
            versions=(data.get("version"), data.get("into_version")),
        )


class UnmergeView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        done = Merge.objects.filter(pk=pk).first()
        if done is None:
            raise Hidden()
        merges.undo(done, by=request.user)
        return Response(status=204)
