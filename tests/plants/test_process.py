"""``python -m gearpark.plants`` as a process: endpoints, clean stop, refused options."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from asyncua import Client

from gearpark.base.problems import Problem
from gearpark.plants.__main__ import main
from gearpark.plants.options import parse_options

DEADLINE_S = 60.0


async def test_starts_lists_its_endpoints_and_stops_on_sigterm(tmp_path: Path, free_port: int) -> None:
    base = max(min(free_port, 60_000), 20_000)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gearpark.plants", "--home", str(tmp_path), "--port-base", str(base), "--lines", "1",
        "--history-hours", "1", "--inject", "qc-l1-op20a:breakdown:600", stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        async with asyncio.timeout(DEADLINE_S):
            said = b""
            while b"endpoints are listed" not in said:
                line = await process.stderr.readline()
                assert line, said.decode()
                said += line
        document = json.loads((tmp_path / "run" / "plants.json").read_text())
        assert document["pid"] == process.pid
        by_protocol = {e["protocol"]: e for e in document["endpoints"]}
        assert set(by_protocol) == {"opcua", "mtconnect", "shdr"}
        assert by_protocol["opcua"]["org"] == "qichi"
        assert by_protocol["mtconnect"]["org"] == "replay-lab"
        async with Client(by_protocol["opcua"]["url"]) as client:
            index = await client.get_namespace_index("urn:gearpark:plants:housing")
            assert await client.get_node(f"ns={index};s=qc-l1-op20a/alarm").read_value() == "INJ-0001"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            rest = await process.stderr.read()
            assert await process.wait() == 0
        assert b"Traceback" not in said + rest
        assert b"plants stopped" in rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    "argv",
    [
        ["--lines", "8"],
        ["--speed", "0"],
        ["--history-hours", "1000"],
        ["--port-base", "80"],
        ["--inject", "x:y:z"],
    ],
)
def test_options_that_do_not_fit_are_refused(argv: list[str]) -> None:
    with pytest.raises(Problem, match=r"plants\."):
        parse_options(argv)
    assert main(argv) == 2


def test_ports_of_the_demo_and_of_another_base(tmp_path: Path) -> None:
    usual = parse_options(["--home", str(tmp_path)])
    assert (usual.port_base, usual.agent_port, usual.adapter_port) == (48_400, 5001, 7878)
    other = parse_options(["--port-base", "50000"])
    assert (other.agent_port, other.adapter_port) == (50_050, 50_051)
