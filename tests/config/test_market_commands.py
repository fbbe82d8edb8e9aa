"""``gearpark market auction`` and ``match`` on files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gearpark.config.cli import main

OPEN = "2026-11-27T09:00:00+08:00"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["market", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_auction_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = {"kind": "english", "start": 20000, "step": 20, "opens_at": OPEN, "ends_at": OPEN.replace("09", "10"), "hard_stop": OPEN.replace("09", "11")}  # fmt: skip
    bids = [{"bidder": "a", "price": 20000, "at": OPEN}, {"bidder": "b", "price": 20010, "at": OPEN}, {"bidder": "b", "price": 20020, "at": OPEN}]  # fmt: skip
    file = tmp_path / "auction.json"
    file.write_text(json.dumps({"rules": rules, "bids": bids}))
    answer = told(capsys, "auction", str(file))
    assert (answer["outcome"], answer["winner"], answer["price"]) == ("sold", "b", "20020")
    assert [one["code"] for one in answer["refused"]] == ["auctions.step"]


def test_a_book_is_run_the_same_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "book.csv"
    file.write_text(
        "kind,order,firm,side,price,qty,tif\nnew,1,1,sell,150,5,gtc\nnew,2,2,buy,151,7,\ncancel,2,,,,,\n"
    )
    quick, plain = told(capsys, "match", str(file)), told(capsys, "match", str(file), "--plain")
    assert quick == plain
    assert quick["trades"] == [{"event": 1, "resting": 1, "incoming": 2, "price": 150, "qty": 5}]
    assert quick["results"] == ["done", "done", "done"]


def test_files_that_cannot_be_read_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "book.csv"
    file.write_text("kind,order\nnew,1\n")
    assert main(["market", "match", str(file), "--json"]) != 0
    assert "market.file" in capsys.readouterr().out
