"""The forms of a project's verbs: follow up, move, sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from crm import clock
from crm.actions.system.files import TYPES
from crm.exact import WAN
from crm.forms.fields import DayField, MoneyField, WhenField, reference_field
from crm.forms.ledgers import VerbForm
from crm.models import AgreementKind, FollowUpKind, Project
from crm.stages import MOVES, STATUS_MOVES, Stage, Status

ACCEPT = ",".join(f".{kind}" for kind in TYPES)


MOST_FILES = 6


class Files(forms.FileField):
    """Several files under one name."""

    class Input(forms.FileInput):
        allow_multiple_selected = True

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not sent:
            raise forms.ValidationError("请选择文件。", code="required")
        if len(sent) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件，请分两次。")
        return [super(Files, self).clean(one, initial) for one in sent]


class FollowUpForm(VerbForm):
    """跟进: six fields, the next step among them."""

    content = forms.CharField(
        label="谈了什么",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "见了谁、谈了什么、对方关心什么"}),
    )
    kind = forms.ChoiceField(
        label="方式", choices=FollowUpKind.choices, widget=forms.RadioSelect, initial="call"
    )
    held_on = DayField(label="哪天")
    next_on = DayField(label="下次跟进", required=False)
    next_step = forms.CharField(
        label="下一步做什么",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "例如：寄送用地方案，约董事长来访"}),
    )
    attachment = Files(
        label="照片或附件",
        required=False,
        widget=Files.Input(attrs={"accept": ACCEPT, "multiple": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", clock.today())


class UploadForm(VerbForm):
    """Files for a project, without a follow-up."""

    attachment = Files(
        label="文件",
        help_text="PDF、JPG、PNG、DOCX、XLSX，每个 20 MB 以内；照片里的拍摄地点会去掉。",
        widget=Files.Input(attrs={"accept": ACCEPT, "multiple": True}),
    )


class MoveForm(VerbForm):
    """One change of stage or status: `to` is a stage, or stalled / exited / active."""

    to = forms.ChoiceField(label="办理", widget=forms.RadioSelect)
    on = WhenField(label="发生日期", help_text="只知道年月就写 2023-08。")
    evidence = forms.CharField(
        label="凭证",
        max_length=200,
        required=False,
        help_text="文号或凭证编号，例如施工许可证号、进场单编号。",
    )
    reason = forms.CharField(
        label="原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="退回、停滞、退出必须写明原因。",
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        self.project = project
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = list(choices(project))
        self.initial.setdefault("on", clock.today())
        self.initial.setdefault("version", project.version)

    @property
    def target(self) -> Stage | Status | None:
        """What `to` means, once it is known to be one of the choices."""
        value = self.cleaned_data.get("to")
        if value in Stage.values:
            return Stage(value)
        return Status(value) if value in Status.values else None


def choices(project: Project) -> Iterator[tuple[str, str]]:
    """What may be done with a project, the way forward first."""
    here, status = Stage(project.stage), Status(project.status)
    if status == Status.ACTIVE:
        if here.following:
            yield here.following.value, f"推进到{here.following.label}"
        back = [to for to in reversed(Stage) if to in MOVES[here] and to.rank < here.rank]
        yield from ((to.value, f"退回{to.label}") for to in back)
    words = {Status.ACTIVE: "恢复推进", Status.STALLED: "列为停滞", Status.EXITED: "办理退出"}
    yield from ((other.value, words[other]) for other in STATUS_MOVES[status])


class AgreementForm(VerbForm):
    """登记协议: what was signed, and on wish the move to 签约 in the same step."""

    kind = forms.ChoiceField(label="协议类型", choices=AgreementKind.choices, initial="investment")
    signed = WhenField(label="签订日期", help_text="只知道年月就写 2023-08。")
    amount = MoneyField(
        label="协议投资额",
        unit="万元",
        factor=int(WAN),
        required=False,
        help_text="可写 1.2亿；不知道就留空，留空是待补，不是 0。",
    )
    scan = forms.FileField(
        label="扫描件",
        required=False,
        help_text="PDF、JPG、PNG、DOCX、XLSX，20 MB 以内；只有能看到本项目的人能打开。",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    note = forms.CharField(label="备注", max_length=200, required=False)
    advance = forms.BooleanField(label="同时把项目推进到签约", required=False)

    def __init__(self, project: Project, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        park = reference_field(
            "parks",
            user=user,
            current=project.park,
            label="落户园区",
            required=False,
            help_text="签约计入这个园区；项目还没有园区的，一并填上。",
        )
        self.fields["park"] = park
        self.order_fields(["kind", "signed", "amount", "park", "scan", "note", "advance"])
        self.initial.setdefault("park", project.park_id)
        self.initial.setdefault("signed", clock.today())
        if not (project.is_active and project.stage == Stage.NEGOTIATION):
            del self.fields["advance"]


class EnquiryForm(VerbForm):
    """Accepting an enquiry: what the project will be called."""

    name = forms.CharField(label="项目名称", max_length=150)
    note = forms.CharField(label="受理说明", max_length=300, required=False)


class DeclineForm(VerbForm):
    note = forms.CharField(
        label="不予受理的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "例如：不符合产业方向，已电话说明"}),
    )
