"""Devices as OPC UA objects: MachineTool instances for machine tools, Machinery items for everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from gearpark.base.wire import SignalInfo, SignalKind
from gearpark.engines.lines import Characteristic, Device, LineTemplate

from ..line.analogs import RANGES, sampled
from ..line.behaviour import shop
from .builder import (
    ADD_IN,
    ANALOG_UNIT_RANGE,
    BASE_OBJECT,
    BASE_VARIABLE,
    COMPONENT,
    FOLDER,
    ORGANIZES,
    STATE_VARIABLE,
    Builder,
)
from .cells import Cell
from .typespace import TypeSpace
from .units import unit_information, unit_range

MACHINE_TOOLS = frozenset({
    "machining-centre", "lathe", "hobbing-machine", "chamfering-machine", "shaving-machine", "grinding-machine",
    "gear-grinder", "honing-machine",
})  # fmt: skip
PLAIN_RANGE = (0.0, 100.0)
ITEM_STATE_TYPE = "MachineryItemState_StateMachineType"
MODE_TYPE = "MachineryOperationModeStateMachineType"
# MachineOperationMode of MachineTool (OPC 40501-1): Automatic 1, Setup 2, Service 4, Other 5
_OPERATION_MODES = {"Processing": 1, "Setup": 2, "Maintenance": 4, "None": 5}
_PROGRAM_STATES = {"Execute": "Running", "Aborted": "Aborted", "Suspended": "Ended", "Held": "Interrupted"}
_V = ua.VariantType


@dataclass(slots=True)
class Sink:
    """Where a signal goes: the cell that carries it and the companion model's cells that follow it."""

    cell: Cell
    followers: list[Cell] = field(default_factory=list)


def _words(value: Any) -> ua.LocalizedText:
    return ua.LocalizedText(str(value), "en")


def _state_id(types: TypeSpace, machine: str) -> Callable[[Any], ua.NodeId]:
    found = {name.split("/")[1]: i for (_, name), i in types.names.items() if name.startswith(f"{machine}/")}
    return lambda value: found.get(str(value), ua.NodeId())


