"""Labels of parts: two-dimensional symbols as drawings, and the same label in a label printer's own language (ZPL II)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import zxingcpp

from gearpark.base.problems import Problem

from . import gs1

MAX_TEXT = 300  # characters of one symbol
QUIET = 1  # modules of white around a drawing of a Data Matrix; QR codes want four
DOTS_MM = 8  # of a 203 dpi printer
ZPL_FNC1 = "@1"  # "@" is in no GS1 value and is named as the escape character
_HEX = {ord(char): f"\\{ord(char):02X}" for char in "^~\\"}


@dataclass(frozen=True, slots=True)
class Symbol:
    """``width`` x ``height`` modules (short texts give rectangles); ``path`` draws the dark ones, one unit a module."""

    width: int
    height: int
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says. ``link`` is what the QR code holds, "" for none; ``gtin`` "" makes a plain Data Matrix."""

    serial: str
    product: str
    name: str
    firm: str
    gtin: str = ""
    lot: str = ""
    link: str = ""

    @property
    def is_gs1(self) -> bool:
        return bool(self.gtin) and gs1.fits(self.serial)

    @property
    def elements(self) -> dict[str, str]:
        """GS1 element string of the label, empty when the serial is no GS1 one."""
        if not self.is_gs1:
            return {}
        found = {gs1.GTIN: gs1.gtin14(self.gtin), gs1.SERIAL: self.serial}
        return {**found, gs1.LOT: self.lot} if gs1.fits(self.lot) else found

    @property
    def readable(self) -> str:
        """What stands beside the Data Matrix for people."""
        return gs1.bracketed(self.elements) if self.is_gs1 else self.serial

    @property
    def data_matrix(self) -> Symbol:
        return symbol(self.readable, gs1_data=self.is_gs1)

    @property
    def qr(self) -> Symbol | None:
        return symbol(self.link, qr=True) if self.link else None


@lru_cache(maxsize=2_000)
def symbol(text: str, *, qr: bool = False, gs1_data: bool = False) -> Symbol:
    """A QR code or a Data Matrix (with FNC1 where ``text`` is a bracketed element string). Problem ``trace.symbol``."""
    kind = zxingcpp.BarcodeFormat.QRCode if qr else zxingcpp.BarcodeFormat.DataMatrix
    try:
        if not text or len(text) > MAX_TEXT:
            raise ValueError("length")
        made = zxingcpp.create_barcode(text, kind, **({"gs1": True} if gs1_data else {}))
        dark = np.array(made.to_image(scale=1, add_quiet_zones=False)) == 0
    except (ValueError, RuntimeError) as error:
        raise Problem("trace.symbol", f"{text[:40]!r} does not go into a symbol.", status=422) from error
    quiet = 4 if qr else QUIET
    return Symbol(dark.shape[1] + 2 * quiet, dark.shape[0] + 2 * quiet, _path(dark, quiet))


def _path(dark: np.ndarray, quiet: int) -> str:
    """Dark modules as one path, runs of a row together."""
    found = []
    for y, row in enumerate(dark):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        found += [
            f"M{start + quiet} {y + quiet}h{end - start}v1h-{end - start}z"
            for start, end in edges.reshape(-1, 2)
        ]
    return "".join(found)


def zpl(label: Label) -> str:
    """One label of 74 x 32 mm for a 203 dpi printer, UTF-8."""
    if label.is_gs1:
        data = ZPL_FNC1 + gs1.element_string(label.elements).replace(gs1.SEPARATOR, ZPL_FNC1)
        matrix = f"^BXN,6,200,,,,@^FH\\^FD{_safe(data)}^FS"
    else:
        matrix = f"^BXN,6,200^FH\\^FD{_safe(label.serial)}^FS"
    lines = [
        "^XA^CI28",
        f"^PW{74 * DOTS_MM}^LL{32 * DOTS_MM}",
        f"^FO24,32{matrix}",
        f"^FO220,32^A0N,32,28^FH\\^FD{_safe(label.serial)}^FS",
        f"^FO220,76^A0N,24,22^FH\\^FD{_safe(label.product)}^FS",
        f"^FO220,108^A0N,20,18^FB200,3^FH\\^FD{_safe(label.name)}^FS",
        f"^FO220,188^A0N,20,18^FB200,2^FH\\^FD{_safe(label.firm)}^FS",
    ]
    if label.link:
        lines.append(f"^FO436,32^BQN,2,3^FH\\^FDMA,{_safe(label.link)}^FS")
    return "\n".join([*lines, "^XZ"]) + "\n"


def _safe(text: str) -> str:
    """Text in which nothing can be a printer's command."""
    return "".join(char for char in text if char.isprintable()).translate(_HEX)
