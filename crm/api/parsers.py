"""Reading JSON without bending numbers and without falling over."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a JSON number")


class JSONParser(parsers.JSONParser):
    """Numbers with a point become Decimal; NaN, Infinity and bottomless nesting are refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(
                stream.read().decode(), parse_float=Decimal, parse_constant=_no_number
            )
        except (ValueError, RecursionError) as error:
            raise ParseError("请求不是合法的 JSON。") from error
