"""SHDR lines: the forms of the protocol and what real adapters make of them."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.conftest import RECORDINGS

from gearpark.base import mtconnect, shdr
from gearpark.base.problems import Problem
from gearpark.base.shdr import ConditionFields, ShdrItem, parse_line, parse_time, records

T = "2016-10-31T09:24:46.912Z"
T_US = 1_477_905_886_912_000


def test_one_and_many_pairs():
    assert parse_line(f"{T}|Xabs|1.5") == (T_US, [ShdrItem("Xabs", "1.5")], "", ())
    assert [tuple(i[:2]) for i in parse_line(f"{T}|a|1|b|x y|c|\n").items] == [
        ("a", "1"),
        ("b", "x y"),
        ("c", ""),
    ]


def test_conditions_with_a_model_and_by_their_shape():
    fields = ConditionFields("8100004F", "", "", "79 PRELUBRICATION SPINDLE ACTIVE")
    line = f"{T}|logic|Warning|8100004F|||79 PRELUBRICATION SPINDLE ACTIVE"
    for extra in ({"logic": 4}, None):
        assert parse_line(line, extra).items == [ShdrItem("logic", "Warning", fields)]
    assert parse_line(f"{T}|C2travel|Unavailable||||").items == [
        ShdrItem("C2travel", "Unavailable", ConditionFields())
    ]
    assert len(parse_line(f"{T}|a|UNAVAILABLE|b|1|c|2").items) == 3
    two = parse_line(f"{T}|a|1|s|FAULT|7||HIGH|hot|b|2", {"s": 4}).items
    assert [i.key for i in two] == ["a", "s", "b"]
    assert two[1].condition == ("7", "", "HIGH", "hot")
    assert parse_line(f"{T}|s|NORMAL", {"s": 4}).items[0].condition == ConditionFields()


def test_device_prefix_command_asset_and_missing_time():
    assert parse_line(f"{T}|OKUMA:avail|AVAILABLE").items == [ShdrItem("avail", "AVAILABLE", None, "OKUMA")]
    assert parse_line("* PONG 10000\n").command == "PONG 10000"
    assert parse_line(f"{T}|@REMOVE_ASSET@|123").asset == ("@REMOVE_ASSET@", "123")
    assert parse_line("|a|1").at_us is None


@pytest.mark.parametrize(
    ("text", "us"),
    [
        (T, T_US),
        ("2016-10-31T09:24:46Z", T_US - 912_000),
        ("2016-10-31T09:24:46.9129999Z", T_US + 999),  # cut, not rounded
        ("2016-10-31T09:24:46.912", T_US),
        ("2016-10-31T09:24:46.912Z@100.0", T_US),
        ("2016-10-31T17:24:46.912+08:00", T_US),
    ],
)
def test_times(text, us):
    assert parse_time(text) == us


@pytest.mark.parametrize(
    "text", ["", "now", "2016-13-31T09:24:46Z", "2016-10-31T09:24:46.x1Z", "2016-10-31T09:24:46Zz"]
)
def test_what_is_no_time(text):
    with pytest.raises(Problem) as caught:
        parse_time(text)
    assert caught.value.code == "shdr.time"


@pytest.mark.parametrize(
    ("line", "code"),
    [("", "empty"), ("  \r\n", "empty"), ("abc", "fields"), (f"{T}|a", "fields"), (f"{T}|a|1|b", "fields"),
     (f"{T}||1|b|2", "fields"), ("soon|a|1", "time"), ("x" * 300_000, "line_too_long")],
)  # fmt: skip
def test_broken_lines_are_named(line, code):
    with pytest.raises(Problem) as caught:
        parse_line(line)
    assert caught.value.code == f"shdr.{code}"


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text):
    for line in (text, f"{T}|{text}"):
        for extra in (None, {"a": 4}):
            assert code_of(line, extra).startswith(("read", "shdr."))


def code_of(line: str, extra: dict[str, int] | None) -> str:
    try:
        parse_line(line, extra)
    except Problem as problem:
        return problem.code
    return "read"


def test_multi_line_blocks_are_one_record_and_lose_nothing():
    block = [f"{T}|@ASSET@|1|Tool|--multiline--A", "<a>", "</a>", "--multiline--A"]
    assert [(n, k) for n, k, _ in records(["x", *block, "y"])] == [(1, 1), (2, 4), (6, 1)]
    assert [(n, k) for n, k, _ in records(block[:3])] == [(1, 1), (2, 1), (3, 1)]
    assert parse_line(next(iter(records(block)))[2]).asset[0] == "@ASSET@"


def test_every_line_of_the_okuma_recording_is_read():
    model = mtconnect.read_devices(gzip.decompress((RECORDINGS / "okuma-devices.xml.gz").read_bytes()))
    extra = mtconnect.extra_fields(next(d for d in model if d.name == "OKUMA"))
    text = gzip.decompress((RECORDINGS / "okuma.txt.gz").read_bytes()).decode().splitlines()
    lines = [shdr.parse_line(record, extra) for _, _, record in records(text)]
    assert sum(len(line.items) for line in lines) == 25507
    assert sum(bool(line.asset) for line in lines) == 152
