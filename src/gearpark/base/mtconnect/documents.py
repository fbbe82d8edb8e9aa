"""XML documents: parsed once, a DTD or entities refused before anything is expanded."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from xml.parsers import expat

from ..problems import Problem

MAX_XML_BYTES = 64 * 1024 * 1024


class _Found(Exception):
    """The first element was reached: no DTD came before it."""


def local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parse_xml(data: bytes) -> ET.Element:
    """Bytes -> root element. Refuses DTDs (hence entities), oversized and malformed documents: ``mtconnect.xml``."""
    if len(data) > MAX_XML_BYTES:
        raise Problem(
            "mtconnect.xml", f"The document has {len(data)} bytes; at most {MAX_XML_BYTES} are read."
        )
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise Problem("mtconnect.xml", "The document declares a DTD or entities; such documents are refused.")

    def found(*_: Any) -> None:
        raise _Found

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = found
    try:
        parser.Parse(data, True)
    except _Found:
        pass
    except expat.ExpatError as error:
        raise Problem("mtconnect.xml", f"The document is not well-formed XML: {error}.") from error
    try:
        return ET.fromstring(data)  # noqa: S314 - a DTD cannot come after the first element, see above
    except ET.ParseError as error:
        raise Problem("mtconnect.xml", f"The document is not well-formed XML: {error}.") from error


def expect(root: ET.Element, wanted: str) -> None:
    kind = local(root.tag)
    if kind == "MTConnectError":
        errors = [e for e in root.iter() if local(e.tag) == "Error"]
        codes = [e.get("errorCode", "") for e in errors]
        said = "; ".join((e.text or "").strip() for e in errors) or "no text"
        code = "mtconnect.out_of_range" if "OUT_OF_RANGE" in codes else "mtconnect.agent_error"
        raise Problem(code, f"The agent answered {', '.join(codes) or 'an error'}: {said[:200]}", status=502)
    if kind != wanted:
        raise Problem("mtconnect.document", f"Expected a {wanted} document, got {kind[:60]!r}.")
