"""The figures of the report. `from crm.reports import figures; figures.get(key)`.

Every file of this folder is found by itself; a figure stands in the section its key begins with.
"""

from importlib import import_module
from pkgutil import iter_modules

from crm.reports.figures.base import Context, Figure, Result, every, get

for _found in iter_modules(__path__, f"{__name__}."):
    import_module(_found.name)

__all__ = ["Context", "Figure", "Result", "every", "get"]
