"""Pictures of the demo's work instructions, drawn here: a housing on its fixture, its bores, plugged, under the probe."""

from __future__ import annotations

import itertools
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 600  # pixels
Colour = tuple[int, int, int]
Grid = NDArray[np.float32]
Point = tuple[float, float]
PAPER, INK, METAL, DARK = (248, 247, 244), (58, 53, 48), (214, 211, 205), (168, 164, 157)
ACCENT, RED, GREEN = (38, 104, 172), (190, 52, 40), (40, 132, 76)
OUTLINE: tuple[Point, ...] = (
    (250, 150), (330, 96), (560, 86), (690, 130), (740, 240), (728, 400), (640, 492), (430, 512), (290, 470), (226, 360),
)  # fmt: skip
BORES: tuple[tuple[float, float, float], ...] = (
    (380, 235, 62),
    (560, 215, 78),
    (600, 375, 66),
    (405, 385, 54),
)
BOLTS: tuple[Point, ...] = tuple((x * 0.94 + 29, y * 0.94 + 18) for x, y in OUTLINE)
SEGMENTS = {"1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc"}
STROKES: dict[str, tuple[Point, Point]] = {
    "a": ((-1, -2), (1, -2)), "b": ((1, -2), (1, 0)), "c": ((1, 0), (1, 2)), "d": ((-1, 2), (1, 2)),
    "e": ((-1, 0), (-1, 2)), "f": ((-1, -2), (-1, 0)), "g": ((-1, 0), (1, 0)),
}  # fmt: skip


class Sheet:
    """A drawing sheet: shapes are laid over each other, edges softened by their distance, then written as a PNG."""

    def __init__(self) -> None:
        self.pixels = np.full((HEIGHT, WIDTH, 3), PAPER, dtype=np.float32)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        x, y, place = _window(centre, centre, radius)
        self._lay(place, np.hypot(x - centre[0], y - centre[1]) - radius, colour)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        x, y, place = _window(centre, centre, radius + width)
        gap = np.abs(np.hypot(x - centre[0], y - centre[1]) - radius)
        self._lay(place, gap - width / 2, colour)

    def line(self, a: Point, b: Point, width: float, colour: Colour) -> None:
        x, y, place = _window(a, b, width)
        self._lay(place, _gap(x, y, a, b) - width / 2, colour)

    def box(self, corner: Point, size: Point, colour: Colour) -> None:
        left, top, right, bottom = (*corner, corner[0] + size[0], corner[1] + size[1])
        self.area(((left, top), (right, top), (right, bottom), (left, bottom)), colour)

    def area(self, points: tuple[Point, ...], colour: Colour) -> None:
        """A filled polygon (even-odd)."""
        low = (min(x for x, _ in points), min(y for _, y in points))
        high = (max(x for x, _ in points), max(y for _, y in points))
        x, y, place = _window(low, high, 2)
        inside = np.zeros(x.shape, dtype=bool)
        gap = np.full(x.shape, np.inf, dtype=np.float32)
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            crosses = (a[1] > y) != (b[1] > y)
            inside ^= crosses & (x < (b[0] - a[0]) * (y - a[1]) / ((b[1] - a[1]) or 1e-6) + a[0])
            gap = np.minimum(gap, _gap(x, y, a, b))
        self._lay(place, np.where(inside, -gap, gap), colour)

    def closed(self, points: tuple[Point, ...], width: float, colour: Colour) -> None:
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            self.line(a, b, width, colour)

    def _lay(self, place: tuple[slice, slice], outside: Grid, colour: Colour) -> None:
        """Blend a colour in; ``outside`` is the distance from the shape's edge in pixels, negative within."""
        share = np.clip(0.5 - outside, 0.0, 1.0)[..., None].astype(np.float32)
        self.pixels[place] = self.pixels[place] * (1 - share) + np.array(colour, dtype=np.float32) * share

    def mark(self, centre: Point, digit: str, target: Point, colour: Colour) -> None:
        """A numbered ball with a leader to its target."""
        self.line(centre, target, 3, colour)
        self.disc(target, 5, colour)
        self.disc(centre, 27, colour)
        for name in SEGMENTS[digit]:
            (ax, ay), (bx, by) = STROKES[name]
            start = (centre[0] + ax * 6, centre[1] + ay * 6)
            self.line(start, (centre[0] + bx * 6, centre[1] + by * 6), 4.5, PAPER)

    def png(self) -> bytes:
        """The sheet as PNG bytes."""
        pixels = np.round(self.pixels).astype(np.uint8)
        rows = np.concatenate([np.zeros((HEIGHT, 1), dtype=np.uint8), pixels.reshape(HEIGHT, -1)], axis=1)
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        body = (
            _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + _chunk(b"IEND", b"")
        )
        return b"\x89PNG\r\n\x1a\n" + body


