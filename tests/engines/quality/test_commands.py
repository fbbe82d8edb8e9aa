"""``gearpark quality ...`` on files: published values through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gearpark.config import cli

DATA = Path(__file__).parent / "reference"


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object, code: int = 0) -> dict[str, Any]:
        assert cli.main(["quality", *map(str, arguments), "--json"]) == code
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return run


def test_charts(ask: Any) -> None:
    c = ask("chart", DATA / "nist_handbook/c_chart_wafers.csv", "--kind", "c")
    assert (c["center"], c["ucl"], c["lcl"], c["beyond"]) == (16.0, 28.0, 4.0, [24])
    p = ask("chart", DATA / "nist_handbook/p_chart_wafers.csv", "--kind", "p", "--leave-out", "15,23")
    assert (round(p["center"], 3), round(p["ucl"], 4)) == (0.215, 0.3893)
    assert p["limits"]["left_out"] == [15, 23]
    single = ask("chart", DATA / "nist_handbook/individuals_flowrate.csv", "--printed-constants")
    assert (round(single["ucl"], 4), round(single["spread"]["ucl"], 4)) == (55.8041, 6.1347)
    wafer = ask("chart", DATA / "ishikawa/wafer_thickness.csv", "--kind", "xbar-r")
    assert (round(wafer["ucl"], 5), wafer["beyond"], wafer["spread"]["beyond"]) == (24.90848, [20], [20])
    assert wafer["estimator"] == "r_bar/d2"
    assert len(wafer["limits"]["data_hash"]) == 64
    options = ["--target", 50, "--sigma", 2.0539, "--lambda", 0.3, "--asymptotic"]
    ewma = ask("chart", DATA / "nist_handbook/ewma.csv", "--kind", "ewma", *options)
    assert (round(ewma["ucl"], 4), ewma["beyond"]) == (52.5884, [])
    options = ["--target", 325, "--k-units", 0.3175, "--h-units", 4.1959]
    cusum = ask("chart", DATA / "nist_handbook/cusum.csv", "--kind", "cusum", *options)
    assert (cusum["first_signal"], cusum["shift_began"]) == (14, 13)


def test_frozen_limits_judge_other_data(ask: Any, tmp_path: Path) -> None:
    first = ask("chart", DATA / "ishikawa/wafer_thickness.csv", "--kind", "xbar-r", "--phase1", 10)
    stored = tmp_path / "limits.json"
    stored.write_text(json.dumps(first["limits"]))
    other = tmp_path / "later.csv"
    other.write_text("day,thickness\n" + "".join(f"21,{v}\n" for v in (27, 27.5, 28, 27, 27)))
    later = ask("chart", other, "--subgroup-by", "day", "--limits", stored)
    assert later["ucl"] == pytest.approx(first["ucl"])
    assert later["beyond"] == [1]
    assert later["limits"]["phase"] == 2


def test_capability(ask: Any) -> None:
    moments = ask("capability", "--mean", 16, "--sigma", 2, "--lsl", 8, "--usl", 20)
    assert (moments["cp"], round(moments["cpk"], 4)) == (1.0, 0.6667)
    data = DATA / "ishikawa/wafer_thickness.csv"
    study = ["capability", data, "--subgroup-by", "day", "--lsl", 20, "--usl", 28]
    refused = ask(*study)
    assert "within:out_of_control" in refused["refusals"]
    assert "cpk" not in refused
    assert refused["ppk"] > 0
    anyway = ask(*study, "--anyway")
    assert anyway["cpk"] > 0
    assert "within:out_of_control" in anyway["refusals"]
    assert ask("capability", data, code=2)["title"] == "quality.spec"
    assert ask("capability", "--mean", 1, "--lsl", 0, code=2)["title"] == "quality.parameter"


def test_studies_of_variance(ask: Any) -> None:
    nested = ask(
        "grr",
        DATA / "nist_handbook/lithography_linewidth.csv",
        "--study",
        "nested",
        "--factors",
        "cassette,wafer,site",
        "--column",
        "line_width",
    )
    assert [round(level["variance"], 6) for level in nested["levels"]] == [0.264524, 0.04997, 0.175496]
    gear = ask("grr", DATA / "nist_handbook/gear_diameter.csv", "--study", "one-way", "--factors", "batch")
    assert round(gear["brown_forsythe"]["statistic"], 4) == 1.7059
    pooled = ask(
        "grr",
        DATA / "nist_handbook/gauge_study_resistivity.csv",
        "--study",
        "pooled",
        "--column",
        "sd_of_6",
        "--size",
        6,
        "--factors",
        "run",
    )
    assert round(pooled["groups"]["1"]["pooled_sd"], 6) == 0.093247


def test_gauge_studies(ask: Any, tmp_path: Path) -> None:
    rows = [
        (p, a, p + 0.01 * a + 0.02 * ((p * 7 + a * 3 + t) % 5))
        for p in range(5)
        for a in range(2)
        for t in range(2)
    ]
    file = tmp_path / "grr.csv"
    file.write_text("part,appraiser,value\n" + "".join(f"{p},{a},{v:.3f}\n" for p, a, v in rows))
    crossed = ask("grr", file, "--tolerance", 4)
    assert (crossed["parts"], crossed["appraisers"], crossed["trials"]) == (5, 2, 2)
    assert crossed["anova"]["verdict"] == "good"
    assert crossed["average_and_range"]["ndc"] > 5
    single = tmp_path / "type1.csv"
    single.write_text("value\n" + "".join(f"{10 + 0.001 * (i % 5 - 2)}\n" for i in range(50)))
    assert ask("grr", single, "--study", "type1", "--reference", 10, "--tolerance", 0.1)["capable"]
    assert ask("grr", single, "--study", "bias", "--reference", 10)["significant"] is False
    assert ask("grr", single, "--study", "type1", "--reference", 10, code=2)["title"] == "quality.parameter"
    seen = tmp_path / "seen.csv"
    seen.write_text("part,rater,rating,reference\n1,a,ok,ok\n2,a,nok,nok\n1,b,ok,ok\n2,b,nok,nok\n")
    assert ask("grr", seen, "--study", "attribute", "--bad", "nok")["verdict"] == "good"
    line = tmp_path / "line.csv"
    line.write_text(
        "reference,value\n"
        + "".join(f"{r},{r + 0.01 * ((i * 3) % 4)}\n" for r in (1, 2, 3) for i in range(5))
    )
    assert ask("grr", line, "--study", "linearity")["slope"] == pytest.approx(0.0, abs=1e-9)


def test_sampling(ask: Any, tmp_path: Path) -> None:
    plan = ask("sampling", "--lot", 1300, "--aql", "0.65")
    assert (plan["code"], plan["n"], plan["ac"], plan["re"]) == ("K", 125, 2, 3)
    assert round(plan["pa_at_aql"], 6) == 0.951331
    table = DATA / "sampling/attributes_single_normal_tightened.json"
    assert (
        ask("sampling", "--lot", 5000, "--aql", "1.5", "--severity", "tightened", "--table", table)["ac"] == 5
    )
    curve = ask("sampling", "--n", 134, "--c", 3, "--at", "0.01,0.05")
    assert (round(curve["pa"]["0.01"], 4), round(curve["ltpd_beta10"], 4)) == (0.9537, 0.0492)
    assert ask("sampling", "--lots", "AARAARAAAAAA")["severity_of_each_lot"] == "NNNNNNTTTTTN"
    assert ask("sampling", "--design", "0.01,0.05,0.05,0.1")["n"] == 132
    file = tmp_path / "lots.csv"
    file.write_text("lot_size,nonconforming\n1300,1\n1300,3\n1300,0\n1300,4\n1300,2\n")
    series = ask("sampling", file, "--aql", "0.65")
    assert series["severity_of_each_lot"] == "NNNNT"
    assert series["lots"][4]["accepted"] is False  # 2 of 125, tightened allows 1
    assert ask("sampling", code=2)["title"] == "quality.parameter"
    assert ask("sampling", "--lots", "AXR", code=2)["title"] == "quality.parameter"


def test_files_that_cannot_be_read(ask: Any, tmp_path: Path) -> None:
    assert ask("chart", tmp_path / "none.csv", code=2)["title"] == "quality.file"
    (tmp_path / "latin.csv").write_bytes(b"x\n\xff\xfe\n")
    assert ask("chart", tmp_path / "latin.csv", code=2)["title"] == "quality.file"
    (tmp_path / "empty.csv").write_text("")
    assert ask("chart", tmp_path / "empty.csv", code=2)["title"] == "quality.too_few"
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3\n")
    assert ask("chart", tmp_path / "ragged.csv", code=2)["title"] == "quality.columns"
    (tmp_path / "words.csv").write_text("x\n1\nthree\n")
    assert ask("chart", tmp_path / "words.csv", "--column", "x", code=2)["title"] == "quality.not_a_number"
    (tmp_path / "odd.json").write_text('{"a": {"b": 1}}')
    assert ask("chart", tmp_path / "odd.json", code=2)["title"] == "quality.file"
    (tmp_path / "list.json").write_text('[{"x": 1.5}, {"x": 2.5}, {"x": 1.0}]')
    assert ask("chart", tmp_path / "list.json")["points"] == 3
    assert ask("check", tmp_path / "words.csv", code=2)["title"] == "quality.file"


def test_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["quality", "passrate", "--good", "75", "--bad", "0", "--target", "0.9999"]) == 0
    printed = capsys.readouterr().out
    assert "verdict: consistent" in printed
    assert "pieces_still_needed: 29881" in printed
