"""What is taken out of a picture, and what must stay."""

from __future__ import annotations

import struct
import zlib

import pytest

from gearpark.base.problems import Problem
from gearpark.kit.metadata import without_metadata
from gearpark.kit.pictures import read_picture

SECRET = b"GPS 28.97 106.93 Qijiang"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turn: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0) + SECRET
    return segment(0xE1, b"Exif\0\0" + tiff)


def jpeg(*extra: bytes, tail: bytes = b"") -> bytes:
    size = segment(0xC0, b"\x08" + struct.pack(">HH", 3, 4) + b"\x01\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + b"".join(extra)
        + size
        + scan
        + b"\xff\xd9"
        + tail
    )


def test_a_photo_loses_place_comment_thumbnail_and_what_follows_it() -> None:
    data = jpeg(
        exif(1), segment(0xFE, SECRET), segment(0xED, SECRET), segment(0xE2, b"MPF\0" + SECRET), tail=SECRET
    )
    clean = without_metadata(data, "image/jpeg")
    assert SECRET not in clean
    assert clean == jpeg()
    facts = read_picture(clean)
    assert (facts.media_type, facts.width, facts.height) == ("image/jpeg", 4, 3)


def test_how_a_photo_is_turned_stays_and_nothing_else() -> None:
    clean = without_metadata(jpeg(exif(6)), "image/jpeg")
    assert SECRET not in clean
    assert b"Exif\0\0" in clean
    assert without_metadata(clean, "image/jpeg") == clean


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_png_loses_its_texts() -> None:
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    rest = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    data = head + chunk(b"tEXt", SECRET) + chunk(b"eXIf", SECRET) + rest + SECRET
    assert without_metadata(data, "image/png") == head + rest


def test_a_webp_loses_exif_and_its_flag() -> None:
    def block(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    head = bytes([0x0C | 0x20, 0, 0, 0]) + (3).to_bytes(3, "little") + (2).to_bytes(3, "little")
    body = (
        b"WEBP"
        + block(b"VP8X", head)
        + block(b"VP8L", b"\x2fabc")
        + block(b"EXIF", SECRET)
        + block(b"XMP ", SECRET)
    )
    clean = without_metadata(b"RIFF" + struct.pack("<I", len(body)) + body, "image/webp")
    assert SECRET not in clean
    assert clean[20] == 0x20
    assert struct.unpack("<I", clean[4:8])[0] == len(clean) - 8
    assert (read_picture(clean).width, read_picture(clean).height) == (4, 3)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", jpeg()[:-4], b"\x89PNG\r\n\x1a\n" + b"\0" * 20])
def test_what_is_cut_off_is_refused(data: bytes) -> None:
    for kind in ("image/jpeg", "image/png", "image/webp", "image/gif"):
        with pytest.raises(Problem):
            without_metadata(data, kind)
