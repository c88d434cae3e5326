"""The figures of the report, in its order. `from crm.reports import figures; figures.get(key)`."""

from crm.reports.figures import attraction, delivery
from crm.reports.figures.base import Context, Figure, Result, every, get

__all__ = ["Context", "Figure", "Result", "attraction", "delivery", "every", "get"]
