"""What a row's cells say of a person: offices write 张三 13811112222 in one cell, and two numbers
in another. Numbers never stay in a name, which is shown to everybody who sees the person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from crm import personal
from crm.names import name_key
from crm.spreadsheets.reading import RowValues

_FEWEST = 7  # digits of a telephone number
# From the first digit to the last: one number or several, with what stands within and between.
_RUN = re.compile(r"[+(]?\d[\d\s\-().·—–/、,;|或转]*\d")
_BETWEEN = re.compile(r"[、,;:/|\n]+")
_EMPTY_BRACKETS = re.compile(r"\([、\s]*\)|(?<=、)\)")
_NO_NAMES = re.compile(
    r"联系人:|(?:联系|移动|办公)?(?:电话|手机|座机|固话)(?:号码?)?|微信(?:号?同号)?|办公室?|tel|mobile",
    re.IGNORECASE,
)


def parted(text: str) -> tuple[str, list[str]] | None:
    """The names (张三、李四) and the numbers, in their normal form, of a text that holds both or
    numbers alone; None where it holds no number, or anything that is neither."""
    plain = unicodedata.normalize("NFKC", text)
    numbers: list[str] = []
    rest, end = "", 0
    for run in _RUN.finditer(plain):
        if sum(sign.isdigit() for sign in run[0]) < _FEWEST:
            continue
        try:
            numbers += personal.listed(personal.normal_phones(run[0]))
        except ValueError:
            return None
        rest, end = f"{rest}{plain[end : run.start()]}、", run.end()
    rest = _EMPTY_BRACKETS.sub("", _NO_NAMES.sub("", rest + plain[end:]))
    names = [name.strip() for name in _BETWEEN.split(rest) if name.strip(" .-")]
    if not numbers or not all(map(_may_be_name, names)):
        return None
    return "、".join(names), list(dict.fromkeys(numbers))


def _may_be_name(text: str) -> bool:
    letters = re.sub(r"[\s·.()]", "", text)
    return len(letters) > 1 and letters.isalpha() and "传真" not in text  # a fax is no phone


def settle_person(values: RowValues, columns: Mapping[str, str]) -> None:
    """Puts each part of a person where it belongs: out of several numbers the first is the phone,
    the others are further ones. `columns`: part → the column that holds it. What cannot be told
    apart stays as it is, for the ledger's verb to refuse."""
    if not {"name", "phone", "other_phones"} <= columns.keys():
        return
    in_name, in_phone, in_others = (columns[part] for part in ("name", "phone", "other_phones"))
    name, phone, others = (str(values.get(at) or "") for at in (in_name, in_phone, in_others))
    beside_name = parted(name)
    if beside_name is not None:
        name = beside_name[0]
    told = parted(phone)
    if told is not None and told[0] and name and name_key(told[0]) != name_key(name):
        told = None  # somebody else's number
    numbers = [*(told[1] if told else []), *(beside_name[1] if beside_name else [])]
    if told is not None:
        name = name or told[0]
    if numbers and (told is not None or not phone):
        phone, *numbers = dict.fromkeys(numbers)
    further = parted(others)
    others = others if further is None or further[0] else "、".join(further[1])
    others = "、".join(dict.fromkeys([*numbers, *personal.listed(others)]))
    for at, text in ((in_name, name), (in_phone, phone), (in_others, others)):
        if text:
            values[at] = text
        else:
            values.pop(at, None)
