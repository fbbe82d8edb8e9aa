"""Models: kept in revisions that never change, changed on the page, made from line types, archived."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import yaml
from django.db import IntegrityError, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import lines
from gearpark.engines.lines import template
from gearpark.engines.linesim.model import Document, build_line, read_document
from gearpark.engines.linesim.study_file import build_study, models_of
from gearpark.engines.linesim.templates import model_text
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_CODE, MAX_NAME, MAX_NOTE, LineModel, ModelRevision
from ..queries.models import info_of, model, model_row, revision_row, study_models
from ..types import EDIT, Kind, ModelInfo

MAX_MODELS = 500  # of a firm
MAX_REVISIONS = 2_000  # of a model
MAX_PLACED = 5_000  # names with a place of their own
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
FAR = 10_000.0  # furthest column or row of a drawing


def add_model(
    scope: Scope, text: str, *, code: str = "", name: str = "", line: str = "", note: str = "", org: str = ""
) -> ModelInfo:
    """Check a file (line model or study) and keep it as revision 1 of a new model.

    Problems: those of the file (``twin.*`` with their line), ``twin.code_taken``, ``twin.too_many_models``,
    ``shopfloor.line_unknown``, ``twin.org_unknown``.
    """
    require(scope, EDIT)
    owner = org or scope.org
    if code and not CODE.fullmatch(code):
        raise Problem("twin.code_wrong", "A code has small letters, digits and hyphens, 60 at most.")
    if not scope.sees(owner):
        raise NotFound("twin.org_unknown", f"There is no organisation {owner!r} that you may act for.")
    with acting(scope):
        document, kind = _checked(scope, text, owner)
        _known_line(scope, owner, line)
        rows = LineModel.objects.of(scope).filter(org=owner)
        if rows.count() >= MAX_MODELS:
            raise Problem(
                "twin.too_many_models",
                f"A firm keeps at most {MAX_MODELS} models; archive some.",
                most=MAX_MODELS,
            )
        shown = (name or str(document.raw.get("name", ""))).strip()[:MAX_NAME] or "model"
        row = LineModel(
            org=owner,
            code=code or _free_code(scope, owner, shown),
            name=shown,
            kind=kind.value,
            line=line,
            revision=1,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Problem(
                "twin.code_taken",
                f"There is a model {row.code!r} already; choose another code.",
                status=409,
                taken=row.code,
            ) from None
        kept = _keep(scope, row, 1, text, {}, note)
        record(
            scope,
            "twin.model_added",
            "twin.model",
            row.code,
            None,
            {"name": shown, "digest": kept.digest, "line": line},
            org=owner,
        )
        return info_of(row, kept)


def model_from_type(scope: Scope, type_code: str, *, name: str = "", language: str = "en") -> ModelInfo:
    """A new model of a shipped line type. Problem ``lines.template_unknown``."""
    return add_model(scope, model_text(template(type_code), name=name, language=language), name=name)


def model_from_line(scope: Scope, asset: str, *, name: str = "", language: str = "en") -> ModelInfo:
    """A new model of a line as it is set up, which stands for that line. Problem ``shopfloor.line_unknown``."""
    require(scope, EDIT)
    with acting(scope):
        found = next((line for line in lines(scope) if line.asset == asset), None)
        if found is None:
            raise NotFound("shopfloor.line_unknown", f"There is no line {asset!r} that you may see.")
        shown = name or found.name(language)
        text = model_text(found.template, name=shown, language=language)
        return add_model(scope, text, name=shown, line=asset, org=found.org)


def save_model(scope: Scope, key: int, text: str, *, base: int, note: str = "") -> ModelInfo:
    """Keep a changed file as the newest revision; the drawing goes with it. The same file again changes nothing.

    base  the revision people had before them; when somebody kept another one since: ``kit.conflict``
    """
    require(scope, EDIT)
    with acting(scope):
        row = LineModel.objects.of(scope).filter(pk=key).select_for_update().first() or model_row(scope, key)
        before = revision_row(scope, row)
        if base != row.revision:
            raise Problem(
                "kit.conflict",
                f"Somebody kept revision {row.revision} while you worked on revision {base}; look at it, then send yours again.",
                status=409,
            )
        document, kind = _checked(scope, text, row.org)
        if kind.value != row.kind:
            raise Problem(
                "twin.kind_changed",
                "A line model cannot become a study, nor a study a line model: add a new one.",
            )
        if text == before.document:
            return model(scope, key)
        if row.revision >= MAX_REVISIONS:
            raise Problem(
                "twin.too_many_models",
                f"A model keeps at most {MAX_REVISIONS} revisions; add a new model.",
                most=MAX_REVISIONS,
            )
        row.revision += 1
        row.name = str(document.raw.get("name", row.name))[:MAX_NAME]
        row.save()
        kept = _keep(scope, row, row.revision, text, _places(before.layout, document), note)
        record(
            scope, "twin.model_saved", "twin.model", row.code, {"revision": before.number, "digest": before.digest},
            {"revision": kept.number, "digest": kept.digest, "note": kept.note}, org=row.org,
        )  # fmt: skip
        return model(scope, key)


def change_model(
    scope: Scope, key: int, changes: Mapping[str, Any], *, base: int, note: str = ""
) -> ModelInfo:
    """Set values at dotted paths (None takes away) and keep the file. Problems as of ``save_model``."""
    with acting(scope):
        info = model(scope, key)
        return save_model(scope, key, changed_text(info.text, changes, info.code), base=base, note=note)


def restore(scope: Scope, key: int, number: int, *, base: int) -> ModelInfo:
    """Keep an earlier revision's file as the newest one. Problem ``twin.revision_unknown``."""
    with acting(scope):
        return save_model(scope, key, model(scope, key, number).text, base=base, note=f"= {number}")


