"""Pictures that people upload: PNG, JPEG, WebP, known by their content and never by their name. Nothing is decoded."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from gearpark.base.problems import Problem

MAX_PICTURE_BYTES = 1_000_000
MAX_PICTURE_SIDE = 6_000
_MAX_JPEG_SEGMENTS = 200
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture is: media type, size in pixels, SHA-256 of its bytes."""

    media_type: str
    width: int
    height: int
    sha256: str


def read_picture(data: bytes, at_most: int = MAX_PICTURE_BYTES) -> PictureFacts:
    """Facts of a picture of ``at_most`` bytes. Problems ``picture.too_big``, ``picture.kind`` (no PNG, JPEG or WebP), ``picture.side``."""
    if len(data) > at_most:
        raise Problem(
            "picture.too_big",
            f"The picture has {len(data):,} bytes; at most {at_most:,} are taken.",
            status=413,
        )
    try:
        kind, width, height = _png(data) or _jpeg(data) or _webp(data) or ("", 0, 0)
    except (struct.error, IndexError):
        kind, width, height = "", 0, 0
    if not kind:
        raise Problem("picture.kind", "Only PNG, JPEG and WebP pictures are taken.", status=415)
    if not (0 < width <= MAX_PICTURE_SIDE and 0 < height <= MAX_PICTURE_SIDE):
        raise Problem("picture.side", f"A picture is at most {MAX_PICTURE_SIDE} pixels wide and high.")
    return PictureFacts(kind, width, height, hashlib.sha256(data).hexdigest())


def _png(data: bytes) -> tuple[str, int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or b"IEND" not in data[-16:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return "image/png", width, height


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    for _segment in range(_MAX_JPEG_SEGMENTS):
        if data[at] != 0xFF:
            return None
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + length
    return None


def _webp(data: bytes) -> tuple[str, int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        return "image/webp", width, 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return "image/webp", width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return "image/webp", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None
