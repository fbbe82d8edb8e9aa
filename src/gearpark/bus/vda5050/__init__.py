"""VDA 5050 (version 2.1) as Gearpark speaks it: topics, JSON documents, and the rules both sides keep.

What is read is read with suspicion: a document that lacks what the standard demands is a Problem, members nobody
here needs are let pass. What is written is written whole, so that any vehicle of the standard understands it.
"""

from .documents import (
    Action,
    ActionState,
    Connection,
    Edge,
    Header,
    InstantActions,
    Load,
    Node,
    Order,
    Position,
    State,
    VehicleError,
    Visualization,
)
from .reading import read_connection, read_factsheet, read_instant, read_order, read_state, read_visualization
from .rules import (
    Answer,
    Mark,
    Progress,
    Reached,
    acceptance,
    is_free,
    is_news,
    is_ready,
    progress,
)
from .topics import CONTROL_FILTERS, Topic, parse_topic, topic
from .writing import encode

__all__ = [
    "CONTROL_FILTERS",
    "Action",
    "ActionState",
    "Answer",
    "Connection",
    "Edge",
    "Header",
    "InstantActions",
    "Load",
    "Mark",
    "Node",
    "Order",
    "Position",
    "Progress",
    "Reached",
    "State",
    "Topic",
    "VehicleError",
    "Visualization",
    "acceptance",
    "encode",
    "is_free",
    "is_news",
    "is_ready",
    "parse_topic",
    "progress",
    "read_connection",
    "read_factsheet",
    "read_instant",
    "read_order",
    "read_state",
    "read_visualization",
    "topic",
]