def place_parts(scope: Scope, key: int, layout: Mapping[str, Any]) -> ModelInfo:
    """Keep where things are drawn; the model itself stays as it is. Names and places that are none are left out."""
    require(scope, EDIT)
    with acting(scope):
        info = model(scope, key)
        places = _places(layout, read_document(info.text, info.code))
        ModelRevision.objects.of(scope).filter(model=key, number=info.revision).update(layout=places)
        return model(scope, key)


def changed_text(text: str, changes: Mapping[str, Any], name: str = "model") -> str:
    """A file with values set at dotted paths; parents that are missing are made. Comments are not kept."""
    document = read_document(text, name)
    for path, value in changes.items():
        keys = path.split(".")
        for depth in range(1, len(keys)):
            parent = ".".join(keys[:depth])
            if document.at(tuple(keys[:depth])) is None:
                document = document.patched({parent: {}})
        document = document.patched({path: value})
    return dumped(document.raw)


def dumped(raw: Mapping[str, Any]) -> str:
    """A model's values as a file."""
    return str(yaml.safe_dump(dict(raw), allow_unicode=True, sort_keys=False, width=110))


def link_line(scope: Scope, key: int, asset: str) -> None:
    """Say which line of the shop floor a model stands for; "" for none. Problem ``shopfloor.line_unknown``."""
    require(scope, EDIT)
    with acting(scope):
        row = model_row(scope, key)
        if row.line == asset:
            return
        _known_line(scope, row.org, asset)
        before, row.line = row.line, asset
        row.save()
        record(
            scope, "twin.model_linked", "twin.model", row.code, {"line": before}, {"line": asset}, org=row.org
        )


def archive_model(scope: Scope, key: int, *, back: bool = False) -> None:
    """Put a model away, or bring it ``back``. Its revisions and runs stay."""
    require(scope, EDIT)
    with acting(scope):
        row = model_row(scope, key)
        if row.archived == (not back):
            return
        row.archived = not back
        row.save()
        record(
            scope,
            "twin.model_archived",
            "twin.model",
            row.code,
            {"archived": back},
            {"archived": not back},
            org=row.org,
        )


def _checked(scope: Scope, text: str, org: str) -> tuple[Document, Kind]:
    """The file read and built, so that only what can be run is kept."""
    document = read_document(text.replace("\x00", ""))
    if "base" in document.raw and "target" in document.raw:
        models_of(document)
        one, two = study_models(scope, document, org)
        build_study(document, read_document(one.text, one.code), read_document(two.text, two.code))
        return document, Kind.STUDY
    build_line(document)
    return document, Kind.LINE


def _known_line(scope: Scope, org: str, asset: str) -> None:
    if asset and not any(line.asset == asset for line in lines(scope, [org])):
        raise NotFound("shopfloor.line_unknown", f"There is no line {asset!r} that you may see.")


def _places(layout: Mapping[str, Any], document: Document) -> dict[str, list[float]]:
    """Places of names the file has, columns and rows; what is not a place is left out."""
    known = {"supply", "exit", "scrap"}
    for table in ("stations", "buffers", "transports", "supplies"):
        known |= set(document.raw.get(table) or {})
    made: dict[str, list[float]] = {}
    for name, place in list(layout.items())[:MAX_PLACED]:
        if name in known and isinstance(place, list | tuple) and len(place) == 2:
            try:
                x, y = float(place[0]), float(place[1])
            except (TypeError, ValueError):
                continue
            if abs(x) <= FAR and abs(y) <= FAR:
                made[name] = [round(x, 3), round(y, 3)]
    return made


def _keep(
    scope: Scope, row: LineModel, number: int, text: str, layout: dict[str, list[float]], note: str
) -> ModelRevision:
    kept = ModelRevision(
        org=row.org, model=row, number=number, document=text, digest=hashlib.sha256(text.encode()).hexdigest(),
        layout=layout, note=note.strip()[:MAX_NOTE], saved_by=scope.actor[:MAX_ACTOR],
    )  # fmt: skip
    kept.save(force_insert=True)
    return kept


def _free_code(scope: Scope, org: str, name: str) -> str:
    """A code of the name that is not taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: MAX_CODE - 5] or "model"
    taken = set(
        LineModel.objects.of(scope).filter(org=org, code__startswith=stem).values_list("code", flat=True)
    )
    return (
        stem
        if stem not in taken
        else next(c for c in (f"{stem}-{n}" for n in range(2, MAX_MODELS + 3)) if c not in taken)
    )
