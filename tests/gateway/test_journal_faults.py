"""The journal under kill -9, torn and damaged files, and a disk that is full."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import zlib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, Status
from gearpark.bus.sparkplug import columns, decode
from gearpark.gateway.journal import Journal

NOW_US = 1_790_000_000_000_000
SOURCE = "gw1.qichi"
LIMIT_S = 10

WRITER = """
import sys
import threading
from pathlib import Path
from gearpark.base.wire import Observation
from gearpark.gateway.journal import Journal
journal = Journal.open(Path(sys.argv[1]), "gw1", flush_s=0.0)
tick, open_puts = int(sys.argv[2]), []
while True:
    made = [Observation(f"d{k}/s", 1_790_000_000_000_000 + tick, float(tick)) for k in range(5)]
    open_puts.append((tick, journal.put("gw1.qichi", made)))
    tick += 1
    while open_puts and (open_puts[0][1].done() or len(open_puts) > 40):
        done, future = open_puts.pop(0)
        future.result()
        sys.stdout.write(f"{done}\\n")
        sys.stdout.flush()
"""


def values(journal: Journal) -> list[float]:
    """All numbers in the journal, every boot."""
    found: list[float] = []
    for boot, _, _ in journal.boots(SOURCE):
        for row in journal.unsent(SOURCE, boot, 0, 100_000):
            found += [value for value in columns(decode(row.body)).values if isinstance(value, float)]
    return found


def test_killed_at_random_moments_it_keeps_every_answered_put_once(tmp_path: Path) -> None:
    path, rng, answered = tmp_path / "gw1.db", random.Random(7), set()
    for attempt in range(5):
        first = attempt * 1_000_000
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(first)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(rng.randint(1, 400)):
            answered.add(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        answered |= {int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")}
        process.wait()
    journal = Journal.open(path, "gw1")
    try:
        assert journal.stats().salvaged == ""
        found = values(journal)
        boots = journal.boots(SOURCE)
        assert len(found) == len(set(found)) * 5, "five devices, each tick once"
        assert answered <= {int(value) for value in found}
        assert len(boots) == 5
        for boot, rows, last in boots:
            assert rows == last, f"seq of boot {boot} has no holes"
    finally:
        journal.close()


def _filled(path: Path, ticks: int = 300) -> None:
    journal = Journal.open(path, "gw1", flush_s=0.0)
    for tick in range(ticks):
        waiting = journal.put(SOURCE, [Observation(f"d{k}/s", NOW_US + tick, float(tick)) for k in range(3)])
        if tick % 10 == 0:
            waiting.result(LIMIT_S)
    journal.close()


@cache
def whole() -> bytes:
    """The bytes of a journal of 300 ticks of three devices."""
    path = Path(tempfile.mkdtemp(prefix="journal-")) / "gw1.db"
    _filled(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(share=0.9375, torn=True, noise=b"\0")  # a tree that leads in circles
@given(share=st.floats(0, 1), torn=st.booleans(), noise=st.binary(min_size=1, max_size=600))
def test_a_damaged_file_is_set_aside_and_its_whole_rows_are_kept(
    tmp_path_factory: pytest.TempPathFactory, share: float, torn: bool, noise: bytes
) -> None:
    filled = whole()
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "gw1.db"
    cut = int(len(filled) * share)
    path.write_bytes(filled[:cut] if torn else filled[:cut] + noise + filled[cut + len(noise) :])
    journal = Journal.open(path, "gw1")
    try:
        found = values(journal)
        assert set(found) <= {float(tick) for tick in range(300)}, "nothing is invented"
        assert max((found.count(value) for value in set(found)), default=0) <= 3
        if len(found) < 900 and cut:
            assert "damaged" in journal.stats().salvaged
            assert list(folder.glob("gw1.damaged-*.db"))
            assert list(folder.glob("gw1.damaged-*.report.json"))
        journal.put(SOURCE, [Observation("d1/s", NOW_US, 1.0)]).result(LIMIT_S)
    finally:
        journal.close()


def test_one_flipped_bit_in_a_payload_costs_one_row_and_leaves_a_gap_record(tmp_path: Path) -> None:
    path = tmp_path / "gw1.db"
    _filled(path, 50)
    connection = sqlite3.connect(path)
    ident, points, payload = connection.execute("SELECT id, points, payload FROM batch LIMIT 1").fetchone()
    broken = bytes([payload[0] ^ 1]) + payload[1:]
    connection.execute("UPDATE batch SET payload=? WHERE id=?", (broken, ident))
    connection.commit()
    connection.close()
    journal = Journal.open(path, "gw1")
    try:
        assert "1 places could not be read" in journal.stats().salvaged
        journal.put(SOURCE, [Observation("d1/s", NOW_US, 1.0)]).result(LIMIT_S)
        assert len(values(journal)) == 150 - points + 1
        lost = [
            status
            for row in journal.unsent(SOURCE, journal.boot(SOURCE), 0, 100)
            for status in columns(decode(row.body)).statuses
            if status == int(Status.BAD_DATA_LOST)
        ]
        assert len(lost) == 3, "every signal of the source"
    finally:
        journal.close()


def test_rows_carry_a_checksum_of_what_lies_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "gw1.db"
    _filled(path, 3)
    connection = sqlite3.connect(path)
    for crc, payload in connection.execute("SELECT crc, payload FROM batch"):
        assert zlib.crc32(payload) == crc
    connection.close()


FULL_DISK = """
import resource, sys, threading
from pathlib import Path
from gearpark.base.problems import Problem
from gearpark.base.wire import Observation
from gearpark.gateway.journal import Journal
import random
path = Path(sys.argv[1])
journal = Journal.open(path, "gw1", flush_s=0.0)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, hard))
rng, taken, refused = random.Random(1), 0, ""
for tick in range(2000):
    made = [Observation(f"d{k}/s", 1_790_000_000_000_000 + tick, rng.random()) for k in range(40)]
    try:
        journal.put("gw1.qichi", made).result(10)
        taken += 1
    except Problem as problem:
        refused = problem.code
        break
