"""What is asked of somebody who imports a table: the file, then what its headings mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from crm import ledgers
from crm.access import Action
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.models import ImportUpload
from crm.spreadsheets import columns
from crm.spreadsheets.columns import FileColumn, Layout
from crm.spreadsheets.plan import needed_columns
from crm.spreadsheets.reader import KINDS, MAX_BYTES
from crm.spreadsheets.stage_words import REFUSE, SEVERAL


def importable(user: Any) -> list[Ledger]:
    return [one for one in ledgers.every() if one.import_columns and one.can(user, Action.IMPORT)]


MAX_PASTED_BYTES = 2 * 1024 * 1024
PASTED_NAME = "粘贴的表格.csv"


class ImportForm(forms.Form):
    """A table: a file, or what was pasted into the page."""

    ledger = forms.ChoiceField(label="导入到")
    file = forms.FileField(
        label="表格文件",
        required=False,
        max_length=120,
        help_text="Excel、WPS、CSV、ods 或系统导出的网页表格，10 MB、2 万行以内，"
        "照原样上传就行：下一步再对表头。",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in KINDS)}),
    )
    pasted = forms.CharField(
        label="或者粘贴表格",
        required=False,
        strip=False,  # a blank first cell is a cell
        help_text="在 Excel 里选中、复制，粘贴到这里；一行一条的名单也行。2 MB、2 万行以内。",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["ledger"].choices = [(one.key, one.label) for one in importable(user)]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload and upload.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 10 MB，请只保留要导入的数据，或分成几个文件。")
        return upload

    def clean_pasted(self) -> str:
        text: str = self.cleaned_data["pasted"]
        if len(text.encode()) > MAX_PASTED_BYTES:
            raise forms.ValidationError("粘贴的内容超过 2 MB，请存成文件再导入。")
        return text if text.strip() else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors.keys() & {"file", "pasted"}:
            if not given.get("file") and not given.get("pasted"):
                self.add_error("file", "请选择一个文件，或者把表格粘贴在下面。")
            elif given.get("file") and given.get("pasted"):
                self.add_error("pasted", "文件和粘贴的表格只能用一样，请清空一样。")
        return given

    @property
    def source(self) -> str:
        """The field the table stands in."""
        return "file" if self.cleaned_data["file"] else "pasted"

    def table(self) -> tuple[str, bytes]:
        """(name, content) of the table; what was pasted is kept as a file of that name."""
        if self.source == "pasted":
            return PASTED_NAME, self.cleaned_data["pasted"].encode("utf-8-sig")
        file = self.cleaned_data["file"]
        return file.name, file.read()


@dataclass(frozen=True)
class Line:
    """One heading on the page. units: which list of units its field takes ("" = none)."""

    index: str
    heading: FileColumn
    units: str
    is_together: bool
    is_match: bool


@dataclass(frozen=True)
class Constant:
    """A required column the file lacks: what may be said (nothing listed = anything), and is."""

    column: Column
    choices: list[str]
    value: str


class HeadingsForm:
    """A select of fields and one of units for every heading. Made from the layout alone, or from
    the layout and what was sent; what was sent is shown again when it is refused."""

    def __init__(
        self, layout: Layout, upload: ImportUpload, ledger: Ledger, sent: QueryDict | None
    ) -> None:
        self.layout, self.ledger, self.sent = layout, ledger, sent
        self.upload = upload
        self.is_same = sent is not None and sent.get("print") == layout.print
        if sent is not None and self.is_same:
            self.together = set(sent.getlist("together"))
            self.match = set(sent.getlist("match"))
            several = sent.get("several_stages", REFUSE)
            self.several_stages = several if several in SEVERAL else REFUSE
            return
        grouped = upload.settings.get("group_by", [])
        self.together = {str(i) for i, c in enumerate(layout.columns) if c.field in grouped}
        match = upload.settings.get("match", [])
        self.match = {str(i) for i, c in enumerate(layout.columns) if c.field in match}
        self.several_stages = upload.settings.get("several_stages") or REFUSE

    def settings(self, sheet: str | None) -> dict[str, Any]:
        """What was settled; Refused when it cannot be meant so."""
        if self.sent is None or not self.is_same:
            raise Refused("表头和刚才的不一样了，请核对下面新的对应。", "stale")
        count = range(len(self.layout.columns))
        return columns.settings_from(
            self.layout,
            self.ledger,
            [self.sent.get(f"field-{i}", "") for i in count],
            [self.sent.get(f"unit-{i}", "") for i in count],
            together=self.together,
            match=self.match,
            several_stages=self.several_stages,
            sheet=sheet,
            constants={
                one.name: self.sent.get(f"constant-{one.name}", "") for one in self.required
            },
        )

    @property
    def required(self) -> list[Column]:
        """The columns a new row needs and no list has to have: what is the same in every row is
        said once."""
        names = {one.name for one in needed_columns(self.ledger)}
        return [
            one
            for one in self.ledger.import_columns
            if one.required and one.made is None and one.name not in names
        ]

    @property
    def constants(self) -> list[Constant]:
        """Those the file has no column for, with what was said for every row."""
        known = {column.field for column in self.layout.columns}
        given = self.sent or {}
        kept = self.upload.settings.get("constants", {})
        return [
            Constant(
                one,
                [str(label) for _, label in one.choices.choices] if one.choices else [],
                given.get(f"constant-{one.name}", kept.get(one.name, "")),
            )
            for one in self.required
            if one.name not in known
        ]

    def keep_typed(self) -> None:
        if self.sent is None or not self.is_same:
            return
        for index, column in enumerate(self.layout.columns):
            column.field = self.sent.get(f"field-{index}") or None
            column.chosen_unit = self.sent.get(f"unit-{index}", "")

    @property
    def lines(self) -> list[Line]:
        kinds = {one.name: columns.unit_kind(one) for one in self.ledger.import_columns}
        return [
            Line(
                str(i),
                column,
                kinds.get(column.field or "", ""),
                str(i) in self.together,
                str(i) in self.match,
            )
            for i, column in enumerate(self.layout.columns)
        ]

    @property
    def fields(self) -> list[tuple[Column, str]]:
        return [(one, columns.unit_kind(one)) for one in self.ledger.import_columns]

    @property
    def units(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        return columns.unit_choices()

    @property
    def has_stages(self) -> bool:
        return any(one.kind is Kind.STAGE for one in self.ledger.import_columns)

    @property
    def matched_count(self) -> int:
        return sum(1 for column in self.layout.columns if column.field and not column.is_repeated)
