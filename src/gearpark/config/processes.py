"""Which processes make up one installation, in starting order, and how each says that it is ready."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gearpark.base import home

READY_PROBE_TIMEOUT_S = 2.0
DEFAULT_MQTT = "mqtt://127.0.0.1:18830"
DEFAULT_WEB = "http://127.0.0.1:8000"
POTLINE_RESTART_S = 0.1  # cells wait for their controller


@dataclass(frozen=True, slots=True)
class Process:
    """One child of the supervisor.

    name      short word, also the log file's name
    argv      full command line
    ready     returns True once others may lean on it
    once      True for a step that ends by itself with exit code 0 (migrations, demo data)
    note      printed when it becomes ready
    restart_s wait before the first new start after a fall
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], bool] = field(default=lambda: True)
    once: bool = False
    note: str = ""
    restart_s: float = 0.5


def host_port(url: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or default_port


def tcp_open(url: str, default_port: int) -> bool:
    """Does anything accept a TCP connection there?"""
    try:
        with socket.create_connection(host_port(url, default_port), READY_PROBE_TIMEOUT_S):
            return True
    except OSError:
        return False


def http_ok(url: str, path: str) -> bool:
    """Does a GET answer 200?"""
    connection = http.client.HTTPConnection(*host_port(url, 80), timeout=READY_PROBE_TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def mqtt_url() -> str:
    return os.environ.get("GEARPARK_MQTT") or DEFAULT_MQTT


def web_url() -> str:
    return os.environ.get("GEARPARK_WEB") or DEFAULT_WEB


def database_answers() -> bool:
    from gearpark.config import database

    return database.ready()


def plants_listen() -> bool:
    return (home.home() / "run" / "plants.json").exists()


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    return module("gearpark.config.cli", "manage", *arguments)


DEMO_POTLINE = ("qineng", "qn-p1")  # firm and code of the demo's line


def potline_processes(cells: int, port: int) -> list[Process]:
    """The potline's controller where ``GEARPARK_POTLINE`` names the cells' OPC UA server; with ``cells``, before it, a
    simulated line."""
    url, tree = os.environ.get("GEARPARK_POTLINE", ""), []
    named: tuple[str, ...] = ()
    mode = os.environ.get("GEARPARK_POTLINE_MODE", "advise")
    if cells:
        url, mode = f"opc.tcp://127.0.0.1:{port}/gearpark/potline", "control"
        plant = module("gearpark.plants.potline", "--port", str(port), "--cells", str(cells))
        tree.append(Process("potline-cells", plant))
        named = ("--org", DEMO_POTLINE[0], "--line", DEMO_POTLINE[1])
    if url:
        argv = module("gearpark.config.potline", "--url", url, "--mode", mode, *named)
        tree.append(Process("potline", argv, restart_s=POTLINE_RESTART_S))
    return tree


def installation(
    *,
    demo: bool,
    plant_arguments: tuple[str, ...] = (),
    note: str = "",
    potline_cells: int = 0,
    potline_port: int = 0,
) -> list[Process]:
    """The process tree of ``gearpark up``; with ``demo`` the plants and the demo park are added, with ``potline_cells`` a
    potline.

    An external database (``DATABASE_URL``) or broker (``GEARPARK_MQTT`` off this machine) is used, not started.
    """
    web_host, web_port = host_port(web_url(), 8000)
    bus_host, _ = host_port(mqtt_url(), 1883)
    tree: list[Process] = []
    if not os.environ.get("DATABASE_URL"):
        tree.append(Process("database", module("gearpark.config.database", "serve"), database_answers))
    if bus_host in {"127.0.0.1", "localhost", "::1"} and not os.environ.get("GEARPARK_BUS_EXTERNAL"):
        tree.append(Process("bus", module("gearpark.bus.broker"), lambda: tcp_open(mqtt_url(), 1883)))
    tree.append(Process("historian", module("gearpark.bus.historian")))
    if demo:  # early: plants compute their past while the schema is made
        (home.home() / "run" / "plants.json").unlink(missing_ok=True)  # what the last run's plants said
        tree.append(Process("plants", module("gearpark.plants", *plant_arguments), plants_listen))
    prepare = module("gearpark.config.prepare", *(["--demo"] if demo else []))
    tree.append(Process("prepare", prepare, once=True))
    serve = module(
        "uvicorn", "gearpark.config.asgi:application", "--host", web_host, "--port", str(web_port),
        "--no-access-log", "--timeout-graceful-shutdown", "3",
    )  # fmt: skip
    tree.append(Process("web", serve, lambda: http_ok(web_url(), "/healthz"), note=note))
    tree.append(Process("gateway", module("gearpark.gateway", "--name", "gw1", "--core", web_url())))
    tree.append(Process("floor", module("gearpark.config.floor")))
    tree.append(Process("jobs", manage("procrastinate", "worker", "--concurrency", "1")))
    if demo:
        tree.append(Process("demo-machines", module("gearpark.config.demo", "machines"), once=True))
    tree += potline_processes(potline_cells if demo else 0, potline_port)  # last: their first start compiles
    return tree
