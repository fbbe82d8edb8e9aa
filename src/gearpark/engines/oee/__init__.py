"""OEE by ISO 22400-2, element by element, exact in integer microseconds; pieces from counters; pace of a shift."""

from .account import account, combined, count, figures, known_time, with_scrap
from .counters import Pieces, Step, pieces_of
from .mapping import mapping_names, mapping_table, read_mapping
from .pace import Projection, plan_at, project
from .types import Account, Counts, Element, Figures, Flag, Loss, MappingTable, StateRule, StateSpan

__all__ = [
    "Account",
    "Counts",
    "Element",
    "Figures",
    "Flag",
    "Loss",
    "MappingTable",
    "Pieces",
    "Projection",
    "StateRule",
    "StateSpan",
    "Step",
    "account",
    "combined",
    "count",
    "figures",
    "known_time",
    "mapping_names",
    "mapping_table",
    "pieces_of",
    "plan_at",
    "project",
    "read_mapping",
    "with_scrap",
]
