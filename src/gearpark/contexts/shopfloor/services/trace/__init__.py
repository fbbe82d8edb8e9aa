"""Writes of genealogy. Facts are only ever added; a wrong one is declared wrong by one more."""

from .errors import declare_wrong
from .facts import add_facts, add_facts_of_many
from .follow import LOOPS, follow_all, follow_line

__all__ = ["LOOPS", "add_facts", "add_facts_of_many", "declare_wrong", "follow_all", "follow_line"]
