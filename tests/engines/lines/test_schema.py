"""The published JSON Schema is the one the code makes, and every packaged line type is valid by it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gearpark.engines.lines import template_codes, template_text
from gearpark.engines.lines.schema import schema

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "reference" / "line-type.schema.json"


def test_the_published_schema_is_up_to_date() -> None:
    assert PUBLISHED.read_text("utf-8") == json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("code", template_codes())
def test_packaged_types_are_valid(code: str) -> None:
    Draft202012Validator.check_schema(schema())
    faults = list(Draft202012Validator(schema()).iter_errors(tomllib.loads(template_text(code))))
    assert faults == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("life_parts = 130", 'life_parts = "long"'),
        ('kind = "attribute"', 'kind = "maybe"'),
        ("capacity = 12", "colour = 12"),
        ('phase = "production"', 'phase = "dream"'),
        ("mtbf_h = 17.0", "mtbf = 17.0"),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(before: str, after: str) -> None:
    text = template_text("housing-machining")
    assert before in text
    found = tomllib.loads(text.replace(before, after, 1))
    assert not Draft202012Validator(schema()).is_valid(found)
