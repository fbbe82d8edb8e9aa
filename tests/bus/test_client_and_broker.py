"""The client against brokers that come and go, and the embedded broker's entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from gearpark.base.problems import Problem
from gearpark.bus.client import MqttClient, address, credentials

from .conftest import BrokerProcess, free_port, listens, until


def test_messages_survive_a_broker_s_restart_in_both_directions(broker: BrokerProcess) -> None:
    heard: list[bytes] = []
    ups: list[int] = []
    client = MqttClient(
        broker.url,
        "one",
        subscribe=[("a/#", 1)],
        on_message=lambda topic, payload: heard.append(payload),
        on_up=lambda: ups.append(1),
    )
    client.start()
    try:
        assert client.wait_up(10)
        assert client.publish("a/b", b"1", 1)
        until(lambda: heard == [b"1"], "first")
        broker.kill()
        until(lambda: not client.up, "down is noticed")
        assert not client.publish("a/b", b"lost"), "nothing is taken while the link is down"
        broker.start()
        until(lambda: client.up, "up again")
        assert client.publish("a/b", b"2", 1)
        until(lambda: heard[-1] == b"2", "second")
        assert len(ups) == client.connects == 2
    finally:
        client.stop()


def test_ten_thousand_messages_through_a_bounded_way_out(broker: BrokerProcess) -> None:
    heard: list[bytes] = []
    client = MqttClient(
        broker.url, "many", subscribe=[("n", 0)], on_message=lambda topic, payload: heard.append(payload)
    )
    client.start()
    try:
        assert client.wait_up(10)
        for number in range(10_000):
            assert client.publish("n", str(number).encode(), timeout_s=10)
        until(lambda: len(heard) == 10_000, "all are heard")
        assert [int(payload) for payload in heard] == list(range(10_000))
    finally:
        client.stop()


def test_accounts_keep_strangers_out(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts"
    accounts.write_text(f"gearpark:{PasswordHasher().hash('s3cret')}\n")
    port = free_port()
    broker = subprocess.Popen(
        [sys.executable, "-m", "gearpark.bus.broker", "--port", str(port), "--accounts", str(accounts)],
        stderr=subprocess.DEVNULL,
    )
    known = MqttClient(f"mqtt://gearpark:s3cret@127.0.0.1:{port}", "known", subscribe=[("x", 0)])
    stranger = MqttClient(f"mqtt://127.0.0.1:{port}", "stranger", subscribe=[("x", 0)])
    try:
        until(lambda: listens(port), "broker listens")
        known.start()
        stranger.start()
        assert known.wait_up(10)
        until(lambda: "refused" in stranger.last_error or "lost" in stranger.last_error, "refusal is named")
        assert not stranger.up
    finally:
        known.stop()
        stranger.stop()
        broker.terminate()
        assert broker.wait(10) == 0


def test_a_taken_port_is_said_and_ends_the_process(quick_broker: BrokerProcess) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gearpark.bus.broker", "--port", str(quick_broker.port)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot listen" in done.stderr


def test_a_missing_accounts_file_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gearpark.bus.broker", "--accounts", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, "does not exist" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("mqtt://127.0.0.1:18830", ("127.0.0.1", 18830, False)),
        ("mqtt://bus.example", ("bus.example", 1883, False)),
        ("mqtts://bus.example", ("bus.example", 8883, True)),
    ],
)
def test_addresses(url: str, parts: tuple[str, int, bool]) -> None:
    assert address(url) == parts


@pytest.mark.parametrize("url", ["", "http://x", "mqtt://", "mqtt://x:port", "mqtt://x:99999"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Problem) as refused:
        address(url)
    assert refused.value.code == "bus.url"


def test_credentials_come_from_the_url_or_the_secrets(tmp_path: Path) -> None:
    assert credentials("mqtt://127.0.0.1", tmp_path) is None
    (tmp_path / "mqtt").write_text("gateway:pass:word\n")
    assert credentials("mqtt://127.0.0.1", tmp_path) == ("gateway", "pass:word")
    assert credentials("mqtt://me:a%20b@127.0.0.1", tmp_path) == ("me", "a b")
