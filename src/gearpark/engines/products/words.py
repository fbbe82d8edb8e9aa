"""Search tokens, the same for what is offered and what is asked: Latin words, part numbers, CJK characters and pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_TOKENS = 400  # of one text
_PIECES = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[.\-/_][a-z0-9]+)*")
_PARTS = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")


def normal(text: str) -> str:
    """Full-width forms, capitals and other looks of the same characters become one (NFKC, lower case)."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """Words as people see them: runs of CJK characters, Latin words with their inner points and hyphens."""
    return _PIECES.findall(normal(text))[:MAX_TOKENS]


def is_cjk(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def pairs(run: str) -> list[str]:
    """Neighbouring characters of a CJK run: a word is found where all of its pairs are, without a dictionary."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


def tokens(texts: Iterable[str]) -> list[str]:
    """Tokens to keep: every CJK character and every pair that stands together, Latin words, parts of compound ones."""
    made: list[str] = []
    for text in texts:
        for run in runs(text):
            if is_cjk(run):
                made.extend(run)
                made.extend(pairs(run))
                continue
            made.append(run)
            parts = _PARTS.findall(run)
            if len(parts) > 1:
                made.extend(parts)
    return made[:MAX_TOKENS]
