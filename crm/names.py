"""Names compared the way people compare them: without width, spaces, brackets and legal forms."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s\W_]+")
_LEGAL = re.compile(
    r"(集团)?(股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|合伙企业(有限合伙)?)$"
)


def name_key(name: str) -> str:
    """Equal for names that differ only in width, case, spaces, brackets or punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def company_key(name: str) -> str:
    """A company's name key without its legal form: 佳禧印染有限公司 and 佳禧印染 are one."""
    key = name_key(name)
    return _LEGAL.sub("", key) or key
