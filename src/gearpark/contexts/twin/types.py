"""The twin's words: plain data, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

VIEW = "twin.view"
EDIT = "twin.edit"


class Kind(StrEnum):
    """What a model's file holds."""

    LINE = "line"
    STUDY = "study"


class Question(StrEnum):
    """What a run asks of a model."""

    RUN = "run"
    COMPARE = "compare"
    BOTTLENECK = "bottleneck"
    OPTIMIZE = "optimize"
    STUDY = "study"
    ANIMATION = "animation"
    CALIBRATE = "calibrate"


class RunStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (RunStatus.WAITING, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Revision:
    """One kept state of a model's file."""

    number: int
    digest: str
    note: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model in one of its revisions.

    line    asset of the line it stands for; "" for none
    text    the file as kept (YAML)
    layout  where things are drawn: name -> (column, row), those people have moved
    trouble code, sentence and details of why its line could not be forecast the last time
    """

    id: int
    org: str
    code: str
    name: str
    kind: Kind
    line: str
    archived: bool
    revision: int
    newest: int
    text: str
    layout: Mapping[str, tuple[float, float]]
    revisions: tuple[Revision, ...] = ()
    trouble: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A question asked of a model's revision, and its answer once it is done.

    settings  replications, seed and what else the question needs
    done, of  steps of the work
    result    figures of the answer (``engines.linesim.figures``); empty before
    problem   code, sentence and details of what went wrong; empty otherwise
    """

    id: int
    org: str
    model_id: int
    model: str
    kind: Kind
    revision: int
    newest: int
    question: Question
    status: RunStatus
    settings: Mapping[str, Any]
    done: int
    of: int
    result: Mapping[str, Any]
    problem: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @property
    def seconds(self) -> float | None:
        """How long the work took."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class ForecastInfo:
    """Good parts a line will have made by the end of its shift, as seen at a moment; what came of it.

    low, middle, high  0.1, 0.5 and 0.9 quantiles, parts made so far included
    path               rows (seconds from then, low, middle, high)
    happened           pieces made in the end, None while the shift runs; crps: its score, parts
    """

    org: str
    line: str
    day: date
    shift: str
    at: datetime
    ends_at: datetime
    model_id: int
    revision: int
    made: int
    target: int
    mean: float
    low: float
    middle: float
    high: float
    reaches: float
    path: tuple[tuple[float, float, float, float], ...] = ()
    happened: int | None = None
    crps: float | None = None

    @property
    def inside(self) -> bool | None:
        return None if self.happened is None else self.low <= self.happened <= self.high


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How good forecasts of ended shifts were, by how much of the shift was left when they were made.

    share  of the outcomes that lay between low and high (0.8 when the model is right); bias, crps in parts
    """

    left_from: float
    left_to: float
    count: int
    share: float
    bias: float
    crps: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What people ask of a model. ``days``, ``until``: stretch a calibration looks at; None: up to now."""

    question: Question
    replications: int | None = None
    seed: int = 1
    scenarios: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    hours: float = 2.0
    days: float = 14.0
    until: datetime | None = None
