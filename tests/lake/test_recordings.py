"""Real recordings (NIST test bed, Okuma) and made-up dirt: every line accounted for, order and repetition no matter."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Status
from gearpark.lake import devices
from gearpark.lake.reader import Reader
from gearpark.lake.recordings import asset_of, import_shdr

from .conftest import NOW, RECORDINGS

ORG = "replay-lab"
NIST = RECORDINGS / "nist-devices.xml.gz"
MODEL = b"""<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3"><Devices>
<Device name="Mill" uuid="u1" id="d1"><DataItems>
<DataItem id="a1" name="avail" type="AVAILABILITY" category="EVENT"/>
<DataItem id="x1" name="Xpos" type="POSITION" category="SAMPLE" units="MILLIMETER"/>
<DataItem id="e1" name="exec" type="EXECUTION" category="EVENT"/>
<DataItem id="s1" name="system" type="SYSTEM" category="CONDITION"/>
</DataItems></Device></Devices></MTConnectDevices>"""


def load(root, files, model=NIST, **more):
    return import_shdr(root, files, model, ORG, now=NOW, **more)


def whole(result) -> bool:
    return result.read == result.stored + result.duplicates + result.rejected


def log(folder: Path, text: str, name: str = "Mill-1.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_real_day_is_accounted_for_line_by_line(root):
    result = load(root, [RECORDINGS / "Mazak01-20161107-20161108.txt.gz"], prefix="nist-")
    assert whole(result)
    assert result.as_dict() == {
        "lines": 32838,
        "read": 32838,
        "stored": 32836,
        "duplicates": 0,
        "unavailable": 852,
        "rejected": 2,
        "rejected_reasons": {"unknown_key": 2},
        "first_at": "2016-10-06T23:06:07.138151+00:00",
        "last_at": result.as_dict()["last_at"],
        "assets": ["nist-mazak01"],
        "content_hash": result.content_hash,
    }
    assert Reader(root).snapshot().rows == result.stored


def test_loading_twice_shuffled_plain_and_in_another_order_changes_nothing(tmp_path):
    days = [RECORDINGS / "Mazak01-20161031-20161101.txt.gz", RECORDINGS / "Mazak01-20161107-20161108.txt.gz"]
    first = load(tmp_path / "one", days)
    again = load(tmp_path / "one", days[::-1])
    assert (again.stored, again.duplicates) == (0, first.stored + first.duplicates)
    lines = [line for day in days for line in gzip.decompress(day.read_bytes()).decode().splitlines()]
    random.Random(7).shuffle(lines)
    half = len(lines) // 2
    files = [
        log(tmp_path, "\n".join(lines[half:]), "Mazak01-b.txt"),
        log(tmp_path, "\n".join(lines[:half]), "MAZAK01.a.log"),
    ]
    other = load(tmp_path / "two", files)
    assert whole(first)
    assert whole(other)
    assert first.content_hash == again.content_hash == other.content_hash
    assert other.stored == first.stored


def test_the_okuma_recording_with_many_pairs_conditions_and_asset_documents(root):
    result = load(root, [RECORDINGS / "okuma.txt.gz"], RECORDINGS / "okuma-devices.xml.gz")
    assert whole(result)
    assert (result.lines, result.assets) == (10770, ["okuma"])
    assert result.rejected_reasons == {"adapter_command": 9, "asset_document": 152, "unknown_key": 4}
    doc = devices.find(root, ORG, "OKUMA")
    assert (doc.asset, doc.model, doc.serial) == ("okuma", "MULT_U3000", "123456")


DIRTY = """2026-01-01T00:00:00Z|avail|AVAILABLE|Xpos|1.5
2026-01-01T00:00:00.1234567Z|Xpos|Unavailable
2026-01-01T00:00:01Z|Xpos|nan
2026-01-01T00:00:02Z|Xpos|12,5
2026-01-01T00:00:03Z|Wpos|1
2099-01-01T00:00:03Z|Xpos|1
1985-01-01T00:00:03Z|Xpos|1
yesterday|Xpos|1
|Xpos|1
2026-01-01T00:00:04Z|Xpos
2026-01-01T00:00:04Z|Xpos|3|exec

