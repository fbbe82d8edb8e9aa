"""``gearpark twin`` on the model files of the guide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gearpark.config.cli import main

MODELS = Path(__file__).resolve().parents[2] / "src/gearpark/config/demo/data/twin"
BY_HAND, AUTOMATED = (str(MODELS / f"housing-{name}.yaml") for name in ("by-hand", "automated"))
SHARES = ("busy", "starved", "blocked", "down", "setup", "waiting")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["twin", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("model", "low", "high"), [(BY_HAND, 28, 32), (AUTOMATED, 70, 80)])
def test_run(capsys: pytest.CaptureFixture[str], model: str, low: float, high: float) -> None:
    """The output of a shift of 8 h is that of the source case, by hand and automated."""
    made = told(capsys, "run", model, "--replications", "12", "--seed", "3")
    assert low <= 8 * made["throughput_per_h"] <= high
    assert 0 < made["throughput_ci_half"] < 0.05 * made["throughput_per_h"]
    assert made["wip"] == pytest.approx(made["throughput_per_h"] * made["lead_time_s"] / 3600, rel=0.05)
    assert (made["replications"], made["seed"], made["engine"]) == (12, 3, "events")
    for shares in made["stations"].values():
        assert sum(shares[name] for name in SHARES) == pytest.approx(1.0)
    assert made == told(capsys, "run", model, "--replications", "12", "--seed", "3", "--workers", "1")


def test_compare(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = told(capsys, "compare", BY_HAND, AUTOMATED, "--replications", "8")["comparisons"]
    assert row["difference_per_h"] - row["difference_ci_half"] > 4
    assert row["difference_per_h"] == pytest.approx(row["b_per_h"] - row["a_per_h"])
    rows = told(capsys, "compare", AUTOMATED, "--replications", "8")["comparisons"]
    gantry = next(row for row in rows if row["scenario"] == "second_gantry")
    assert gantry["difference_per_h"] > gantry["difference_ci_half"]
    assert gantry["payback_years"] == pytest.approx(900_000 / (gantry["difference_per_h"] * 4800 * 180))


def test_bottleneck(capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, "bottleneck", AUTOMATED, "--replications", "8")
    gains = [row["gain_per_h"] for row in made["stations"]]
    assert gains == sorted(gains, reverse=True)
    assert made["stations"][0]["station"] == "op20"
    assert made["stations"][0]["sure"]


def test_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["run", AUTOMATED], ["compare", AUTOMATED], ["bottleneck", AUTOMATED]):
        assert main(["twin", *arguments, "--replications", "3"]) == 0
        assert "Housing line, automated" in capsys.readouterr().out
    assert main(["twin", "warmup"]) == 0
    assert "compiled" in capsys.readouterr().out
    assert main(["twin", "schema", "study"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Gearpark line study"
    assert main(["twin", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["required"] == ["schema", "name", "stations"]


def test_refusals(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\nname: x\nstations:\n  a: {cycle: 42 parsec}\n")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for arguments, code, line in (
        (["run", str(bad)], "twin.unit", 4),
        (["run", str(tmp_path / "none.yaml")], "twin.file_unreadable", 0),
        (["run", str(tmp_path / "binary.yaml")], "twin.file_unreadable", 0),
        (["run", AUTOMATED, "--engine", "recursion"], "twin.engine", None),
        (["compare", BY_HAND], "twin.no_other", None),
    ):
        assert main(["twin", *arguments, "--json"]) == 2
        problem = json.loads(capsys.readouterr().out)
        assert problem["title"] == code
        assert problem.get("details", {}).get("line") == line


def test_the_model_in_the_guide_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    guide = (MODELS.parents[5] / "docs/guides/twin.md").read_text("utf-8")
    model = tmp_path / "shaft.yaml"
    model.write_text(guide.split("```yaml\n")[1].split("```")[0], "utf-8")
    made = told(capsys, "run", str(model), "--replications", "4")
    assert list(made["stations"]) == ["turn", "harden", "grind"]
    assert made["throughput_per_h"] > 50


STUDY = str(MODELS / "retrofit-study.yaml")


def test_study(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = told(capsys, "study", STUDY, "--replications", "2")
    assert made["base"]["met"]
    assert made["target"]["holds"] == "Boring of the bearing seats"
    assert len(made["sensitivities"]) > 40
    report = tmp_path / "report.pdf"
    assert main(["twin", "study", STUDY, "--replications", "2", "--out", str(report)]) == 0
    words = capsys.readouterr().out
    assert all(
        word in words for word in ("Step by step", "What could come next", "What the pay-back hangs on")
    )
    assert report.read_bytes().startswith(b"%PDF")
    for wrong in ("report.html", str(tmp_path / "nowhere" / "report.pdf")):
        assert main(["twin", "study", STUDY, "--replications", "1", "--out", wrong]) != 0
        assert "twin.file_unwritable" in capsys.readouterr().err


def test_optimize(capsys: pytest.CaptureFixture[str]) -> None:
    shaft = str(MODELS / "shaft-line.yaml")
    made = told(capsys, "optimize", shaft, "--total-buffer", "6", "--replications", "8", "--seed", "2")
    assert sum(made["best"].values()) == 6
    assert (made["designs"], made["all_designs"], made["reached"]) == (84, True, True)
    assert made["within"] <= 0.002 * 60
    assert made["gain_per_h"] == pytest.approx(made["throughput_per_h"] - made["now_per_h"])
    assert made["screened"] >= 84
    assert made == told(
        capsys,
        "optimize",
        shaft,
        "--total-buffer",
        "6",
        "--replications",
        "8",
        "--seed",
        "2",
        "--workers",
        "1",
    )
    cheap = ("optimize", shaft, "--goal", "cost", "--indifference", "3 %", "--replications", "8")
    made = told(capsys, *cheap, "--reach", "60 /h")
    assert made["throughput_per_h"] > 55
    assert made["cost_a_year"] > 0
    assert main(["twin", *cheap, "--reach", "60 /h"]) == 0
    assert "With 95 % certainty it gives no less than" in capsys.readouterr().out
    assert main(["twin", "optimize", shaft, "--goal", "cost", "--reach", "57 parts", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["title"] == "twin.unit"
    assert main(["twin", "optimize", AUTOMATED, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["title"] == "twin.no_optimize"
