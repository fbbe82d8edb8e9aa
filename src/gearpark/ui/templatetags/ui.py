"""Template tags of the design system: ``{% load ui %}``.

{% state_chip "running" %}              shape and word in the state's colour
{% state_mark "running" %}              the shape alone, with the word as its accessible name
{% figure value unit label %}           a number with its small grey unit and what it is
{% sparkline values %}                  a line over a list (None = gap)
{% bar share "running" %}               a thin bar of a share 0..1
{% empty title text url label %}        what to show when there is nothing, and how to begin
{% age at %} {% age_s seconds %}        how old
{% crumb label url %}                   one step of the breadcrumb
{{ share|percent }} {{ n|plain:1 }}     numbers as people read them
{% chart_scripts %}                     ECharts and <park-chart>; only on pages with a chart
{% tiles place key %}                    parts of higher rooms at this place of a page, fetched by themselves
{% live tag value unit %}               <live-value>, kept fresh by the page's one event stream
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from gearpark.base.time import now_utc
from gearpark.kit import tiles as bound

from .. import numbers
from ..drawing import gear_path
from ..states import look_of

register = template.Library()

_DEFS = """<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="p-no-data" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="p-paper"/><rect width="1.5" height="6" class="p-hatch"/></pattern>
<pattern id="p-blocked" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" class="p-amber"/><rect width="3" height="8" class="p-amber-dark"/></pattern>
</defs></svg>"""


@register.simple_tag
def state_defs() -> SafeString:
    """Patterns that every page's SVG may fill with: ``url(#p-no-data)``, ``url(#p-blocked)``."""
    return mark_safe(_DEFS)  # noqa: S308 - a constant


def _mark(code: str, labelled: bool) -> SafeString:
    look = look_of(code)
    name = (
        format_html('role="img" aria-label="{}"', look.word) if labelled else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="mark" viewBox="0 0 16 16" width="12" height="12" fill="currentColor" {}>{}</svg>',
        name,
        mark_safe(look.shape),  # noqa: S308 - a constant of states.py
    )


@register.simple_tag
def state_chip(code: str, word: str = "") -> SafeString:
    """Shape and word of a state."""
    look = look_of(code)
    return format_html(
        '<span class="state st-{}">{}<span class="word">{}</span></span>',
        look.code,
        _mark(code, False),
        word or look.word,
    )


@register.simple_tag
def state_mark(code: str) -> SafeString:
    """The shape alone; the word is its accessible name and tooltip."""
    look = look_of(code)
    return format_html(
        '<span class="state st-{}" title="{}">{}</span>', look.code, look.word, _mark(code, True)
    )


@register.filter
def state_word(code: str) -> str:
    return str(look_of(code).word)


@register.simple_tag
def figure(
    value: Any, unit: str = "", label: str = "", note: str = "", url: str = "", size: str = ""
) -> SafeString:
    """A figure tile. ``value`` is shown as it comes when text, grouped when a number."""
    shown = value if isinstance(value, str) else numbers.plain(value)
    inner = format_html(
        '<span class="fig-label">{}</span><span class="fig-value"><b>{}</b>{}</span>{}',
        label,
        shown,
        format_html("<small>{}</small>", unit) if unit else "",
        format_html('<span class="fig-note">{}</span>', note) if note else "",
    )
    if url:
        return format_html('<a class="fig {}" href="{}">{}</a>', size, url, inner)
    return format_html('<div class="fig {}">{}</div>', size, inner)


@register.simple_tag
def sparkline(
    values: Sequence[float | None], width: int = 120, height: int = 28, label: str = ""
) -> SafeString:
    """A sparkline; gaps stay gaps. ``label`` says what it shows."""
    path = numbers.spark_path(list(values), width - 4, height - 4)
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="-2 -2 {} {}" width="{}" height="{}" {}><path d="{}"/></svg>',
        width,
        height,
        width,
        height,
        name,
        path,
    )


@register.simple_tag
def bar(share: float | None, state: str = "", label: str = "", target: float | None = None) -> SafeString:
    """A thin bar of a share 0..1 (drawn up to 1), with an optional tick at a target share."""
    known = share is not None and math.isfinite(share)
    width = max(0.0, min(1.0, float(share or 0.0))) * 100
    tick = ""
    if target is not None and math.isfinite(target):
        at = max(0.0, min(1.0, target)) * 100
        tick = format_html('<line class="bar-tick" x1="{0}%" x2="{0}%" y1="0" y2="8"/>', f"{at:.2f}")
    fill = format_html('<rect class="bar-fill" width="{}%" height="8"/>', f"{width:.2f}")
    return format_html(
        '<svg class="bar {}" height="8" width="100%" {}><rect class="{}" width="100%" height="8"/>{}{}</svg>',
        f"st-{state}" if state else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        "bar-back" if known else "bar-none",
        fill if known else "",
        tick,
    )


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, str]:
    """Empty state: what would be here and how to begin."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.simple_tag(takes_context=True)
def age(context: template.Context, at: datetime | None) -> SafeString:
    """Age of an instant, counted on by the page's clock."""
    now = context.get("now") or now_utc()
    text = numbers.age_at(at, now)
    if at is None:
        return format_html('<span class="age">{}</span>', text)
    return format_html('<time class="age" datetime="{}" data-age>{}</time>', at.isoformat(), text)


