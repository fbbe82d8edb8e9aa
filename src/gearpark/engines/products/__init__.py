"""What is traded: product classes with typed attributes, values with units, better-than, search words, typed queries."""

from .ask import Bound, Query, is_choice, read_query
from .classes import attributes, classes, product_class
from .types import Attribute, Better, Choice, Kind, ProductClass, Value, Values
from .values import fits, from_kept, kept, read_value, read_values, span_of
from .words import is_cjk, normal, pairs, runs, tokens

__all__ = [
    "Attribute",
    "Better",
    "Bound",
    "Choice",
    "Kind",
    "ProductClass",
    "Query",
    "Value",
    "Values",
    "attributes",
    "classes",
    "fits",
    "from_kept",
    "is_choice",
    "is_cjk",
    "kept",
    "normal",
    "pairs",
    "product_class",
    "read_query",
    "read_value",
    "read_values",
    "runs",
    "span_of",
    "tokens",
]
