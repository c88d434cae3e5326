"""Moves of a project: POST /api/projects/{id}/moves/, and the dry run of a gate."""

from __future__ import annotations

from functools import partial

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import clock
from crm.actions.pipeline import gates, projects
from crm.api.fields import WhenField
from crm.api.ledgers import serializer
from crm.api.sending import once, repeatable
from crm.dates import When
from crm.errors import Refused
from crm.models import Project, StageMove
from crm.stages import Stage, Status
from crm.views.base import project_or_hidden

TARGETS = [*Stage.choices, *Status.choices]


class MoveData(serializers.Serializer):
    """`to`: the stage to enter, or the status to take (stalled, exited, active). `on`: when it
    happened (today without it)."""

    to = serializers.ChoiceField(choices=TARGETS, label="目标阶段或状态")
    on = WhenField(required=False, label="发生日期")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, label="原因")
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=200, label="凭证")
    version = serializers.IntegerField(required=False, min_value=1, label="版本")


class MissingItem(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    reason = serializers.CharField()
    supplier = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class GateItem(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    supplier = serializers.CharField()
    is_met = serializers.BooleanField()
    note = serializers.CharField()


class GateAnswer(serializers.Serializer):
    to = serializers.CharField()
    is_open = serializers.BooleanField()
    missing = MissingItem(many=True)
    items = GateItem(many=True)


def _project(request: Request, pk: int) -> Project:
    return project_or_hidden(request.user, pk)


class MovesView(APIView):
    """The standing moves of a project, and the way to make one."""

    @extend_schema(operation_id="project_moves", responses=serializer("moves")(many=True))
    def get(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        moves = StageMove.objects.standing().filter(project=project).select_related("by", "project")
        rows = serializer("moves")(moves, many=True, context={"request": request})
        return Response(rows.data)

    @repeatable(request=MoveData, responses={201: serializer("projects")})
    def post(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        sent = MoveData(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        said = {
            "on": data.get("on") or When.day(clock.today()),
            "by": request.user,
            "reason": data.get("reason", ""),
            "version": data.get("version"),
        }
        if data["to"] in Stage.values:
            evidence = data.get("evidence", "")
            move = partial(projects.advance, project, Stage(data["to"]), evidence=evidence, **said)
        else:
            move = partial(projects.STATUS_VERBS[Status(data["to"])], project, **said)
        once(request, move)
        project.refresh_from_db()
        row = serializer("projects")(project, context={"request": request})
        return Response(row.data, status=201)


class GateView(APIView):
    """What a move to the stage or status `to` needs and lacks, without making it; `evidence` and
    `reason` are what would come with it."""

    @extend_schema(
        parameters=[
            OpenApiParameter("to", str, enum=[key for key, _ in TARGETS], required=True),
            OpenApiParameter("evidence", str),
            OpenApiParameter("reason", str),
        ],
        responses=GateAnswer,
    )
    def get(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        to = request.query_params.get("to", "")
        if to not in dict(TARGETS):
            known = "、".join(dict(TARGETS))
            raise Refused(f"to 须是 {known} 之一。", "invalid", ["to"])
        target = Stage(to) if to in Stage.values else Status(to)
        held = gates.checked(
            project,
            target,
            evidence=request.query_params.get("evidence", ""),
            reason=request.query_params.get("reason", ""),
        )
        lacks = [one.lack for one in held if one.lack]
        return Response(
            {
                "to": to,
                "is_open": not lacks and gates.may_go(project, target),
                "missing": [lack.as_json() for lack in lacks],
                "items": [one.as_json() for one in held],
            }
        )
