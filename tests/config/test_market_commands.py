"""``gearpark market`` on files alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gearpark.config.cli import main


def _answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    code = main(["market", *words, "--json"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return {**found, "exit": code}


def test_a_gear_with_tolerances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gear.json"
    file.write_text(
        json.dumps({"module_mm": 3, "teeth": 40, "width_mm": 30, "flank_class": 6, "stated": {"tip_mm": 127}})
    )
    made = _answer(capsys, "gear-check", str(file))
    (gear,) = made["gears"]  # type: ignore[misc]
    assert gear["geometry"]["tip_mm"] == 126
    assert gear["tolerances"]["f_alpha_um"] == 12
    assert (made["errors"], made["exit"]) == (1, 0)


def test_pairs_of_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(
        "normal_module_mm,normal_pressure_angle_deg,helix_angle_deg,z1,z2,x1,x2,internal,center_distance_mm\n"
        "4.5,20,21,27,51,0.231415,0.231415,0,190\n"
    )
    made = _answer(capsys, "gear-check", str(file))
    (pair,) = made["pairs"]  # type: ignore[misc]
    assert pair["mesh"]["zero_backlash_mm"] == pytest.approx(190, abs=6e-5)
    assert made["errors"] == 0


def test_a_company_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert _answer(capsys, "uscc", "91350100M000100Y43")["valid"] is True
    refused = _answer(capsys, "uscc", "91350100M000100Y44")
    assert (refused["title"], refused["exit"]) == ("registry.uscc_check", 2)


def test_provisional_and_final_settlement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "price.json"
    quotes = [19600, 19470, 19410, 19670, 19480, 19440, 19440, 19580, 19440, 19440]
    file.write_text(
        json.dumps(
            {
                "terms": {"premium": 30, "processing": 500},
                "provisional_quotes": [19500],
                "quotes": quotes,
                "mass_t": "26.348",
            }
        )
    )
    made = _answer(capsys, "price", str(file))
    assert made["final"]["amount"] == "527671.40"  # type: ignore[index]
    assert made["adjustment"] == "-79.04"


@pytest.mark.parametrize("text", ["", "[]x", "{}", '{"teeth": 1}'])
def test_what_is_no_gear_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = tmp_path / "gear.json"
    file.write_text(text)
    assert _answer(capsys, "gear-check", str(file))["exit"] == 2
