"""Life data entered by people, compared and planned; the same on files by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gearpark.config import cli

OLD = [17.88, 28.92, 33.0, 41.52, 42.12, 45.6, 48.48, 51.84, 51.96, 54.12, 55.56, 67.8]


@pytest.fixture
def quality(signed_in: Callable[..., Client]) -> Client:
    return signed_in("qichi", "quality-engineer")


def body(response: Any) -> str:
    return response.content.decode()


def study(client: Client, name: str, times: list[float], **more: Any) -> str:
    sent = {"name": name, "design": f"D-{name}", "source": "bench", "unit": "h",
            "lives": "\n".join(f"{life},1,,," for life in times)}  # fmt: skip
    answer = client.post("/parts/life/new/", {**sent, **more})
    assert answer.status_code == 302, body(answer)
    return str(answer["Location"])


def test_is_life_ten_times_as_long(quality: Client) -> None:
    old = study(quality, "old", OLD).rstrip("/").rpartition("/")[2]
    new = study(quality, "new", [life * 15 for life in OLD]).rstrip("/").rpartition("/")[2]
    shown = body(quality.get(f"/parts/life/?old={old}&new={new}&wanted=5"))
    assert "Yes: B10 life is at least 5 times as long" in shown
    assert "Not shown" in body(quality.get(f"/parts/life/?old={old}&new={new}&wanted=10"))
    assert "No: B10 life is less than 50" in body(quality.get(f"/parts/life/?old={old}&new={new}&wanted=50"))
    assert "<svg" in shown
    page = body(quality.get(f"/parts/life/{old}/"))
    assert "B10 life" in page


def test_survivors_alone_show_a_least_life(quality: Client) -> None:
    where = study(quality, "alive", [], lives="500,0,,12,\n")
    page = body(quality.get(where))
    assert "B10 life at least" in page
    assert "still alive" in page


def test_a_sheet_a_wrong_row_a_change_and_a_delete(quality: Client) -> None:
    sheet = SimpleUploadedFile("lives.csv", b"life,failed,upper,count\n100,1,150,2\n300,1,,1\n500,0,,10\n")
    where = study(quality, "sheet", [], sheet=sheet)
    assert "failed between inspections" in body(quality.get(where))
    wrong = quality.post(
        "/parts/life/new/", {"name": "x", "design": "d", "source": "field", "unit": "km", "lives": "abc,1"}
    )
    assert "Row 1 cannot be read" in body(wrong)
    twice = quality.post(
        "/parts/life/new/", {"name": "sheet", "design": "d", "source": "field", "unit": "km", "lives": "5,1"}
    )
    assert "already" in body(twice)
    sent = {
        "name": "sheet",
        "design": "d2",
        "source": "field",
        "unit": "km",
        "lives": "5,1\n7,1",
        "revision": "1",
    }
    assert quality.post(f"{where}edit/", sent).status_code == 302
    assert "changed the study meanwhile" in body(quality.post(f"{where}edit/", sent))
    assert quality.post(f"{where}delete/").status_code == 302
    assert quality.get(where).status_code == 404


def test_others_see_and_change_nothing(quality: Client, signed_in: Callable[..., Client]) -> None:
    where = study(quality, "mine", OLD)
    other = signed_in("other", "firm-admin")
    assert other.get(where).status_code == 404
    assert other.post(f"{where}delete/").status_code == 404
    viewer = signed_in("qichi", "viewer")
    assert viewer.get(where).status_code == 200
    assert viewer.post(f"{where}delete/").status_code == 403


def test_the_command_on_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lives.csv"
    rows = [f"{life},1,old" for life in OLD] + [f"{life * 12},1,new" for life in OLD]
    file.write_text("life,failed,design\n" + "\n".join(rows), "utf-8")
    assert cli.main(["trace", "weibull", str(file), "--wanted", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["compared"]["new"]["verdict"] == "shown"
    assert found["compared"]["new"]["ratio"] == pytest.approx(12, rel=1e-3)
    assert found["designs"]["old"]["failures"] == 12
    file.write_text("life,failed\n5,1\n", "utf-8")
    assert cli.main(["trace", "weibull", str(file), "--json"]) == cli.EXIT_PROBLEM
    assert json.loads(capsys.readouterr().out)["title"] == "reliability.too_few_failures"
