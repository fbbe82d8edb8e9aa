"""Writes of genealogy. Facts are only ever added; a wrong one is declared wrong by one more."""

from .errors import declare_wrong
from .facts import add_facts, add_facts_of_many

__all__ = ["add_facts", "add_facts_of_many", "declare_wrong"]
