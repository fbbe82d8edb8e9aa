"""Models and their revisions."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.linesim.model import Document, Line, build_line, read_document

from ..models import LineModel, ModelRevision, Run
from ..types import Kind, ModelInfo, Question, Revision, RunStatus


def model_rows(scope: Scope, *, archived: bool = False) -> Any:
    """Models with the output of the newest run of their newest revision (``per_h``, ``per_h_half``, ``run_id``)."""
    runs = Run.objects.of(scope).filter(
        revision__model=OuterRef("pk"),
        revision__number=OuterRef("revision"),
        question=Question.RUN.value,
        status=RunStatus.DONE.value,
    )
    newest = runs.order_by("-id")
    return (
        LineModel.objects.of(scope)
        .filter(archived=archived)
        .annotate(
            per_h=Subquery(newest.values("per_h")[:1]),
            per_h_half=Subquery(newest.values("per_h_half")[:1]),
            run_id=Subquery(newest.values("id")[:1]),
        )
    )


def model_row(scope: Scope, key: int) -> LineModel:
    """One model, or NotFound ``twin.model_unknown``."""
    row = LineModel.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("twin.model_unknown", "There is no such model that you may see.")
    return row


def revision_row(scope: Scope, row: LineModel, number: int | None = None) -> ModelRevision:
    """A revision of a model, the newest by default, or NotFound ``twin.revision_unknown``."""
    found = ModelRevision.objects.of(scope).filter(model=row, number=number or row.revision).first()
    if found is None:
        raise NotFound("twin.revision_unknown", f"The model has no revision {number}.")
    return found


def model(scope: Scope, key: int, number: int | None = None) -> ModelInfo:
    """A model in one of its revisions, the newest by default. Problems ``twin.model_unknown``, ``twin.revision_unknown``."""
    row = model_row(scope, key)
    kept = ModelRevision.objects.of(scope).filter(model=row).order_by("-number").defer("document", "layout")
    revisions = tuple(Revision(r.number, r.digest, r.note, r.saved_by, r.saved_at) for r in kept)
    return info_of(row, revision_row(scope, row, number), revisions)


def info_of(row: LineModel, revision: ModelRevision, revisions: tuple[Revision, ...] = ()) -> ModelInfo:
    return ModelInfo(
        id=row.pk,
        org=row.org,
        code=row.code,
        name=row.name,
        kind=Kind(row.kind),
        line=row.line,
        archived=row.archived,
        revision=revision.number,
        newest=row.revision,
        text=revision.document,
        layout={name: (float(x), float(y)) for name, (x, y) in revision.layout.items()},
        revisions=revisions,
        trouble=row.trouble,
    )


def document_of(info: ModelInfo) -> Document:
    """The file as it is read; refusals name it by the model's code."""
    return read_document(info.text, info.code)


def line_of(info: ModelInfo) -> Line:
    """The checked line of a model."""
    return build_line(document_of(info))


def study_models(scope: Scope, document: Document, org: str) -> tuple[ModelInfo, ModelInfo]:
    """The two models a study names by their codes, of the study's own firm. NotFound ``twin.study_model``."""
    found: list[ModelInfo] = []
    for role in ("base", "target"):
        code = str(document.raw.get(role, "")).removesuffix(".yaml")
        row = LineModel.objects.of(scope).filter(org=org, code=code, kind=Kind.LINE.value).first()
        if row is None:
            raise NotFound(
                "twin.study_model",
                f"The study's {role} is {code!r}: there is no line model of this code.",
                role=role,
                model=code,
            )
        found.append(info_of(row, revision_row(scope, row)))
    return found[0], found[1]


def model_of_line(scope: Scope, asset: str) -> ModelInfo | None:
    """The newest model that stands for a line of the shop floor."""
    row = (
        LineModel.objects.of(scope)
        .filter(line=asset, kind=Kind.LINE.value, archived=False)
        .order_by("-changed_at", "-pk")
        .first()
    )
    return None if row is None else info_of(row, revision_row(scope, row))


def choices(scope: Scope, org: str, besides: int = 0) -> list[tuple[int, str]]:
    """(id, name) of a firm's other line models, for a comparison."""
    rows: Any = (
        LineModel.objects.of(scope).filter(org=org, kind=Kind.LINE.value, archived=False).exclude(pk=besides)
    )
    return [(row.pk, row.name) for row in rows.order_by("name")]
