"""Takes out of a picture what its maker did not mean to show: place, time, device, thumbnails, trailing data.

Nothing is decoded: the picture's own blocks are copied, the others left out. How a photo is to be turned is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gearpark.base.problems import Problem

MAX_BLOCKS = 100_000
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_FLAGS = 0xFF & ~(0x08 | 0x04)  # no EXIF, no XMP
_JPEG_KEPT_APP = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, Adobe's colour transform
_ICC, _EXIF = b"ICC_PROFILE\0", b"Exif\0\0"
_BEGINS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
_SOS, _EOI, _COMMENT = 0xDA, 0xD9, 0xFE


def without_metadata(data: bytes, media_type: str) -> bytes:
    """The same picture with its own blocks only. Problem ``picture.kind`` when it does not hang together."""
    try:
        if not data.startswith(_BEGINS[media_type]):
            raise ValueError("another kind")
        made = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}[media_type](data)
    except (KeyError, struct.error, IndexError, ValueError) as error:
        raise Problem("picture.kind", "Only PNG, JPEG and WebP pictures are taken.", status=415) from error
    return made


def _png(data: bytes) -> bytes:
    made, at = [data[:8]], 8
    for _block in range(MAX_BLOCKS):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            break
        if kind in _PNG_KEPT:
            made.append(data[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(made)
    raise ValueError("no end")


def _webp(data: bytes) -> bytes:
    (size,) = struct.unpack("<I", data[4:8])
    made, at, end = [], 12, min(8 + size, len(data))
    for _block in range(MAX_BLOCKS):
        if at + 8 > end:
            break
        kind = data[at : at + 4]
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        after = at + 8 + length + length % 2
        if at + 8 + length > end:
            raise ValueError("cut off")
        if kind in _WEBP_KEPT:
            block = data[at:after]
            if kind == b"VP8X":
                block = block[:8] + bytes([block[8] & _WEBP_FLAGS]) + block[9:]
            made.append(block + b"\0" * (after - at - len(block)))
        at = after
    if not made:
        raise ValueError("empty")
    body = b"WEBP" + b"".join(made)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _jpeg(data: bytes) -> bytes:
    made, turn = [b"\xff\xd8"], 1
    for marker, block in _segments(data):
        body = block[4:]
        if marker == 0xE1 and body.startswith(_EXIF):
            turn = _orientation(body[len(_EXIF) :]) or turn
            continue
        if marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT_APP):
            continue
        if marker == 0xE2 and not body.startswith(_ICC):
            continue
        made.append(block)
    if turn != 1:
        made.insert(1, _turned(turn))
    return b"".join(made)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, its bytes) after the start of image, up to and with the end of image; a scan comes with its data."""
    at = 2
    for _block in range(MAX_BLOCKS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1  # fill bytes
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, data[at : at + 2]
            return
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        end = at + 2 + length
        if marker == _SOS:
            end = _scan_end(data, end)
        if end > len(data):
            break
        yield marker, data[at:end]
        at = end
    raise ValueError("no end")


def _scan_end(data: bytes, at: int) -> int:
    """Where entropy-coded data ends: the next marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.index(0xFF, at)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _orientation(tiff: bytes) -> int | None:
    """Orientation 1..8 from the first directory of an EXIF block."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack(order + "I", tiff[4:8])
        (count,) = struct.unpack(order + "H", tiff[start : start + 2])
        for index in range(min(count, 200)):
            entry = start + 2 + 12 * index
            name, _kind, _number, value = struct.unpack(order + "HHIH", tiff[entry : entry + 10])
            if name == 0x0112:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _turned(turn: int) -> bytes:
    """An EXIF block that says nothing but the orientation."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
