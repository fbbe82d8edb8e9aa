"""Reads of genealogy: a part's life story, what went into it, and everything a cause touched."""

from .down import recall, trace_down
from .passport import part_of, passport
from .public_pass import passport_link, public_passport
from .since import last_good
from .up import trace_up

__all__ = [
    "last_good",
    "part_of",
    "passport",
    "passport_link",
    "public_passport",
    "recall",
    "trace_down",
    "trace_up",
]