class DeviceBuilder:
    """Builds the devices of one line under the Machines folder."""

    def __init__(
        self, builder: Builder, types: TypeSpace, template: LineTemplate, line_id: str, path: str
    ) -> None:
        self.build, self.types, self.line_id, self.path = builder, types, line_id, path
        self.template = template
        self.sinks: dict[tuple[str, str], Sink] = {}
        self._machines = types.type_object("Machines")
        self._state_ids = {name: _state_id(types, name) for name in (ITEM_STATE_TYPE, MODE_TYPE)}

    def add(self, device: Device, number: int) -> None:
        """One device with all its nodes and cells."""
        types, build = self.types, self.build
        asset = f"{self.line_id}-{device.code}"
        tool = device.type in MACHINE_TOOLS
        type_id = types.type(types.machine_tool, "MachineToolType") if tool else BASE_OBJECT
        root = build.object(
            asset,
            (build.namespace, asset),
            self._machines,
            reference=ORGANIZES,
            type_id=type_id,
            title=device.title_en,
        )
        blocks = build.object(
            f"{asset}/blocks", (types.machinery, "MachineryBuildingBlocks"), root, type_id=FOLDER
        )
        self._identification(asset, device, root, blocks, number, tool=tool)
        state, mode = self._states(asset, device.code, blocks)
        followers: dict[str, list[Cell]] = {}
        if tool:
            self._machine_tool(asset, root, mode, followers)
        self._signals(asset, device, root, followers)
        self.sinks[device.code, "item_state"] = state
        self.sinks[device.code, "operation_mode"] = mode

    def _identification(
        self, asset: str, device: Device, root: ua.NodeId, blocks: ua.NodeId, number: int, *, tool: bool
    ) -> None:
        types, build, base = self.types, self.build, f"{asset}/identification"
        type_id = (
            types.type(types.machine_tool, "MachineToolIdentificationType")
            if tool
            else types.type(types.machinery, "MachineIdentificationType")
        )
        node = build.object(base, (types.di, "Identification"), root, reference=ADD_IN, type_id=type_id)
        build.link(blocks, node, ADD_IN)
        known = shop().types[device.type]
        maker, model = known.manufacturer, known.model
        serial = f"{model}-{number:04d}"
        texts = {
            "Manufacturer": (types.di, ua.LocalizedText(maker, "en")),
            "Model": (types.di, ua.LocalizedText(model, "en")),
            "ComponentName": (types.di, ua.LocalizedText(device.title_zh, "zh-CN")),
        }
        strings = {
            "SerialNumber": (types.di, serial),
            "ProductInstanceUri": (types.di, f"urn:gearpark:invented:{model}:{serial}"),
            "AssetId": (types.di, asset),
            "DeviceClass": (types.di, device.type),
            "Location": (types.machinery, f"{self.path}/{device.code}"),
        }
        for name, (index, text) in texts.items():
            build.property(f"{base}/{name}", (index, name), node, text, _V.LocalizedText)
        for name, (index, value) in strings.items():
            build.property(f"{base}/{name}", (index, name), node, value, _V.String)

    def _states(self, asset: str, code: str, blocks: ua.NodeId) -> tuple[Sink, Sink]:
        found = []
        for name, type_name, first in (
            ("MachineryItemState", ITEM_STATE_TYPE, "NotExecuting"),
            ("MachineryOperationMode", MODE_TYPE, "None"),
        ):
            type_id = self.types.type(self.types.machinery, type_name)
            machine = self.build.object(
                f"{asset}/{name}", (self.types.machinery, name), blocks, reference=ADD_IN, type_id=type_id
            )
            found.append(self._current_state(f"{asset}/{name}", machine, first, self._state_ids[type_name]))
        return found[0], found[1]

    def _current_state(
        self, path: str, machine: ua.NodeId, first: str, state_id: Callable[[Any], ua.NodeId] | None
    ) -> Sink:
        build = self.build
        node = build.variable(
            f"{path}/CurrentState", (0, "CurrentState"), machine, _words(first), _V.LocalizedText,
            type_id=STATE_VARIABLE, history=True,
        )  # fmt: skip
        sink = Sink(Cell(node, _V.LocalizedText, _words, history=True))
        if state_id is not None:
            number = build.property(
                f"{path}/CurrentState/Id", (0, "Id"), node.nodeid, state_id(first), _V.NodeId
            )
            sink.followers.append(Cell(number, _V.NodeId, state_id, history=False))
        return sink

    def _machine_tool(
        self, asset: str, root: ua.NodeId, mode: Sink, followers: dict[str, list[Cell]]
    ) -> None:
        """Monitoring, Production, Equipment and Notification, with the cells that follow our signals."""
        types, build = self.types, self.build
        index = types.machine_tool
        parts = {}
        for name, type_name in (
            ("Monitoring", "MonitoringType"),
            ("Production", "ProductionType"),
            ("Equipment", "EquipmentType"),
            ("Notification", "NotificationType"),
        ):
            parts[name] = build.object(
                f"{asset}/{name}", (index, name), root, type_id=types.type(index, type_name)
            )
        operation = build.object(
            f"{asset}/Monitoring/MachineTool",
            (index, "MachineTool"),
            parts["Monitoring"],
            type_id=types.type(index, "MachineOperationMonitoringType"),
        )
        node = build.variable(
            f"{asset}/Monitoring/MachineTool/OperationMode",
            (index, "OperationMode"),
            operation,
            1,
            _V.Int32,
            data_type=types.type(index, "MachineOperationMode"),
        )
        mode.followers.append(Cell(node, _V.Int32, lambda v: _OPERATION_MODES.get(str(v), 5), history=False))
        program = build.object(
            f"{asset}/Production/ActiveProgram",
            (index, "ActiveProgram"),
            parts["Production"],
            type_id=types.type(index, "ProductionActiveProgramType"),
        )
        build.property(
            f"{asset}/Production/ActiveProgram/NumberInList", (0, "NumberInList"), program, 0, _V.UInt16
        )
        state = build.object(
            f"{asset}/Production/ActiveProgram/State",
            (index, "State"),
            program,
            type_id=types.type(index, "ProductionProgramStateMachineType"),
        )
        running = self._current_state(f"{asset}/Production/ActiveProgram/State", state, "Ended", None)
        running.cell.convert = lambda value: _words(_PROGRAM_STATES.get(str(value), "Ended"))
        followers["packml_state"] = [running.cell]
        named = build.property(
            f"{asset}/Production/ActiveProgram/Name", (index, "Name"), program, "", _V.String
        )
        followers["program"] = [Cell(named, _V.String, str, history=False)]

    def _signals(
        self,
        asset: str,
        device: Device,
        root: ua.NodeId,
        followers: dict[str, list[Cell]],
    ) -> None:
        build = self.build
        folder = build.object(f"{asset}/signals", (build.namespace, "Signals"), root, type_id=FOLDER)
        steady = sampled(self.template, device.code)
        limits = {c.signal: _span(c) for c in self.template.measured_by(device.code)}
        for info in self.template.signals_of(device.code):
            if info.name in ("item_state", "operation_mode"):
                continue
            span = steady.get(info.name) or limits.get(info.name) or RANGES.get(info.name, PLAIN_RANGE)
            cell = self._signal(asset, info, folder, span, history=info.name not in steady)
            self.sinks[device.code, info.name] = Sink(cell, followers.get(info.name, []))

    def _signal(
        self, asset: str, info: SignalInfo, folder: ua.NodeId, span: tuple[float, float], *, history: bool
    ) -> Cell:
        build = self.build
        kind, convert, first = _KINDS[info.kind]
        analog = info.kind is SignalKind.ANALOG
        node = build.variable(
            f"{asset}/{info.name}",
            (build.namespace, info.name),
            folder,
            first,
            kind,
            reference=COMPONENT,
            type_id=ANALOG_UNIT_RANGE if analog else BASE_VARIABLE,
            title=info.title_en,
            description=info.title_zh,
            history=history,
        )
        if analog:
            path = f"{asset}/{info.name}"
            build.property(
                f"{path}/EngineeringUnits", (0, "EngineeringUnits"), node.nodeid, unit_information(info.unit),
                _V.ExtensionObject,
            )  # fmt: skip
            build.property(
                f"{path}/EURange", (0, "EURange"), node.nodeid, unit_range(*span), _V.ExtensionObject
            )
        return Cell(node, kind, convert, history=history)


def _span(c: Characteristic) -> tuple[float, float]:
    """What a gauge can show of a characteristic: its tolerance with as much again on both sides."""
    ends = [v for v in (c.lsl, c.usl, c.nominal, 0.0) if v is not None]
    room = c.tolerance or max(ends) - min(ends) or 1.0
    return (c.lsl if c.lsl is not None else min(0.0, *ends)) - room, max(ends) + room


_KINDS: dict[SignalKind, tuple[ua.VariantType, Callable[[Any], Any], Any]] = {
    SignalKind.ANALOG: (_V.Double, float, 0.0),
    SignalKind.COUNTER: (_V.UInt32, int, 0),
    SignalKind.STATE: (_V.String, str, ""),
    SignalKind.TEXT: (_V.String, str, ""),
    SignalKind.CONDITION: (_V.String, str, ""),
}
