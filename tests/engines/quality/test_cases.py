"""The engine against reference cases: certified NIST values, published examples, closed forms. One row a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gearpark.config import cli
from gearpark.engines.quality.cases import KINDS, check_case

HERE = Path(__file__).parent / "reference"
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "quality"


def _cases() -> list[Any]:
    """Cases of this repository, and those that may only be read beside it."""
    found = {}
    for folder in (HERE, SHARED):
        if (folder / "expected.json").exists():
            for case in json.loads((folder / "expected.json").read_text())["cases"]:
                found.setdefault(case["id"], (folder, case))
    return [pytest.param(folder, case, id=name) for name, (folder, case) in found.items()]


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_reference_case(folder: Path, case: dict[str, Any]) -> None:
    outcome = check_case(case, lambda name: (folder / name).read_text())
    assert outcome.status == "passed", outcome.as_dict()
    assert outcome.compared > 0


def test_the_command_checks_a_whole_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["quality", "check", str(HERE / "expected.json"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["passed"] == answer["cases"] == 29
    assert answer["failed"] == answer["unsupported"] == 0
    assert answer["failing"] == answer["not_supported"] == []


# Every case must be able to fail. What is changed is one value of the expected ones, by more than its tolerance.
def _changed(value: Any, depth: int = 0) -> Any:
    """The same structure with its first number, truth or word made wrong."""
    if isinstance(value, dict):
        for key in value:
            if key in {
                "note",
                "formula",
                "trap",
                "shift_sigma",
                "lots",
                "acceptance_number",
                "reduced_authorised",
            }:
                continue
            if key in {
                "planned_min",
                "run_min",
                "ideal_cycle_min",
                "ideal_rate_per_min",
                "total",
                "good",
                "lot",
            }:
                continue
            if key in {"level", "aql", "severity", "formula"}:
                continue
            other = _changed(value[key], depth + 1)
            if other is not None:
                return {**value, key: other}
        return None
    if isinstance(value, list):
        for i, one in enumerate(value):
            other = _changed(one, depth + 1)
            if other is not None:
                return [*value[:i], other, *value[i + 1 :]]
        return [7] if not value else None
    if isinstance(value, bool):
        return not value
    if value is None:
        return 3
    try:
        number = float(value)
    except ValueError:
        return value + "?"
    wrong = number * 1.37 + 1.3
    return str(wrong) if isinstance(value, str) else int(wrong) + 1 if isinstance(value, int) else wrong


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_a_case_with_a_wrong_value_fails(folder: Path, case: dict[str, Any]) -> None:
    wrong = {**case, "expected": _changed(case["expected"])}
    outcome = check_case(wrong, lambda name: (folder / name).read_text())
    assert outcome.status == "failed"
    assert outcome.differences


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_a_key_nobody_computes_is_unsupported(folder: Path, case: dict[str, Any]) -> None:
    more = {**case, "expected": {**case["expected"], "phase_of_moon": 0.25}}
    outcome = check_case(more, lambda name: (folder / name).read_text())
    assert outcome.status == "unsupported"
    assert outcome.unsupported == ("phase_of_moon",)


def test_wrong_data_fail() -> None:
    case = next(c.values[1] for c in _cases() if c.id == "nist-6.3.3.1-c-chart")
    text = (HERE / case["file"]).read_text()
    outcome = check_case(case, lambda name: text.replace("1,16\n", "1,17\n"))  # the centre moves by 0.04
    assert outcome.status == "failed"
    assert {found["key"] for found in outcome.differences} >= {"center", "ucl"}


BASE = {"id": "x", "kind": "capability_from_moments", "expected": {"cp": 1.0}, "tolerance": {"abs": 0.001}}
BASE |= {"params": {"mean": 16, "sigma": 2, "lsl": 10, "usl": 22}}


def _judged(**changes: Any) -> Any:
    def read(name: str) -> str:
        return (HERE / name).read_text()

    return check_case({**BASE, **changes}, read)


def test_what_cannot_be_judged_never_passes() -> None:
    assert _judged().status == "passed"
    assert _judged(kind="horoscope").status == "unsupported"
    assert _judged(kind="").status == "failed"
    assert _judged(expected={}).status == "failed"
    assert _judged(expected={"note": "fine"}).status == "unsupported"
    assert _judged(params={"mean": 16}).status == "failed"
    assert _judged(params="mean 16").status == "failed"
    assert _judged(tolerance={"mood": "good"}).status == "failed"
    assert _judged(tolerance={"rule": "about right"}).status == "failed"
    assert check_case("nothing", lambda name: "").status == "failed"
    gone = {"id": "gone", "kind": "c_chart", "file": "nothing/here.csv", "expected": {"center": 1}}
    with pytest.raises(FileNotFoundError):
        check_case(gone, lambda name: (HERE / name).read_text())


def test_a_missing_file_fails_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [{"id": "gone", "kind": "c_chart", "file": "gone.csv", "expected": {"center": 1.0}}, BASE]
    (tmp_path / "e.json").write_text(
        json.dumps({"cases": [*cases, {"id": "odd", "kind": "tarot", "expected": {"a": 1}}]})
    )
    assert cli.main(["quality", "check", str(tmp_path / "e.json"), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["passed"], answer["failed"], answer["unsupported"]) == (1, 1, 1)
    assert answer["failing"][0]["id"] == "gone"
    assert "gone.csv" in answer["failing"][0]["problem"]
    assert answer["not_supported"][0]["id"] == "odd"


@pytest.mark.parametrize(
    ("tolerance", "near", "far"),
    [
        ({"abs": 0.01}, 1.0099, 1.011),
        ({"rel": 0.01}, 1.0098, 1.0103),
        ({"abs_indices": 0.01}, 1.0099, 1.011),
        ({"cp": {"abs": 0.02}, "abs": 1e-9}, 1.0199, 1.021),
        ({"abs": {"cp": 0.01}}, 1.0099, 1.011),
        ({"atol": 0.01}, 1.0099, 1.011),
        ({"digits": 3}, 1.0009, 1.0013),
        ({"rule": "log relative error >= 3"}, 1.0009, 1.0013),
        ({"decimals": 2}, 1.0049, 1.0061),
        (0.01, 1.0099, 1.011),
        ({"exact": True}, 1.0, 1.0000001),
        (None, 1.0, 1.01),
    ],
)
def test_forms_of_tolerance(tolerance: Any, near: float, far: float) -> None:
    assert _judged(expected={"cp": near}, tolerance=tolerance).status == "passed"
    assert _judged(expected={"cp": far}, tolerance=tolerance).status == "failed"


def test_a_print_with_three_digits_is_met_by_its_rounding() -> None:
    given = {"mean": 16, "sigma": 2, "lsl": 9, "usl": 23}  # cp = 1.1666...
    rounded = _judged(params=given, expected={"cp": 1.17}, tolerance={"abs": 0.001})
    assert rounded.status == "passed"
    assert rounded.on_print == ("cp",)
    assert _judged(params=given, expected={"cp": 1.2}, tolerance={"abs": 0.001}).status == "failed"
    assert _judged(params=given, expected={"cp": 1.16}, tolerance={"abs": 0.001}).status == "failed"


def test_every_kind_is_exercised() -> None:
    seen = {case.values[1]["kind"] for case in _cases()}
    assert {kind for kind in seen if not kind.startswith("nested_anova")} <= set(KINDS)
