"""What a list shows, said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

Text = str | Promise
Choices = Sequence[tuple[str, Text]]
MAX_FILTER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    key      stable word (in addresses, saved choices, sheet headers)
    value    attribute path ("group.code") or function of the row; gives the shown value
    export   what sheets get instead of ``value`` (codes rather than translated words)
    sort     ORM field to sort by; "" when it cannot be sorted
    state    function of the row -> state code, drawn as a chip
    url      function of the row -> address
    shown    visible until the person chooses otherwise
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    numeric: bool = False
    unit: Text = ""
    sort: str = ""
    state: Callable[[Any], str] | None = None
    url: Callable[[Any], str] | None = None
    export: Callable[[Any], Any] | None = None
    shown: bool = True

    def read(self, row: Any) -> Any:
        """The shown value of one row."""
        if callable(self.value):
            return self.value(row)
        found = row
        for part in (self.value or self.key).split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        return found


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: ``choices`` as a fixed row or a function; ``apply`` an ORM lookup or a function (rows, value)."""

    name: str
    label: Text
    choices: Choices | Callable[[], Choices]
    apply: str | Callable[[QuerySet[Any], str], QuerySet[Any]]

    def options(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(**{self.apply: value}) if isinstance(self.apply, str) else self.apply(rows, value)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A list page. ``search`` holds ORM lookups that the search box looks into (``name_zh__icontains``)."""

    key: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    default_sort: str = ""
    row_url: Callable[[Any], str] | None = None
    page_rows: int = 50
    empty_title: Text = ""
    empty_text: Text = ""
    empty_url: str = ""
    empty_label: Text = ""
    right_to_export: str = ""
    by_key: dict[str, Column] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.by_key.update({column.key: column for column in self.columns})
