"""List pages: columns, typed filters, search, sort, paging, chosen columns, saved views, CSV and XLSX.

A context describes a list once (``ListSpec``) and its view makes one call::

    return lists.answer(request, SPEC, queries.firm_rows(scope), "ui/list.html", title=_("Firms"))

The template gets ``page`` (a ``ListPage``). SQL per page: count, rows, the person's choices - whatever the size.
"""

from .export import MAX_EXPORT_ROWS, plain_cell
from .page import Cell, ListPage, answer, list_page
from .spec import Column, Filter, ListSpec

__all__ = [
    "MAX_EXPORT_ROWS",
    "Cell",
    "Column",
    "Filter",
    "ListPage",
    "ListSpec",
    "answer",
    "list_page",
    "plain_cell",
]
