"""The zone from metres to a drawing: pure geometry, no reads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence

from gearpark.contexts.registry.public import GroupShape, PlotShape, ZoneMap

from ..types import FeatureMark, FirmMark, GroupMark, Lamp, LampBoard, LineRow, PlotMark, ZoneDrawing

WIDTH = 1000.0
MAX_HEIGHT = 640.0
MARGIN, HEAD = 14.0, 34.0  # HEAD: room for the name of the northernmost group
LAMP_W, LAMP_H, LAMP_GAP, BOARD_PAD, BOARD_HEAD = 22.0, 26.0, 4.0, 7.0, 17.0
LETTER = 14.0  # size of a firm's name on its board, between the page's and the wall screen's
MIN_FIRM_R, LIT_FIRM_R, MAX_FIRM_R = 1.8, 4.5, 13.0
MAX_LAMPS = 16  # lines of one firm the map lights; more are on the lines page
SCALE_BARS_M = (50, 100, 200, 500, 1000, 2000)
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def draw_zone(zone: ZoneMap, lines: Sequence[LineRow], language: str) -> ZoneDrawing:
    """Project the zone (metres, y north) into a view box (y down), firms as circles whose area is their output."""
    min_x, min_y, max_x, max_y = zone.box
    wide, high = max(max_x - min_x, 1.0), max(max_y - min_y, 1.0)
    scale = min((WIDTH - 2 * MARGIN) / wide, (MAX_HEIGHT - MARGIN - HEAD) / high)
    width, height = wide * scale + 2 * MARGIN, high * scale + MARGIN + HEAD

    def put(point: Point) -> Point:
        return MARGIN + (point[0] - min_x) * scale, HEAD + (max_y - point[1]) * scale

    firms = _firms(zone.plots, put, {line.org for line in lines}, language)
    groups = tuple(_group(group, put, language) for group in zone.groups)
    taken = [_bounds([put(p) for p in plot.polygon]) for plot in zone.plots if plot.polygon]
    taken += [_label_box(group) for group in groups]
    bar_m = max((bar for bar in SCALE_BARS_M if bar * scale <= 140), default=SCALE_BARS_M[0])
    return ZoneDrawing(
        name=_name(zone, language),
        area_km2=zone.area_m2 / 1e6,
        width=round(width, 1),
        height=round(height, 1),
        groups=groups,
        plots=tuple(_plot(plot, put, language) for plot in zone.plots if plot.polygon),
        firms=firms,
        features=tuple(_features(zone, put, language)),
        boards=_boards(firms, lines, taken, width, height),
        bar_m=bar_m,
        bar_units=round(bar_m * scale, 1),
    )


def _name(thing: object, language: str) -> str:
    zh, en = getattr(thing, "name_zh", ""), getattr(thing, "name_en", "")
    return (zh or en) if language.startswith("zh") else (en or zh)


def _path(points: Iterable[Point], closed: bool = True) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")


def _bounds(points: Sequence[Point]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _group(group: GroupShape, put: Callable[[Point], Point], language: str) -> GroupMark:
    points = [put(p) for p in group.polygon]
    left, top, right, _bottom = _bounds(points)
    return GroupMark(
        code=group.code,
        name=_name(group, language),
        path=_path(points),
        label_x=round((left + right) / 2, 1),
        label_y=round(top - 7, 1),
        area_km2=group.area_m2 / 1e6,
    )


def _label_box(group: GroupMark) -> Box:
    """Room that a group's name takes, at the size of the wall screen (24 units; Chinese letters are square)."""
    half = sum(24.0 if ord(letter) > 0x2E7F else 12.5 for letter in group.name) / 2 + 60.0
    return group.label_x - half, group.label_y - 24.0, group.label_x + half, group.label_y + 6.0


def _plot(plot: PlotShape, put: Callable[[Point], Point], language: str) -> PlotMark:
    occupant = plot.occupant_name_zh if language.startswith("zh") else plot.occupant_name_en
    occupant = occupant or plot.occupant_name_en or plot.occupant_name_zh
    kind = plot.occupant_state if plot.occupant else str(plot.status)
    return PlotMark(
        code=plot.code,
        path=_path(put(p) for p in plot.polygon),
        kind=kind or str(plot.status),
        org=plot.occupant,
        title=f"{plot.code} · {occupant}" if occupant else plot.code,
    )