@register.filter
def age_s(seconds: float | None) -> str:
    return numbers.age(seconds)


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    return (
        format_html('<li><a href="{}">{}</a></li>', url, label) if url else format_html("<li>{}</li>", label)
    )


@register.filter
def plain(value: Any, decimals: int = 0) -> str:
    """A number as people read it; text and what is missing stay what they are."""
    return value if isinstance(value, str) else numbers.plain(value, int(decimals))


@register.filter
def percent(share: float | None, decimals: int = 1) -> str:
    return numbers.percent(share, int(decimals))


@register.simple_tag
def money(amount_cny: Any) -> SafeString:
    """An amount in CNY: 亿/万元 in Chinese, bn/m CNY in English."""
    number, unit = numbers.money(amount_cny, get_language() or "en")
    return format_html('<span class="money">{}<small>{}</small></span>', number, unit)


@register.simple_tag
def theme_mark(theme: str = "auto") -> SafeString:
    """Half-filled circle for "as the system", empty for light, full for dark."""
    half = {"light": "", "dark": '<circle cx="8" cy="8" r="6"/>'}.get(
        theme or "auto", '<path d="M8 2a6 6 0 0 1 0 12z"/>'
    )
    return mark_safe(  # noqa: S308 - constants
        '<svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">'
        f'<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/>{half}</svg>'
    )


@register.simple_tag
def gear_drawing(teeth: int = 24) -> SafeString:
    """A spur gear drawn to scale with involute flanks (module 10 mm, 20 degrees)."""
    return format_html(
        '<svg class="gear" viewBox="-160 -160 320 320" aria-hidden="true"><path d="{}"/>'
        '<circle r="{}" class="pitch"/><circle r="112" class="thin"/><circle r="44" class="thin"/><circle r="30"/>'
        '<path class="centre" d="M-156 0H156M0 -156V156"/></svg>',
        gear_path(int(teeth), 10.0),
        f"{int(teeth) * 5:.1f}",
    )


@register.simple_tag
def tiles(place: str, key: str) -> SafeString:
    """What higher rooms show at a place of this page, asked for once the page stands and then every minute."""
    parts = [
        format_html(
            '<div class="tile" hx-get="{}" hx-trigger="load, every {}s"></div>',
            reverse(route, args=[key]),
            bound.EVERY_S,
        )
        for route in bound.routes(place)
    ]
    return mark_safe("".join(parts))  # noqa: S308 - made by format_html


@register.simple_tag
def chart_scripts() -> SafeString:
    """ECharts and the <park-chart> element; put it in the ``scripts`` block of pages with a chart."""
    return format_html(
        '<script src="{}" defer></script><script src="{}" type="module"></script>',
        static("ui/vendor/echarts-6.1.0.custom.min.js"),
        static("ui/js/park-chart.js"),
    )


@register.simple_tag
def live(
    tag: str, value: Any = None, unit: str = "", at: datetime | None = None, decimals: int = 1
) -> SafeString:
    """A value kept fresh by the page's one event stream; shows the server's value until then."""
    shown = (
        numbers.plain(value, decimals) if isinstance(value, int | float) else escape(value if value else "–")
    )
    return format_html(
        '<live-value tag="{}" decimals="{}"{}><b>{}</b>{}</live-value>',
        tag,
        decimals,
        format_html(' at="{}"', at.isoformat()) if at else "",
        shown,
        format_html("<small>{}</small>", unit) if unit else "",
    )


@register.filter
def unlocalized(value: Any) -> str:
    """A number for an SVG attribute: always with a point, never grouped."""
    return f"{value:g}" if isinstance(value, float) else str(value)


@register.filter
def share100(share: float) -> str:
    """A share 0..1 as per cent for an SVG attribute."""
    return f"{100 * float(share):.3f}"


@register.filter
def lane_y(lane: int) -> int:
    """Top of a time line's lane: 20 below the hour labels, 14 apart."""
    return 20 + int(lane) * 14


@register.filter
def add_units(value: float, more: float) -> str:
    """Sum for an SVG attribute."""
    return f"{float(value) + float(more):g}"


@register.filter
def one_language(text: Any) -> str:
    """The reader's half of a text that a machine says in two languages."""
    return numbers.one_language(str(text), get_language() or "en")
