"""Problems in Chinese: every entry belongs to a code that exists and uses only details that code always gives."""

from __future__ import annotations

import ast
import re

import polib
from django.utils import translation

from gearpark.base.problems import Problem
from gearpark.config import messages
from gearpark.kit.problems import words_of

NAMES = {"Problem", "NotFound", "Forbidden", "__init__"}
# Refusals of one place of a line model: engines/linesim/model adds these details to each.
OF_A_MODEL = {"refusal": {"line", "path", "reason"}, "BadFigure": {"line", "path", "reason"}}
HOLES = re.compile(r"{(\w*)")


def _details() -> dict[str, set[str]]:
    """Code -> names of the details that every place raising it gives."""
    found: dict[str, set[str]] = {}
    for path in messages.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            code = node.args[0].value
            if called in NAMES | set(OF_A_MODEL) and isinstance(code, str):
                given = {item.arg for item in node.keywords if item.arg} - {"status"}
                given |= OF_A_MODEL.get(called, set())
                found[code] = found.get(code, given) & given
    return found


def _entries() -> dict[str, str]:
    return {
        entry.msgid.removeprefix("problem:"): entry.msgstr
        for path in messages.catalogues()
        for entry in polib.pofile(str(path))
        if entry.msgid.startswith("problem:")
    }


def test_entries_fit_the_codes() -> None:
    details = _details()
    wrong = [
        f"{code}: {sorted(set(HOLES.findall(text)) - details.get(code, set()))}"
        for code, text in _entries().items()
        if code not in details or set(HOLES.findall(text)) - details[code]
    ]
    assert wrong == []


def test_words_follow_the_language_and_fall_back() -> None:
    messages.compile_all()
    problem = Problem("registry.uscc_length", "English.", length=3)
    with translation.override("zh-hans"):
        assert words_of(problem) == "统一社会信用代码为 18 位，此处为 3 位。"
        assert words_of(Problem("registry.uscc_length", "English.")) == "English."
        assert words_of(Problem("no.such_code", "English.")) == "English."
    with translation.override("en"):
        assert words_of(problem) == "English."
