"""The signals of one line as they stand, and the list of changes since the last look."""

from __future__ import annotations

from typing import NamedTuple

SECOND_US = 1_000_000
Value = float | str


class Change(NamedTuple):
    """One signal took a new value. ``device`` is the code inside the line (``op10a``), not the asset id."""

    at_us: int
    device: str
    signal: str
    value: Value


# item_state, operation_mode, packml_state, suspend_reason as one device shows them (OPC 40001-1, PackML words)
SHOWN: dict[str, tuple[str, str, str, str]] = {
    "running": ("Executing", "Processing", "Execute", ""),
    "starved": ("NotExecuting", "Processing", "Suspended", "starved"),
    "blocked": ("NotExecuting", "Processing", "Suspended", "blocked"),
    "idle": ("NotExecuting", "Processing", "Idle", ""),
    "setup": ("NotExecuting", "Setup", "Held", ""),
    "down": ("OutOfService", "Processing", "Aborted", ""),
    "off": ("NotExecuting", "None", "Stopped", ""),
}
_STATE_SIGNALS = ("item_state", "operation_mode", "packml_state", "suspend_reason")


class Board:
    """Current values by device and signal; ``put`` records only real changes."""

    def __init__(self, devices: list[str]) -> None:
        self.values: dict[str, dict[str, Value]] = {code: {} for code in devices}
        self.states: dict[str, str] = {}
        self.changes: list[Change] = []

    def put(self, at_us: int, device: str, signal: str, value: Value) -> None:
        held = self.values[device]
        if held.get(signal) != value:
            held[signal] = value
            self.changes.append(Change(at_us, device, signal, value))

    def add(self, at_us: int, device: str, signal: str, step: int = 1) -> None:
        """Move a counter on."""
        self.put(at_us, device, signal, float(self.values[device].get(signal, 0.0)) + step)

    def show(self, at_us: int, device: str, state: str) -> None:
        """Show a machine state through its four state signals."""
        if self.states.get(device) != state:
            self.states[device] = state
            for signal, value in zip(_STATE_SIGNALS, SHOWN[state], strict=True):
                self.put(at_us, device, signal, value)

    def take(self) -> list[Change]:
        """The changes since the last call, in order of time."""
        taken, self.changes = self.changes, []
        return taken
