"""``gearpark potline`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gearpark.config.cli import main

KEYS = {
    "alumina_mean_pct", "alumina_sd_pct", "ae_per_cell_day", "ae_minutes", "kwh_per_kg", "ce_mean", "ce_cell_sd",
    "bath_temp_sd_c", "beam_moves", "alarms",
}  # fmt: skip


def test_a_run_stands_beside_its_baselines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mine = tmp_path / "control.toml"
    mine.write_text('volt = { value = 3960, unit = "mV" }\n')
    words = [
        "potline",
        "run",
        "--cells",
        "4",
        "--hours",
        "26",
        "--seed",
        "5",
        "--scenario",
        "mixed",
        "--json",
    ]
    assert main([*words, "--control", str(mine)]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert main(words) == 0
    made = json.loads(capsys.readouterr().out)
    assert set(made["baselines"]) == {"fixed_cycle", "plain_demand"}
    for figures in (made, *made["baselines"].values()):
        assert set(figures) >= KEYS
        assert 50 < figures["ce_mean"] < 97  # of four cells one may run away under the plain rules
    assert made["ce_mean"] > 85
    assert changed["control_revision"] != made["control_revision"]
    assert changed["cell_revision"] == made["cell_revision"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--scenario", "calm"], "electrolysis.scenario_unknown"),
        (["--hours", "24"], "electrolysis.option"),
        (["--cells", "0"], "electrolysis.option"),
        (["--cell", "/nowhere/cell.toml"], "electrolysis.file"),
    ],
)
def test_what_cannot_be_run_is_refused(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["potline", "run", *words, "--json"]) != 0
    told = capsys.readouterr()
    assert code in told.out + told.err


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["potline", "scenarios", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 8


def test_a_plan_is_made_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["potline", "plan", "--example"]) == 0
    case = tmp_path / "case.json"
    case.write_text(capsys.readouterr().out)
    assert main(["potline", "plan", str(case), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["gap"] == pytest.approx(0.0, abs=1e-4)
    assert made["premium"] > made["plain"]["premium"]
    assert main(["potline", "plan", str(case)]) == 0
    assert "premium less trips" in capsys.readouterr().out
    case.write_text("{}")
    assert main(["potline", "plan", str(case)]) != 0


def test_estimates_stand_beside_the_truth(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["potline", "estimates", "--cells", "4", "--hours", "26", "--seed", "5", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    for name in ("alumina", "temperature", "alf3", "superheat", "ledge", "efficiency"):
        assert set(made["estimates"][name]) == {"rms_error", "plain_rms_error", "sd_mean", "in_90"}
    assert set(made["causes"]["named"]) == set(made["causes"]["first"])