def _firms(
    plots: Sequence[PlotShape], put: Callable[[Point], Point], lit: set[str], language: str
) -> tuple[FirmMark, ...]:
    """One mark per firm, on its largest plot; the biggest are drawn first so that none hides another."""
    home: dict[str, PlotShape] = {}
    for plot in plots:
        if plot.occupant and (plot.occupant not in home or plot.area_m2 > home[plot.occupant].area_m2):
            home[plot.occupant] = plot
    most = max((float(plot.occupant_output_cny or 0) for plot in home.values()), default=0.0) or 1.0
    marks = []
    for org, plot in home.items():
        x, y = put(plot.centre if plot.centre != (0.0, 0.0) else _middle(plot.polygon))
        share = float(plot.occupant_output_cny or 0) / most
        zh_first = language.startswith("zh")
        names = (plot.occupant_name_zh, plot.occupant_name_en)
        marks.append(
            FirmMark(
                org=org,
                name=(names[0] or names[1]) if zh_first else (names[1] or names[0]),
                x=round(x, 1),
                y=round(y, 1),
                r=round(max(LIT_FIRM_R if org in lit else MIN_FIRM_R, MAX_FIRM_R * math.sqrt(share)), 1),
                kind=plot.occupant_state,
                lit=org in lit,
            )
        )
    return tuple(sorted(marks, key=lambda mark: (-mark.r, mark.org)))


def _middle(polygon: Sequence[Point]) -> Point:
    count = max(1, len(polygon))
    return sum(p[0] for p in polygon) / count, sum(p[1] for p in polygon) / count


def _features(zone: ZoneMap, put: Callable[[Point], Point], language: str) -> Iterable[FeatureMark]:
    for feature in zone.features:
        line = feature.get("line")
        if not isinstance(line, list | tuple) or len(line) < 2:
            continue
        points = [put((float(p[0]), float(p[1]))) for p in line]
        at = points[len(points) // 2]
        names = (str(feature.get("name_zh") or ""), str(feature.get("name_en") or ""))
        yield FeatureMark(
            kind=str(feature.get("kind") or "road"),
            name=(names[0] or names[1]) if language.startswith("zh") else (names[1] or names[0]),
            path=_path(points, closed=False),
            label_x=round(at[0], 1),
            label_y=round(at[1], 1),
        )


def _boards(
    firms: Sequence[FirmMark], lines: Sequence[LineRow], taken: list[Box], width: float, height: float
) -> tuple[LampBoard, ...]:
    """A small board of lamps for every firm with lines, where it covers the fewest plots and labels."""
    boards = []
    for firm in sorted((f for f in firms if f.lit), key=lambda f: f.org):
        own = [line for line in lines if line.org == firm.org][:MAX_LAMPS]
        short = _without_form(firm.name)
        wide = max(len(own) * (LAMP_W + LAMP_GAP) - LAMP_GAP, _text_width(short)) + 2 * BOARD_PAD
        high = BOARD_HEAD + LAMP_H + 2 * BOARD_PAD
        left, top = _place(firm, wide, high, taken, width, height)
        taken.append((left, top, left + wide, top + high))
        lamps = tuple(
            Lamp(
                line.asset,
                line.name,
                line.number,
                line.state,
                left + BOARD_PAD + i * (LAMP_W + LAMP_GAP),
                top + BOARD_PAD + BOARD_HEAD,
            )
            for i, line in enumerate(own)
        )
        x2 = min(max(firm.x, left), left + wide)
        y2 = top + high if top + high < firm.y else (top if top > firm.y else firm.y)
        boards.append(LampBoard(firm.org, short, left, top, wide, high, firm.x, firm.y, x2, y2, lamps))
    return tuple(boards)


def _without_form(name: str) -> str:
    """A firm's name without its legal form and without the city that all of them share."""
    return re.sub(r"^(Chongqing |重庆)|( Co\., Ltd\.|有限公司)$", "", name) or name


def _text_width(text: str) -> float:
    """Room a firm's name takes on its board; Chinese letters are square."""
    return sum(LETTER if ord(letter) > 0x2E7F else LETTER * 0.56 for letter in text)


def _place(
    firm: FirmMark, wide: float, high: float, taken: Sequence[Box], width: float, height: float
) -> Point:
    best: tuple[float, float, float] | None = None
    for ring in (40.0, 70.0, 110.0, 160.0, 220.0):
        for turn in range(16):
            angle = math.tau * turn / 16
            left = firm.x + math.cos(angle) * (ring + wide / 2) - wide / 2
            top = firm.y + math.sin(angle) * (ring + high / 2) - high / 2
            left = min(max(left, 2.0), max(2.0, width - wide - 2))
            top = min(max(top, 2.0), max(2.0, height - high - 2))
            box = (left, top, left + wide, top + high)
            covered = sum(_overlap(box, other) for other in taken)
            on_firm = (
                1e5 if left - 6 < firm.x < left + wide + 6 and top - 6 < firm.y < top + high + 6 else 0.0
            )
            cost = covered + on_firm + ring * 4
            if best is None or cost < best[0]:
                best = (cost, left, top)
    if best is None:
        return firm.x, firm.y
    return round(best[1], 1), round(best[2], 1)


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
