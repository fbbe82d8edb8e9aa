"""OEE and the KPIs of ISO 22400-2, element by element, exact in integer microseconds; booked reasons; pieces; pace."""

from .account import account, combined, count, figures, known_time, with_scrap
from .booked import Booking, Charge, Stop, resolved, stops
from .counters import Pieces, Step, pieces_of
from .failures import Failures, failures
from .kpi import ADDED, CODES, FORMULAS, TIMES, Elements, Formula, Kpi, Term, added, elements_of, kpi, kpis
from .mapping import mapping_names, mapping_table, read_mapping
from .pace import Projection, plan_at, project
from .revisions import Change, differences
from .types import (
    STOP_ELEMENTS,
    Account,
    Counts,
    Element,
    Figures,
    Flag,
    Loss,
    MappingTable,
    StateRule,
    StateSpan,
)

__all__ = [
    "ADDED",
    "CODES",
    "FORMULAS",
    "STOP_ELEMENTS",
    "TIMES",
    "Account",
    "Booking",
    "Change",
    "Charge",
    "Counts",
    "Element",
    "Elements",
    "Failures",
    "Figures",
    "Flag",
    "Formula",
    "Kpi",
    "Loss",
    "MappingTable",
    "Pieces",
    "Projection",
    "StateRule",
    "StateSpan",
    "Step",
    "Stop",
    "Term",
    "account",
    "added",
    "combined",
    "count",
    "differences",
    "elements_of",
    "failures",
    "figures",
    "known_time",
    "kpi",
    "kpis",
    "mapping_names",
    "mapping_table",
    "pieces_of",
    "plan_at",
    "project",
    "read_mapping",
    "resolved",
    "stops",
    "with_scrap",
]
