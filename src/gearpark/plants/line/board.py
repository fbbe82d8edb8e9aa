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
    """Current values by device and signal; ``put`` records only real changes, one an instant: the last."""

    def __init__(self, devices: list[str]) -> None:
        self.values: dict[str, dict[str, Value]] = {code: {} for code in devices}
        self.states: dict[str, str] = {}
        self.changes: list[Change] = []
        self._place: dict[tuple[str, str], int] = {}  # where a signal's newest change stands in ``changes``

    def put(self, at_us: int, device: str, signal: str, value: Value) -> None:
        if self.values[device].get(signal) != value:
            self.tell(at_us, device, signal, value)

    def tell(self, at_us: int, device: str, signal: str, value: Value) -> None:
        """Record a value even when it is the one that stood: a measured value belongs to its own part."""
        self.values[device][signal] = value
        change, place = Change(at_us, device, signal, value), self._place.get((device, signal))
        if place is not None and self.changes[place].at_us == at_us:
            self.changes[place] = change
            return
        self._place[device, signal] = len(self.changes)
        self.changes.append(change)

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
        self._place.clear()
        return taken
