"""Translations: find every text that pages show, compare with the Chinese catalogues, compile them.

The .po files are kept by hand; set-up compiles them (``compile_all``), so no gettext tools are needed.
``python -m gearpark.config.messages`` lists what is missing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
# call name -> positions of its msgid arguments
_CALLS = {
    "_": (0,),
    "gettext": (0,),
    "gettext_lazy": (0,),
    "gettext_noop": (0,),
    "ngettext": (0, 1),
    "ngettext_lazy": (0, 1),
    "pgettext": (1,),
    "pgettext_lazy": (1,),
}
_TRANSLATE = re.compile(r"""\{%-?\s*trans(?:late)?\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_INLINE = re.compile(r'_\("((?:[^"\\]|\\.)*)"\)')
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b(?P<options>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)
_PLURAL = re.compile(r"\{%\s*plural\s*%\}")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")


def catalogues(root: Path = PACKAGE) -> list[Path]:
    """Every django.po of the package, in a stable order."""
    return sorted(root.glob(f"**/locale/{LOCALE}/LC_MESSAGES/django.po"))


def compile_all(root: Path = PACKAGE) -> int:
    """Compile catalogues whose .mo is missing or older; returns how many were written."""
    written = 0
    for path in catalogues(root):
        made = path.with_suffix(".mo")
        if made.exists() and made.stat().st_mtime >= path.stat().st_mtime:
            continue
        polib.pofile(str(path)).save_as_mofile(str(made))
        written += 1
    return written


def _from_template(text: str) -> Iterator[str]:
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", text, flags=re.DOTALL)
    for match in _TRANSLATE.finditer(text):
        yield re.sub(r"\\(.)", r"\1", match.group(1) or match.group(2) or "")
    for match in _INLINE.finditer(text):
        yield match.group(1)
    for match in _BLOCK.finditer(text):
        for part in _PLURAL.split(match["body"]):
            if re.search(r"\btrimmed\b", match["options"]):
                part = " ".join(line.strip() for line in part.splitlines() if line.strip())
            # Django doubles a bare per cent sign of the text before it looks it up
            yield _VARIABLE.sub(r"%(\1)s", part.replace("%", "%%"))


def _from_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for position in _CALLS.get(name, ()):
            if len(node.args) > position:
                argument = node.args[position]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def wanted(root: Path = PACKAGE) -> dict[str, str]:
    """msgid -> file (relative to the package) of every text in templates and modules."""
    found: dict[str, str] = {}
    for path in sorted([*root.glob("**/templates/**/*.html"), *root.glob("**/templates/**/*.txt")]):
        for message in _from_template(path.read_text(encoding="utf-8")):
            found.setdefault(message, str(path.relative_to(root)))
    for path in sorted(root.glob("**/*.py")):
        source = path.read_text(encoding="utf-8")
        if "gettext" not in source:
            continue
        for message in _from_python(source):
            found.setdefault(message, str(path.relative_to(root)))
    found.pop("", None)
    return found


def translated(root: Path = PACKAGE) -> dict[str, str]:
    """msgid -> Chinese, over all catalogues; plural entries give their singular and plural msgids."""
    known: dict[str, str] = {}
    for path in catalogues(root):
        for entry in polib.pofile(str(path)):
            if entry.obsolete or "fuzzy" in entry.flags:
                continue
            text = entry.msgstr or next(iter(entry.msgstr_plural.values()), "")
            if text:
                known[entry.msgid] = text
                if entry.msgid_plural:
                    known[entry.msgid_plural] = text
    return known


def missing(root: Path = PACKAGE) -> list[tuple[str, str]]:
    """(file, msgid) of every text without a Chinese translation."""
    known = translated(root)
    return sorted((path, message) for message, path in wanted(root).items() if message not in known)


def placeholders(text: str) -> set[str]:
    """The names of a message's placeholders."""
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}


def main() -> int:
    """Compile, and list what is missing; exit code 1 when something is."""
    compile_all()
    gaps = missing()
    for path, message in gaps:
        sys.stdout.write(f"{path}: {message}\n")
    return 1 if gaps else 0


if __name__ == "__main__":
    raise SystemExit(main())
