"""``gearpark telemetry``: recordings in, states out, the same whatever the order; sums equal the calendar."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gearpark.base.problems import Problem
from gearpark.config import cli
from gearpark.config.machine_states import states
from gearpark.lake.recordings import import_shdr

RECORDINGS = Path(cli.__file__).resolve().parents[1] / "plants" / "data" / "recordings"
MAZAK = RECORDINGS / "Mazak01-20161031-20161101.txt.gz"
DEVICES = RECORDINGS / "nist-devices.xml.gz"
DAY = (datetime(2016, 10, 31, tzinfo=UTC), datetime(2016, 11, 1, tzinfo=UTC))


def test_the_commands_print_what_they_promise(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path / "home"))
    hashes, answers = [], []
    lines = gzip.decompress(MAZAK.read_bytes()).decode().splitlines()
    random.Random(5).shuffle(lines)
    shuffled = tmp_path / "Mazak01-shuffled.txt"
    shuffled.write_text("\n".join(lines))
    for file, home in ((MAZAK, "home"), (MAZAK, "home"), (shuffled, "other")):
        monkeypatch.setenv("GEARPARK_HOME", str(tmp_path / home))
        assert cli.main(["telemetry", "import-shdr", str(file), "--devices", str(DEVICES), "--json"]) == 0
        loaded = json.loads(capsys.readouterr().out)
        assert loaded["read"] == loaded["stored"] + loaded["duplicates"] + loaded["rejected"] == 58127
        hashes.append(loaded["content_hash"])
        period = ["--from", "2016-10-31T00:00:00Z", "--to", "2016-11-01T00:00:00Z"]
        assert cli.main(["telemetry", "states", "--device", "Mazak01", *period, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert len(set(hashes)) == 1
    assert answers[0] == answers[1] == answers[2]
    assert sum(answers[0]["microseconds_by_state"].values()) == 86_400_000_000
    assert sum(answers[0]["seconds_by_state"].values()) == pytest.approx(86400, abs=1e-9)
    assert answers[0]["seconds_by_state"]["running"] > 1000
    assert answers[0]["intervals"][0]["from"] == "2016-10-31T00:00:00+00:00"


def test_a_device_nobody_knows_is_named(tmp_path):
    with pytest.raises(Problem) as caught:
        states(tmp_path, "lathe9", *DAY, org="replay-lab")
    assert caught.value.code == "states.device_unknown"


def test_a_device_of_another_organisation_is_unknown(tmp_path):
    import_shdr(tmp_path, [MAZAK], DEVICES, "replay-lab", now=datetime(2026, 11, 23, tzinfo=UTC))
    assert states(tmp_path, "mtc_adapter002", *DAY, org="replay-lab")["device"] == "mazak01"
    with pytest.raises(Problem):
        states(tmp_path, "mazak01", *DAY, org="qichi")