* PONG 10000
2026-01-01T00:00:05Z|system|FAULT|E1|2||no oil
2026-01-01T00:00:05Z|@ASSET@|T1|CuttingTool|--multiline--X
<CuttingTool/>
--multiline--X
2026-01-01T00:00:06Z|exec|{long}
2026-01-01T00:00:07Z|Mill:Xpos|8|
2026-01-01T00:00:00Z|Xpos|1.50
"""


def test_every_kind_of_dirt_has_its_reason(root, tmp_path):
    result = load(root, [log(tmp_path, DIRTY.replace("{long}", "x" * 5000))], MODEL)
    assert whole(result)
    assert result.lines == 20
    assert dict(result.rejected_reasons) == {
        "not_a_number": 2,
        "unknown_key": 1,
        "future": 1,
        "too_old": 1,
        "time": 1,
        "no_time": 1,
        "fields": 2,
        "empty": 1,
        "adapter_command": 1,
        "asset_document": 1,
        "text_too_long": 1,
    }
    assert (result.stored, result.duplicates, result.unavailable) == (5, 1, 1)
    period = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    series = Reader(root).observations(ORG, ["mill/Xpos", "mill/system"], *period)
    assert series["mill/Xpos"].num.tolist()[0] == 1.5
    assert series["mill/Xpos"].at_us.tolist()[1] % 1_000_000 == 123_456
    assert series["mill/Xpos"].status.tolist() == [0, Status.BAD_NO_COMMUNICATION, 0]
    assert series["mill/system"].value(0) == "FAULT|E1|2||no oil"


LINE = st.one_of(
    st.text(max_size=60).map(lambda t: t.replace("\n", " ").replace("\r", " ")),
    st.builds(
        "2026-01-01T00:00:{:02d}.{}Z|{}|{}".format,
        st.integers(0, 59),
        st.integers(0, 9999999),
        st.sampled_from(["avail", "Xpos", "exec", "system", "nope", "a1"]),
        st.sampled_from(["1", "2.5", "UNAVAILABLE", "unavailable", "ACTIVE", "", "1e999", "Normal||||"]),
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=20), seed=st.integers(0, 99))
def test_whatever_a_file_holds_the_account_balances_and_order_has_no_say(tmp_path_factory, lines, seed):
    folder = tmp_path_factory.mktemp("any")
    one = load(folder / "one", [log(folder, "".join(line + "\n" for line in lines))], MODEL)
    shuffled = list(lines)
    random.Random(seed).shuffle(shuffled)
    two = load(
        folder / "two", [log(folder, "".join(line + "\n" for line in shuffled), "mill.txt")] * 2, MODEL
    )
    assert whole(one)
    assert whole(two)
    if not any("--multiline--" in line for line in lines):
        assert one.content_hash == two.content_hash
        assert (one.stored, 2 * one.read) == (two.stored, two.read)


def test_the_device_is_found_by_file_name_keys_or_said(root, tmp_path):
    day = gzip.decompress((RECORDINGS / "Hurco01-20170426-20170427.txt.gz").read_bytes()).decode()
    assert load(root, [log(tmp_path, day, "shuffled.txt")]).assets == ["hurco01"]
    assert load(root, [log(tmp_path, day, "x.txt")], device="hurco03").assets == ["hurco03"]
    with pytest.raises(Problem) as caught:
        load(root, [log(tmp_path, "2016-10-31T00:00:00Z|avail|AVAILABLE", "unnamed.txt")])
    assert caught.value.code == "lake.device_unknown"
    with pytest.raises(Problem) as caught:
        load(root, [log(tmp_path, day, "x.txt")], device="Lathe9")
    assert caught.value.code == "lake.device_unknown"


def test_files_that_cannot_be_read_store_nothing(root, tmp_path):
    cut = tmp_path / "Mill.txt.gz"
    cut.write_bytes(gzip.compress(b"2026-01-01T00:00:00Z|Xpos|1\n" * 5000)[:60])
    for path in (cut, tmp_path / "Mill-missing.txt"):
        with pytest.raises(Problem) as caught:
            load(root, [path], MODEL)
        assert caught.value.code == "lake.file_unreadable"
    assert Reader(root).snapshot().rows == 0


def test_asset_ids_from_device_names():
    assert asset_of("Mazak01", "nist-") == "nist-mazak01"
    assert asset_of("OKUMA MULTUS_B") == "okuma-multus-b"