state = journal.stats().state
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
woken = threading.Event()
while journal.stats().state != "ok":
    woken.wait(0.05)
journal.put("gw1.qichi", [Observation("d0/s", 1_790_000_000_000_000 + tick, 0.5)]).result(10)
rows = journal.boots("gw1.qichi")[0]
print(taken, refused, state, journal.stats().state, rows[1] == rows[2], rows[1])
journal.close()
"""


def test_a_full_disk_is_a_named_state_refuses_and_heals(tmp_path: Path) -> None:
    """The disk's limit is played by the kernel's file size limit: writes fail in the middle of a commit."""
    path = tmp_path / "gw1.db"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    taken, refused, state, after, dense, rows = done.stdout.split()
    assert int(taken) > 0
    assert (refused, state, after, dense) == ("journal.disk_full", "disk_full", "ok", "True")
    journal = Journal.open(path, "gw1")
    try:
        assert journal.stats().salvaged == ""
        assert sum(count for _, count, _ in journal.boots(SOURCE)) == int(rows)
        assert len(values(journal)) == int(taken) * 40 + 1
    finally:
        journal.close()


def _put_noise(journal: Journal, tick: int) -> str:
    """50 incompressible values; "" or the code of the refusal."""
    rng = random.Random(tick)
    try:
        made = [Observation(f"d{k}/s{n}", NOW_US + tick, rng.random()) for k in range(5) for n in range(60)]
        journal.put(SOURCE, made).result(LIMIT_S)
    except Problem as problem:
        return problem.code
    return ""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_on_a_file_system_without_room_acknowledgements_make_room_again(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(small)], check=False).returncode:
        pytest.skip("this machine does not let us mount a tmpfs")
    journal = Journal.open(small / "gw1.db", "gw1", flush_s=0.0)
    try:
        tick = 0
        while _put_noise(journal, tick) == "":
            tick += 1
        assert _put_noise(journal, tick) == "journal.disk_full"
        before = journal.stats()
        assert before.state == "disk_full"
        assert before.rows > 0
        journal.ack(SOURCE, journal.boot(SOURCE), before.rows)
        waiting = threading.Event()
        for _ in range(100):
            if journal.stats().state == "ok":
                break
            waiting.wait(0.1)
        assert journal.stats().rows == 0
        assert _put_noise(journal, tick) == ""
    finally:
        journal.close()
        subprocess.run(["umount", str(small)], check=True)


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    blocked = tmp_path / "gw1.db"
    blocked.mkdir()
    with pytest.raises(Problem) as refused:
        Journal.open(blocked, "gw1")
    assert refused.value.code == "journal.unusable"
