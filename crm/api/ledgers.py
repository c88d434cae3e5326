"""Every declared ledger at /api/KEY/: list, detail, create, change."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm import access, filters, ledgers
from crm.access import Action
from crm.actions import withdrawals
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.api.fields import field
from crm.api.sending import once, repeatable
from crm.errors import Refused
from crm.ledgers import Ledger
from crm.views.base import fact_or_hidden, row_or_hidden

# Said by a program that registers in spite of a likeness: why it is not the same.
CONFIRMED = "confirmed_duplicate_reason"


class RowSerializer(serializers.Serializer):
    """A row of a ledger as its columns; what is not writable is refused, never silently dropped."""

    ledger: Ledger

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": instance.pk, "version": getattr(instance, "version", None)}
        for column in self.ledger.api_columns:
            value = column.value(instance)
            made = self.fields[column.name]
            empty = value is None or (value == "" and column.kind.value == "reference")
            shown[column.name] = None if empty else made.to_representation(value)
        return shown

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise Refused("请发送一个 JSON 对象。", "invalid")
        if moved := [c for c in self.ledger.columns if c.is_moved and c.name in data]:
            raise Refused(
                f"{moved[0].label}不能直接改：请 POST 到 moves/ 办理。",
                "stage_by_move",
                [column.name for column in moved],
            )
        writable = {name for name, made in self.fields.items() if not made.read_only} | {"version"}
        if strange := sorted(set(data) - writable):
            raise Refused(f"不能写入：{'、'.join(strange)}。", "invalid", strange)
        return super().to_internal_value({k: v for k, v in data.items() if k != "version"})


class FactSerializer(RowSerializer):
    """A fact that is never rewritten says whether it counts; one of a list does."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        now = self.context.get("now") or {"standing": instance.pk, "withdrawn_at": None}
        shown = super().to_representation(instance)
        return shown | {name: self.fields[name].to_representation(value) if value else None
                        for name, value in now.items()}  # fmt: skip


class VoidData(serializers.Serializer):
    """Why it should never have been entered."""

    reason = serializers.CharField(allow_blank=True, max_length=300, label="作废原因")


@lru_cache(maxsize=64)
def serializer(key: str) -> type[RowSerializer]:
    ledger = ledgers.get(key)
    made: dict[str, Any] = {
        "id": serializers.IntegerField(read_only=True, label="编号"),
        "version": serializers.IntegerField(
            read_only=True, label="版本", help_text="修改时原样送回，或用 If-Match。"
        ),
        **{column.name: field(column, ledger) for column in ledger.api_columns},
        "ledger": ledger,
    }
    if not ledger.is_of_facts:
        return type(f"{ledger.model.__name__}Row", (RowSerializer,), made)
    made["standing"] = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        label="现行编号",
        help_text="算数的那一条：本条，或更正它的一条；空 = 不再有算数的（已作废等）。",
    )
    made["withdrawn_at"] = serializers.DateTimeField(
        read_only=True, allow_null=True, label="作废时间"
    )
    return type(f"{ledger.model.__name__}Row", (FactSerializer,), made)


def version_of(request: Request) -> int:
    """The version the client saw, from If-Match or the body; refused without one."""
    data = request.data if isinstance(request.data, dict) else {}
    said = request.headers.get("If-Match") or data.get("version")
    text = str(said if said is not None else "").strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise Refused(
            "请带上您读到的版本号（version 或 If-Match），以免覆盖别人的修改。",
            "version_needed",
            ["version"],
        )
    return int(text)


class LedgerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Lists take the filters of the desk's list (amounts in yuan), `q` and `ordering`."""

    ledger: Ledger
    filter_backends: list[Any] = []
    lookup_value_regex = r"\d{1,18}"

    def get_serializer_class(self) -> type[RowSerializer]:
        return serializer(self.ledger.key)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.require_noun(request.user, Action.VIEW, self.ledger.noun)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.ledger.model._default_manager.none()
        if self.action == "list":
            return filters.ask(
                self.ledger, self.request.query_params, self.request, programs=True
            ).rows
        return self.ledger.rows(self.request.user)

    def row(self) -> Any:
        """The row of the address; somebody else's and a missing one answer alike."""
        return row_or_hidden(self.ledger, self.request.user, int(self.kwargs["pk"]))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(self.row()).data)


class FactsMixin:
    """Facts are read where they were entered, whether they still count or not, and withdrawn."""

    ledger: Ledger

    def row(self: Any) -> Any:
        return fact_or_hidden(self.ledger, self.request.user, int(self.kwargs["pk"]))

    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.row())

    def shown(self: Any, fact: Any) -> Response:
        last = type(fact).objects.get(pk=fact.chain()[-1])
        now = {
            "standing": last.pk if last.stands else None,
            "withdrawn_at": last.recorded_at if last.withdraws else None,
        }
        context = self.get_serializer_context() | {"now": now}
        return Response(serializer(self.ledger.key)(fact, context=context).data)

    @repeatable(request=VoidData, description="作废：从今天起不再计入，原来的记录仍可查到。")
    @action(detail=True, methods=["post"])
    def void(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        fact = self.row()
        sent = VoidData(data=request.data)
        sent.is_valid(raise_exception=True)
        reason = sent.validated_data["reason"]
        once(request, partial(withdrawals.void, fact, by=request.user, reason=reason))
        return self.shown(fact)


class WritableLedgerViewSet(LedgerViewSet):
    @repeatable()
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        access.require_noun(request.user, Action.REGISTER, self.ledger.noun)
        data = request.data
        why = ""
        if isinstance(data, dict) and CONFIRMED in data:
            why = str(data[CONFIRMED] or "").replace("\x00", "").strip()[:300]
            data = {name: value for name, value in data.items() if name != CONFIRMED}
        sent = self.get_serializer(data=data)
        sent.is_valid(raise_exception=True)
        anyway = Anyway(shown=None, reason=why) if why else NOTHING_SAID
        register = partial(
            self.ledger.register, sent.validated_data, by=request.user, anyway=anyway
        )
        row = once(request, register)
        return Response(self.get_serializer(row).data, status=201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.row()
        sent = self.get_serializer(row, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        version = version_of(request) if hasattr(row, "version") else None
        changed = self.ledger.change(row, sent.validated_data, by=request.user, version=version)
        return Response(self.get_serializer(changed).data)


def viewset(ledger: Ledger) -> type[LedgerViewSet]:
    """The viewset class of one ledger, named for the schema."""
    base = LedgerViewSet if ledger.is_read_only else WritableLedgerViewSet
    return type(
        f"{ledger.model.__name__}ViewSet",
        (FactsMixin, base) if ledger.is_of_facts else (base,),
        {"ledger": ledger, "__doc__": ledger.description, "queryset": ledger.model.objects.none()},
    )
