"""Moves of a project: POST /api/projects/{id}/moves/, and the dry run of a gate."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import clock
from crm.actions import gates, projects
from crm.api.fields import WhenField
from crm.api.ledgers import serializer
from crm.dates import When
from crm.errors import Hidden, Refused
from crm.models import Project, StageMove
from crm.stages import MOVES, Stage


class MoveData(serializers.Serializer):
    """`to`: the stage to enter. `on`: when it happened (today without it)."""

    to = serializers.ChoiceField(choices=Stage.choices, label="目标阶段")
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


class GateAnswer(serializers.Serializer):
    to = serializers.CharField()
    is_open = serializers.BooleanField()
    missing = MissingItem(many=True)


def _project(request: Request, pk: int) -> Project:
    project = Project.objects.visible_to(request.user).filter(pk=pk).first()
    if project is None:
        raise Hidden()
    return project


class MovesView(APIView):
    """The standing moves of a project, and the way to make one."""

    @extend_schema(operation_id="project_moves", responses=serializer("moves")(many=True))
    def get(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        moves = StageMove.objects.standing().filter(project=project).select_related("by", "project")
        rows = serializer("moves")(moves, many=True, context={"request": request})
        return Response(rows.data)

    @extend_schema(request=MoveData, responses={201: serializer("projects")})
    def post(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        sent = MoveData(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        projects.advance(
            project,
            Stage(data["to"]),
            on=data.get("on") or When.day(clock.today()),
            by=request.user,
            reason=data.get("reason", ""),
            evidence=data.get("evidence", ""),
            version=data.get("version"),
        )
        project.refresh_from_db()
        row = serializer("projects")(project, context={"request": request})
        return Response(row.data, status=201)


class GateView(APIView):
    """What the move to `to` still lacks, without making it."""

    @extend_schema(
        parameters=[OpenApiParameter("to", str, enum=Stage.values, required=True)],
        responses=GateAnswer,
    )
    def get(self, request: Request, pk: int) -> Response:
        project = _project(request, pk)
        to = request.query_params.get("to", "")
        if to not in Stage.values:
            raise Refused(f"to 须是 {'、'.join(Stage.values)} 之一。", "invalid", ["to"])
        stage = Stage(to)
        lacks = gates.missing(project, stage)
        return Response(
            {
                "to": to,
                "is_open": not lacks and project.is_active and stage in MOVES[Stage(project.stage)],
                "missing": [lack.as_json() for lack in lacks],
            }
        )
