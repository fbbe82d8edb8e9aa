"""Documents as PDF, set by Typst: a template file says how it looks, plain data says what it holds.

Data reaches the template as JSON, never as markup: whatever a person or a machine wrote is text. Fonts come with the
package (``kit/fonts``), so a page looks the same on every machine; nothing is fetched. Blocking; a page takes some 20 ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.http import HttpResponse

from gearpark.base.problems import Problem

FONTS = Path(__file__).parent / "fonts"
MAX_DATA = 2_000_000  # characters of JSON


def pdf(template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    """``template`` (a ``.typ`` file) filled with ``data`` (JSON-ready; in the template: ``json(bytes(sys.inputs.data))``).

    at  written into the file as its date, so that equal data give equal bytes
    Problems ``kit.pdf_too_big``, ``kit.pdf_failed``.
    """
    return _set(template, data, at, "pdf")


def picture(template: Path, data: Mapping[str, Any], at: datetime) -> list[bytes]:
    """The same as PNG, one a page: for looking at it."""
    made: Any = _set(template, data, at, "png")
    return made if isinstance(made, list) else [made]


def pdf_response(name: str, content: bytes) -> HttpResponse:
    """A PDF that browsers show; saved under ``name``."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _set(template: Path, data: Mapping[str, Any], at: datetime, kind: str) -> Any:
    text = json.dumps(data, ensure_ascii=False)
    if len(text) > MAX_DATA:
        raise Problem("kit.pdf_too_big", "This is too much for one document; choose less.", status=413)
    try:
        return typst.compile(  # type: ignore[call-overload]  # its stubs name the formats one by one
            str(template),
            root=str(template.parent),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format=kind,
            sys_inputs={"data": text},
            timestamp=int(at.timestamp()),
        )
    except (RuntimeError, ValueError, typst.TypstError) as error:
        raise Problem("kit.pdf_failed", f"The document could not be set: {error}", status=500) from error