def _window(a: Point, b: Point, reach: float) -> tuple[Grid, Grid, tuple[slice, slice]]:
    """Coordinates of the pixels around two points, and where they lie on the sheet."""
    left, right = int(max(min(a[0], b[0]) - reach - 2, 0)), int(min(max(a[0], b[0]) + reach + 3, WIDTH))
    top, bottom = int(max(min(a[1], b[1]) - reach - 2, 0)), int(min(max(a[1], b[1]) + reach + 3, HEIGHT))
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    return x, y, (slice(top, bottom), slice(left, right))


def _gap(x: Grid, y: Grid, a: Point, b: Point) -> Grid:
    """Distance of each pixel from the stretch a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    part = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
    return np.hypot(x - a[0] - part * dx, y - a[1] - part * dy)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _housing(sheet: Sheet, *, cut: bool = True) -> None:
    sheet.area(OUTLINE, METAL)
    sheet.closed(OUTLINE, 5, INK)
    for bolt in BOLTS:
        sheet.disc(bolt, 9, PAPER)
        sheet.ring(bolt, 9, 2.5, INK)
    for x, y, radius in BORES:
        sheet.disc((x, y), radius + 12, DARK)
        sheet.ring((x, y), radius + 12, 2.5, INK)
        sheet.disc((x, y), radius, PAPER if cut else METAL)
        sheet.ring((x, y), radius, 4, INK)


def fixture() -> bytes:
    """The blank on its fixture: three datum pads, two clamps."""
    sheet = Sheet()
    sheet.box((120, 530), (720, 34), DARK)
    for x in (300, 620):
        sheet.box((x - 26, 470), (52, 62), DARK)
    sheet.box((120, 250), (96, 44), DARK)
    _housing(sheet, cut=False)
    for x, y in ((250, 128), (700, 118)):
        sheet.line((x - 60, y - 60), (x + 14, y + 22), 16, ACCENT)
        sheet.disc((x + 14, y + 22), 15, ACCENT)
    for digit, target, ball in (
        ("1", (300, 472), (300, 572)),
        ("2", (620, 486), (620, 572)),
        ("3", (226, 272), (70, 272)),
    ):
        sheet.mark(ball, digit, target, RED)
    return sheet.png()


def bores() -> bytes:
    """The four bearing bores with their numbers."""
    sheet = Sheet()
    _housing(sheet)
    balls = ((150, 200), (840, 150), (850, 420), (150, 440))
    for number, ((x, y, radius), ball) in enumerate(zip(BORES, balls, strict=True), start=1):
        sheet.ring((x, y), radius, 9, ACCENT)
        edge = radius if ball[0] > x else -radius
        sheet.mark(ball, str(number), (x + edge, y), ACCENT)
    return sheet.png()


def plugs() -> bytes:
    """Every bore plugged, the test hose on the first."""
    sheet = Sheet()
    _housing(sheet)
    for x, y, radius in BORES:
        sheet.disc((x, y), radius - 3, RED)
        sheet.ring((x, y), radius - 16, 4, PAPER)
    hose = ((380, 235), (300, 60), (140, 50), (60, 140), (60, 330))
    for a, b in itertools.pairwise(hose):
        sheet.line(a, b, 16, INK)
    sheet.box((20, 330), (96, 150), METAL)
    sheet.closed(((20, 330), (116, 330), (116, 480), (20, 480)), 4, INK)
    sheet.disc((68, 380), 26, PAPER)
    sheet.ring((68, 380), 26, 4, INK)
    sheet.line((68, 380), (84, 364), 4, RED)
    return sheet.png()


def probe() -> bytes:
    """The measuring probe in bore two, its ways to the others."""
    sheet = Sheet()
    _housing(sheet)
    sheet.box((530, 0), (60, 84), DARK)
    sheet.line((560, 84), (560, 205), 10, INK)
    sheet.disc((560, 215), 14, RED)
    for x, y, radius in BORES:
        for angle in np.linspace(0, 2 * np.pi, 9)[:-1]:
            sheet.disc((x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle))), 6, GREEN)
    sheet.line((620, 300), (610, 330), 4, ACCENT)
    sheet.line((520, 380), (470, 384), 4, ACCENT)
    sheet.line((395, 320), (388, 300), 4, ACCENT)
    return sheet.png()
