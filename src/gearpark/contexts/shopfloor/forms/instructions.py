"""The form of a work instruction: its steps as rows, read without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..types.instructions import CheckKind, Option, StepInfo, StepWanted

MAX_ROWS = 70
EMPTY_ROWS = 2
RIGHT = "*"


@dataclass(slots=True)
class StepRow:
    """One row of the form as typed."""

    place: str = ""
    text_en: str = ""
    text_zh: str = ""
    picture: str = ""
    check: str = CheckKind.NONE.value
    unit: str = ""
    lower: str = ""
    upper: str = ""
    options: str = ""
    expects: str = ""
    width: int = 0
    height: int = 0
    errors: list[str] = field(default_factory=list)


FIELDS = ("place", "text_en", "text_zh", "picture", "check", "unit", "lower", "upper", "options", "expects")


def rows_of(steps: tuple[StepInfo, ...]) -> list[StepRow]:
    """Stored steps as rows."""
    found = []
    for step in steps:
        wanted = step.wanted
        found.append(
            StepRow(
                place=str(step.position),
                text_en=wanted.text_en,
                text_zh=wanted.text_zh,
                picture=wanted.picture,
                check=wanted.check.value,
                unit=wanted.unit,
                lower="" if wanted.lower is None else f"{wanted.lower:g}",
                upper="" if wanted.upper is None else f"{wanted.upper:g}",
                options=options_text(wanted),
                expects=wanted.expects,
                width=step.picture_width,
                height=step.picture_height,
            )
        )
    return found


def options_text(wanted: StepWanted) -> str:
    """Answers of a choice, one a line: ``code | English | Chinese``; a right one begins with a star."""
    return "\n".join(
        f"{RIGHT if item.code in wanted.right_options else ''}{item.code} | {item.text_en} | {item.text_zh}"
        for item in wanted.options
    )


def typed(post: Mapping[str, Any]) -> list[StepRow]:
    """Rows as they were sent, in the order of their places; empty and removed ones are left out."""
    count = str(post.get("rows", "0"))
    number = min(int(count), MAX_ROWS) if count.isdigit() and len(count) < 4 else 0
    found = []
    for index in range(number):
        cells: dict[str, Any] = {name: str(post.get(f"{name}-{index}", "")).strip() for name in FIELDS}
        row = StepRow(**cells)
        if post.get(f"drop-{index}") or not (row.text_en or row.text_zh):
            continue
        found.append((_place(row.place, index), index, row))
    found.sort(key=lambda item: item[:2])
    return [row for _place_, _index, row in found]


def _place(text: str, index: int) -> float:
    try:
        return float(text)
    except ValueError:
        return 1000.0 + index


def wanted_of(row: StepRow) -> StepWanted:
    """A row as the service takes it; ValueError for a number that is none."""
    kind = CheckKind(row.check) if row.check in set(CheckKind) else CheckKind.NONE
    options, right = [], []
    for line in row.options.splitlines():
        parts = [part.strip() for part in line.split("|")]
        code = parts[0].removeprefix(RIGHT).strip()
        if not code:
            continue
        options.append(Option(code, parts[1] if len(parts) > 1 else code, parts[2] if len(parts) > 2 else ""))
        if parts[0].startswith(RIGHT):
            right.append(code)
    return StepWanted(
        text_en=row.text_en,
        text_zh=row.text_zh,
        picture=row.picture,
        check=kind,
        unit=row.unit,
        lower=_number(row.lower),
        upper=_number(row.upper),
        options=tuple(options),
        right_options=tuple(right),
        expects=row.expects,
    )


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None
