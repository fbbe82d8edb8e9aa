"""API of the twin: models and their files, questions and answers, forecasts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import AwareDatetime

from gearpark.base.problems import NotFound
from gearpark.base.time import now_utc
from gearpark.kit.api import guarded

from .queries import forecasts as forecast_queries
from .queries import models as model_queries
from .queries import runs as run_queries
from .services import models as model_services
from .services import runs as run_services
from .types import EDIT, VIEW, Asked, ForecastInfo, Kind, ModelInfo, Question, RunInfo, RunStatus

router = Router()
may_view, may_edit = guarded(VIEW), guarded(EDIT)
MAX_OUT = 500


class ModelOut(Schema):
    """A model without its file. ``per_h``: good parts an hour of its newest run, with half its 95 % interval."""

    id: int
    org: str
    code: str
    name: str
    kind: Kind
    line: str
    revision: int
    per_h: float | None
    per_h_half: float | None
    changed_at: datetime


class ModelFileOut(Schema):
    """A model with its file (YAML) in one revision."""

    id: int
    org: str
    code: str
    name: str
    kind: Kind
    line: str
    revision: int
    newest: int
    text: str


class ModelIn(Schema):
    """A new model. ``text``: a line model or a study in YAML; or ``line``: asset of the line it is built from."""

    text: str = ""
    line: str = ""
    code: str = ""
    name: str = ""


class FileIn(Schema):
    """A changed file; ``base``: the revision it was changed from."""

    text: str
    base: int
    note: str = ""


class AskIn(Schema):
    """A question to a model's newest revision. ``hours``: of an animation; ``days`` before ``until``: of a calibration."""

    question: Question
    replications: int | None = None
    seed: int = 1
    scenarios: list[str] = []
    others: list[int] = []
    hours: float = 2.0
    days: float = 14.0
    until: AwareDatetime | None = None


class RunOut(Schema):
    """A run. ``result``: figures as the command line prints them, empty until it is done; ``problem``: why it failed."""

    id: int
    model_id: int
    revision: int
    question: Question
    status: RunStatus
    settings: dict[str, Any]
    done: int
    of: int
    result: dict[str, Any]
    problem: dict[str, Any]
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


class ForecastOut(Schema):
    """Good parts by the end of a line's shift: 0.1, 0.5 and 0.9 quantiles, and the share that reaches the plan."""

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


@router.get("/models", response=list[ModelOut], summary="Models")
def list_models(request: HttpRequest, archived: bool = False) -> list[Any]:
    """Models of the scope, the newest changed first, at most 500."""
    return list(
        model_queries.model_rows(may_view(request), archived=archived).order_by("-changed_at")[:MAX_OUT]
    )


@router.post("/models", response={201: ModelFileOut}, summary="New model")
def new_model(request: HttpRequest, given: ModelIn) -> Any:
    """Check a file and keep it, or build the model from a line as it is set up."""
    scope = may_edit(request)
    if given.line and not given.text:
        return Status(201, model_services.model_from_line(scope, given.line, name=given.name))
    return Status(
        201, model_services.add_model(scope, given.text, code=given.code, name=given.name, line=given.line)
    )


@router.get("/models/{key}", response=ModelFileOut, summary="One model")
def get_model(request: HttpRequest, key: int, revision: int | None = None) -> ModelInfo:
    """A model with its file, in the newest or an earlier revision."""
    return model_queries.model(may_view(request), key, revision)


@router.put("/models/{key}", response=ModelFileOut, summary="Change a model")
def put_model(request: HttpRequest, key: int, given: FileIn) -> ModelInfo:
    """Keep a changed file as the newest revision; 409 when somebody kept another one since ``base``."""
    return model_services.save_model(may_edit(request), key, given.text, base=given.base, note=given.note)


@router.post("/models/{key}/runs", response={202: RunOut}, summary="Ask a model")
def ask_model(request: HttpRequest, key: int, given: AskIn) -> Any:
    """Ask a question; the answer comes with the run."""
    asked = Asked(
        given.question, replications=given.replications, seed=given.seed, scenarios=tuple(given.scenarios),
        others=tuple(given.others), hours=given.hours, days=given.days, until=given.until,
    )  # fmt: skip
    return Status(202, run_services.ask(may_edit(request), key, asked))


@router.get("/runs/{key}", response=RunOut, summary="One run")
def get_run(request: HttpRequest, key: int) -> RunInfo:
    """How far a run is, and its figures once it is done."""
    return run_queries.run(may_view(request), key)


@router.post("/runs/{key}/keep", response=ModelFileOut, summary="Keep a calibrated model")
def keep_run(request: HttpRequest, key: int) -> ModelInfo:
    """Keep the calibrated file of a finished calibration as its model's newest revision."""
    return run_services.keep_calibrated(may_edit(request), key)


@router.get("/forecasts/{asset}", response=ForecastOut, summary="Forecast of a line's shift")
def get_forecast(request: HttpRequest, asset: str) -> ForecastInfo:
    """The newest forecast of a line's running shift, not older than ten minutes."""
    found = forecast_queries.newest_forecast(may_view(request), asset, now_utc())
    if found is None:
        raise NotFound("twin.no_forecast", f"There is no fresh forecast of {asset[:60]!r}.")
    return found
