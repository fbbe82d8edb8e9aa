"""Problems in the reader's language.

A Problem's own sentence is English. A catalogue may hold another one under the message id ``problem:<code>``; it may
use the Problem's details by name (``{expected}``). Without an entry the English sentence stands.
"""

from __future__ import annotations

from django.utils.translation import gettext

from gearpark.base.problems import Problem


def words_of(problem: Problem) -> str:
    """The sentence in the active language."""
    key = f"problem:{problem.code}"
    text = gettext(key)
    if text == key:
        return problem.sentence
    try:
        return text.format(**problem.details)
    except (KeyError, IndexError, ValueError):
        return problem.sentence
