"""Filters of a ledger's list, made from its columns; the desk and the API use the same."""

from crm.filters.base import Asked, ask, filterset, orderings

__all__ = ["Asked", "ask", "filterset", "orderings"]
