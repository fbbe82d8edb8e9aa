"""A reference case: its data, its parameters, its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gearpark.base.problems import Problem

from .judging import Figures, Tolerance
from .tables import Table, from_json, read_table

FRAME = frozenset({"id", "kind", "file", "params", "expected", "tolerance", "provenance", "source"})
Variants = Figures | list[tuple[str, Figures]]
Kind = Callable[["Case"], Variants]
Read = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case. ``params`` also holds what stands beside it (``skip_lines``, ``layout``); words: provenance, source, notes."""

    id: str
    kind: str
    params: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Tolerance
    words: str
    file: str | None
    read: Read

    @classmethod
    def of(cls, document: Any, read: Read) -> Case:
        """From a case of the document. Raises ``quality.case`` when it is malformed."""
        if not isinstance(document, Mapping):
            raise Problem("quality.case", "A case is an object.")
        kind, expected = document.get("kind"), document.get("expected")
        params, file = document.get("params") or {}, document.get("file")
        if not isinstance(kind, str) or not kind:
            raise Problem("quality.case", "The case names no kind.")
        if not isinstance(expected, Mapping) or not expected:
            raise Problem("quality.case", "The case expects nothing, so nothing can be shown.")
        if not isinstance(params, Mapping) or not (file is None or isinstance(file, str)):
            raise Problem("quality.case", "params must be an object and file a name.")
        tolerance = document.get("tolerance")
        note = tolerance.get("note", "") if isinstance(tolerance, Mapping) else ""
        beside = {key: value for key, value in document.items() if key not in FRAME}
        return cls(
            id=str(document.get("id") or "(no id)"),
            kind=kind,
            params={**beside, **params},
            expected=expected,
            tolerance=Tolerance(tolerance),
            words=" ".join(
                str(part) for part in (document.get("provenance", ""), document.get("source", ""), note)
            ),
            file=file,
            read=read,
        )

    def text(self) -> str:
        """The data file's text."""
        if not self.file:
            raise Problem("quality.case", "The case names no file.")
        return self.read(self.file)

    def table(self) -> Table:
        """The data: the file, or ``data`` / ``values`` / ``x`` beside the case."""
        if self.file:
            skip = self.number("skip_lines")
            found = read_table(self.file, self.text(), skip=None if skip is None else int(skip))
        else:
            data = next((self.params[k] for k in ("data", "values", "x") if k in self.params), None)
            if data is None:
                raise Problem("quality.case", "The case has neither file nor data.")
            found = from_json(data)
        said = self.number("n")
        if said is not None and self.kind in {"univariate", "anova_one_way"} and said != found.rows:
            raise Problem("quality.case", f"The case speaks of {said:g} values; the file holds {found.rows}.")
        return found

    def number(self, *names: str) -> float | None:
        """A number parameter, the first of these names that is there."""
        for name in names:
            if name in self.params and self.params[name] is not None:
                try:
                    return float(self.params[name])
                except (TypeError, ValueError) as error:
                    raise Problem(
                        "quality.case", f"The parameter {name} is no number: {self.params[name]!r}."
                    ) from error
        return None

    def whole(self, *names: str) -> int | None:
        found = self.number(*names)
        return None if found is None else int(found)

    def need(self, *names: str) -> float:
        """A number parameter that must be there."""
        found = self.number(*names)
        if found is None:
            raise Problem("quality.case", f"The case does not say {' or '.join(names)}.")
        return found

    def word(self, *names: str) -> str | None:
        """A text parameter."""
        return next((self.params[n] for n in names if isinstance(self.params.get(n), str)), None)

    def column(self, table: Table, likely: tuple[str, ...], without: tuple[str, ...] = ()) -> str:
        """The column of values."""
        return table.value_column(self.word("column", "value_column", "value", "y"), likely, without)

    def phase1(self, table: Table, rows_a_point: int = 1) -> int | None:
        """Points of phase 1: a parameter, else the leading rows marked ``trial`` = True; None: all."""
        said = self.whole("phase1", "phase1_rows", "phase1_samples", "phase1_points", "phase_1")
        if said is not None:
            return said
        trial = table.has("trial")
        if trial is None:
            return None
        marks = [value.strip().lower() in {"true", "1", "yes", "t"} for value in table.text(trial)]
        leading = next((i for i, mark in enumerate(marks) if not mark), len(marks))
        if any(marks[leading:]):
            raise Problem("quality.case", "The rows of phase 1 are not the first ones.")
        return leading // rows_a_point if 0 < leading < len(marks) else None


def left_out(match: re.Match[str]) -> tuple[int, ...]:
    """Points named in a key such as ``revised_without_15_23``."""
    return tuple(int(point) for point in match[1].split("_"))
