"""Tags: which signals exist, and where they stand in the ISA-95 tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q, QuerySet

from gearpark.base.limits import MAX_CHART_TAGS, MAX_PAGE_ROWS
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.wire import SignalKind

from ..models import Tag
from ..types import TagInfo

MAX_SEARCH_WORDS = 6
MAX_ASSETS_ASKED = 2000


def info(row: Tag) -> TagInfo:
    """Model row -> plain data. The connection's key comes from ``select_related``."""
    return TagInfo(
        org=row.org,
        tag=row.tag,
        asset=row.asset,
        signal=row.signal,
        kind=SignalKind(row.kind),
        unit=row.unit,
        address=row.address,
        interval_s=row.interval_s,
        title_en=row.title_en,
        title_zh=row.title_zh,
        connection=row.connection.key if row.connection is not None else "",
    )


def _rows(scope: Scope) -> QuerySet[Tag]:
    return Tag.objects.of(scope).select_related("connection").filter(retired_at__isnull=True)


def tags_of(scope: Scope, asset: str) -> list[TagInfo]:
    """Every tag of one asset, by signal name; empty when the asset has none or is not the scope's."""
    return [info(row) for row in _rows(scope).filter(asset=asset).order_by("signal")]


def tags_of_assets(scope: Scope, assets: Sequence[str]) -> dict[str, list[TagInfo]]:
    """asset -> its tags, in one query; at most MAX_ASSETS_ASKED assets."""
    made: dict[str, list[TagInfo]] = {asset: [] for asset in assets[:MAX_ASSETS_ASKED]}
    for row in _rows(scope).filter(asset__in=list(made)).order_by("asset", "signal"):
        made[row.asset].append(info(row))
    return made


def live_signal(scope: Scope, assets: Sequence[str], signal: str) -> dict[str, TagInfo]:
    """asset -> its tag of one signal, for the assets that have it."""
    asked = list(assets)[:MAX_ASSETS_ASKED]
    return {row.asset: info(row) for row in _rows(scope).filter(asset__in=asked, signal=signal)}


def known(scope: Scope, tags: Iterable[str], *, at_most: int = MAX_CHART_TAGS) -> list[TagInfo]:
    """Tag texts -> infos in the order asked, duplicates dropped.

    A tag that does not exist and a tag of another organisation give the same Problem.
    Retired tags stay readable: their history does not go away.
    """
    asked = list(dict.fromkeys(tags))
    if len(asked) > at_most:
        raise Problem(
            "telemetry.too_many_tags", f"At most {at_most} tags at once; {len(asked)} were asked for."
        )
    found = {
        row.tag: info(row) for row in Tag.objects.of(scope).select_related("connection").filter(tag__in=asked)
    }
    missing = [tag for tag in asked if tag not in found]
    if missing:
        raise NotFound("telemetry.tag_unknown", f"There is no tag {missing[0]!r} here.", tags=missing[:20])
    return [found[tag] for tag in asked]


def search(
    scope: Scope,
    text: str = "",
    *,
    kind: str = "",
    connection: str = "",
    asset: str = "",
    after: str = "",
    limit: int = 100,
    one_more: bool = False,
) -> list[TagInfo]:
    """Tags whose text, title or unit holds every word of ``text``, ordered by tag, after the tag ``after``.

    one_more  one row beyond ``limit``, by which the caller sees that there are more
    """
    rows = _rows(scope)
    for word in text.split()[:MAX_SEARCH_WORDS]:
        rows = rows.filter(
            Q(tag__icontains=word)
            | Q(title_en__icontains=word)
            | Q(title_zh__icontains=word)
            | Q(unit__iexact=word)
        )
    if kind:
        rows = rows.filter(kind=kind)
    if connection:
        rows = rows.filter(connection__key=connection)
    if asset:
        rows = rows.filter(asset=asset)
    if after:
        rows = rows.filter(tag__gt=after)
    return [info(row) for row in rows.order_by("tag")[: max(1, min(limit, MAX_PAGE_ROWS)) + one_more]]


def count(scope: Scope) -> int:
    """How many tags the scope has."""
    return _rows(scope).count()


def counts_by_asset(scope: Scope) -> dict[str, int]:
    """asset -> number of tags."""
    rows = _rows(scope).order_by().values_list("asset").annotate(n=Count("id"))
    return dict(rows)
