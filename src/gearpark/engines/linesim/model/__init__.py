"""Model files: read with the line of every value, checked, turned into a line; scenarios, published schema."""

from .build import build_line
from .document import Document, read_document
from .fields import schema
from .line import Line, Scenario
from .task import Task, Total, Vary

__all__ = [
    "Document",
    "Line",
    "Scenario",
    "Task",
    "Total",
    "Vary",
    "build_line",
    "read_document",
    "schema",
]
