"""The door: what higher rooms and the overview may use of the shop floor."""

from __future__ import annotations

from .queries import lines, recent_alarms
from .queries import summaries as line_summaries
from .queries.document import shift_document, shift_kpis
from .queries.live import BoardView, board_view
from .queries.spells import MAX_DAYS as MAX_SPELL_DAYS
from .queries.spells import line_spells
from .queries.summary import shift_made
from .queries.trace.epcis_out import part_events
from .queries.work.orders import order_id as work_order_id
from .services import ensure_demo_lines, ensure_line, save_calendar, save_line, set_plan
from .services.bookings import book
from .services.care_loops import LOOPS as CARE_LOOPS
from .services.demo_care import ensure_demo_care
from .services.demo_moves import ensure_demo_logistics
from .services.demo_work import OrderSeed, ensure_demo_work
from .services.epcis import capture as capture_events
from .services.follow import LOOPS as FOLLOW_LOOPS
from .services.handover import add_note
from .services.moves.link import LOOPS as FLEET_LOOPS
from .services.moves.pieces import on_operation_done, on_serial_done
from .services.moves.places import on_line_changed
from .services.quality import ensure_demo_charts, ensure_demo_studies, freeze_demo_limits
from .services.quality.follow import LOOPS as SPC_LOOPS
from .services.recalls import LOOPS as RECALL_LOOPS
from .services.stop_reasons import save_reason, set_target
from .services.work.machine_hold import on_station_held
from .types import Alarm, LineChanged, LineInfo, LineSpells, LineSummary, LineWanted, LiveUnit, Spell
from .types.figures import FiguresPublished
from .types.moves import TaskEnded
from .types.shipping import ShipmentSent
from .types.work import OperationDone, SerialDone, SerialStatus, StationHeld

LOOPS = (*FOLLOW_LOOPS, *RECALL_LOOPS, *SPC_LOOPS, *FLEET_LOOPS, *CARE_LOOPS)
LISTENERS = (
    (LineChanged, on_line_changed),
    (OperationDone, on_operation_done),
    (SerialDone, on_serial_done),
    (StationHeld, on_station_held),
)

__all__ = [
    "LISTENERS",
    "LOOPS",
    "MAX_SPELL_DAYS",
    "Alarm",
    "BoardView",
    "FiguresPublished",
    "LineChanged",
    "LineInfo",
    "LineSpells",
    "LineSummary",
    "LineWanted",
    "LiveUnit",
    "OrderSeed",
    "SerialDone",
    "SerialStatus",
    "ShipmentSent",
    "Spell",
    "TaskEnded",
    "add_note",
    "board_view",
    "book",
    "capture_events",
    "ensure_demo_care",
    "ensure_demo_charts",
    "ensure_demo_lines",
    "ensure_demo_logistics",
    "ensure_demo_studies",
    "ensure_demo_work",
    "ensure_line",
    "freeze_demo_limits",
    "line_spells",
    "line_summaries",
    "lines",
    "part_events",
    "recent_alarms",
    "save_calendar",
    "save_line",
    "save_reason",
    "set_plan",
    "set_target",
    "shift_document",
    "shift_kpis",
    "shift_made",
    "work_order_id",
]
