"""Line types: a firm's own first, else the shipped ones. What a revision says never changes, so it is read once a process."""

from __future__ import annotations

from collections.abc import Iterable

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.lines import LineTemplate, read_template, template, template_codes, template_text
from gearpark.kit.tenant import current_scope

from ..models import Line, LineType
from ..types.line_types import LineTypeInfo, TypeRevision, TypeUse

MAX_READ = 200  # revisions kept in memory
_read: dict[str, LineTemplate] = {}


def shape(code: str, org: str = "") -> LineTemplate:
    """The line type ``code`` names for a firm: its own newest one, else the shipped one.

    ``org`` is needed where the acting scope holds several firms. Problem ``lines.template_unknown``.
    """
    scope = current_scope()
    owner = org or (scope.org if scope is not None and not scope.park_wide else "")
    if scope is not None and owner:
        rows = LineType.objects.of(scope).filter(org=owner, code=code, retired=False)
        digest = rows.order_by("-revision").values_list("digest", flat=True).first()
        if digest:
            return shape_by_digest(scope, digest)
    return template(code)


def shape_of(row: Line) -> LineTemplate:
    """The line type a line was set up with. Runs inside ``acting``."""
    scope = current_scope()
    if not row.type_digest or scope is None:
        return template(row.template)
    return shape_by_digest(scope, row.type_digest)


def shape_by_digest(scope: Scope, digest: str) -> LineTemplate:
    """One revision by its content's digest."""
    found = _read.get(digest)
    if found is None:
        text = LineType.objects.of(scope).filter(digest=digest).values_list("document", flat=True).first()
        if text is None:
            raise NotFound("lines.template_unknown", "There is no such line type that you may see.", known=[])
        found = read_template(text, checked=True)
        if len(_read) >= MAX_READ:
            _read.clear()
        _read[digest] = found
    return found


def chosen_type(scope: Scope, code: str, org: str, digest: str | None) -> tuple[str, LineTemplate]:
    """(digest, line type) of a firm's choice: None its newest own one or else the shipped one, "" the shipped one.

    Problem ``lines.template_unknown``.
    """
    if digest == "":
        return "", template(code)
    rows = LineType.objects.of(scope).filter(org=org, code=code)
    rows = rows.filter(retired=False) if digest is None else rows.filter(digest=digest)
    found = rows.order_by("-revision").values_list("digest", flat=True).first()
    if found:
        return found, shape_by_digest(scope, found)
    if digest:
        raise NotFound("lines.template_unknown", f"There is no such revision of {code!r}.", known=[])
    return "", template(code)


def line_types(scope: Scope, of_org: str = "") -> list[LineTypeInfo]:
    """Every line type the scope may use: own ones (newest revisions, not retired), then the shipped ones.

    ``of_org`` gives what one firm chooses from: its own ones, and shipped ones whose code it has not taken.
    """
    newest: dict[tuple[str, str], LineType] = {}
    rows = LineType.objects.of(scope).order_by("org", "code", "-revision").defer("document")
    for row in rows:
        newest.setdefault((row.org, row.code), row)
    used = _uses(scope)
    own = [
        LineTypeInfo(
            row.org, row.code, row.revision, shape_by_digest(scope, row.digest), "", used=used.get(key, ())
        )
        for key, row in newest.items()
        if not row.retired and of_org in ("", row.org)
    ]
    taken = {info.code for info in own} if of_org else set()
    shipped = [
        LineTypeInfo("", code, 0, template(code), "", used=used.get(("", code), ()))
        for code in template_codes()
        if code not in taken
    ]
    return own + shipped


def line_type(scope: Scope, code: str, org: str = "", revision: int | None = None) -> LineTypeInfo:
    """One line type with its document: the firm's own when it has one of this code, unless ``revision`` is 0.

    Problem ``lines.template_unknown``.
    """
    rows = list(LineType.objects.of(scope).filter(code=code).order_by("org", "-revision"))
    owner = org or next((row.org for row in rows if row.org == scope.org), rows[0].org if rows else "")
    mine = [row for row in rows if row.org == owner]
    used = _uses(scope)
    if revision == 0 or not mine:
        return LineTypeInfo("", code, 0, template(code), template_text(code), used=used.get(("", code), ()))
    row = mine[0] if revision is None else next((r for r in mine if r.revision == revision), None)
    if row is None:
        raise NotFound("lines.template_unknown", f"Line type {code!r} has no revision {revision}.", known=[])
    return LineTypeInfo(
        org=owner,
        code=code,
        revision=row.revision,
        shape=shape_by_digest(scope, row.digest),
        text=row.document,
        retired=mine[0].retired,
        revisions=tuple(TypeRevision(r.revision, r.digest, r.note, r.saved_by, r.saved_at) for r in mine),
        used=used.get((owner, code), ()),
    )


def _uses(scope: Scope) -> dict[tuple[str, str], tuple[TypeUse, ...]]:
    """(firm or "", code) -> lines of that type."""
    digests = {
        (row.org, row.digest): row.revision
        for row in LineType.objects.of(scope).only("org", "digest", "revision").order_by("revision")
    }
    found: dict[tuple[str, str], list[TypeUse]] = {}
    rows: Iterable[Line] = Line.objects.of(scope).order_by("org", "asset")
    for row in rows:
        revision = digests.get((row.org, row.type_digest), 0) if row.type_digest else 0
        key = (row.org if row.type_digest else "", row.template)
        found.setdefault(key, []).append(TypeUse(row.org, row.asset, row.name_en, row.name_zh, revision))
    return {key: tuple(uses) for key, uses in found.items()}
