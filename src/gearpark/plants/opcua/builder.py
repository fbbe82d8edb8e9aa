"""Adds nodes to an address space directly: thousands of nodes in well under a second."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData


def node_id(name: Any, namespace: Any = 0) -> ua.NodeId:
    """Node id of a number or text; namespace 0 is the standard's own."""
    return ua.NodeId(name, namespace)


OBJECTS = node_id(85)
ORGANIZES, COMPONENT, PROPERTY, ADD_IN = (node_id(i) for i in (35, 47, 46, 17604))
_TYPE_DEFINITION = node_id(40)
FOLDER, BASE_OBJECT, BASE_VARIABLE, PROPERTY_TYPE = (node_id(i) for i in (61, 58, 63, 68))
ANALOG_UNIT_RANGE, STATE_VARIABLE = node_id(17570), node_id(2760)
READ, READ_HISTORY = 0x01, 0x05
_A = ua.AttributeIds
_NO_TYPE = ua.NodeId()


def _held(value: Any, kind: ua.VariantType) -> AttributeValue:
    return AttributeValue(ua.DataValue(ua.Variant(value, kind)))


def _text(value: str, locale: str | None = "en") -> AttributeValue:
    return _held(ua.LocalizedText(value, locale), ua.VariantType.LocalizedText)


# attributes that never change are shared by all nodes
_ZERO_MASK = _held(0, ua.VariantType.UInt32)
_OBJECT_CLASS = _held(int(ua.NodeClass.Object), ua.VariantType.Int32)
_VARIABLE_CLASS = _held(int(ua.NodeClass.Variable), ua.VariantType.Int32)
_NO_EVENTS = _held(0, ua.VariantType.Byte)
_SCALAR = _held(-1, ua.VariantType.Int32)
_FALSE, _TRUE = _held(False, ua.VariantType.Boolean), _held(True, ua.VariantType.Boolean)
_ACCESS = {level: _held(level, ua.VariantType.Byte) for level in (READ, READ_HISTORY)}
_SAMPLING = _held(0.0, ua.VariantType.Double)


class Builder:
    """Adds nodes below existing ones. ``namespace`` is where the new node ids live."""

    def __init__(self, space: AddressSpace, namespace: int) -> None:
        self.space, self.namespace = space, namespace
        self._types: dict[ua.VariantType, AttributeValue] = {}

    def node_id(self, text: str) -> ua.NodeId:
        return node_id(text, self.namespace)

    def object(
        self,
        path: str,
        name: tuple[int, str],
        parent: ua.NodeId,
        *,
        reference: ua.NodeId = COMPONENT,
        type_id: ua.NodeId = BASE_OBJECT,
        title: str = "",
    ) -> ua.NodeId:
        """An object node; its id is ``path`` in this builder's namespace."""
        data = self._node(path, name, title, _OBJECT_CLASS)
        data.attributes[_A.EventNotifier] = _NO_EVENTS
        self._link(data, parent, reference, type_id, ua.NodeClass.Object)
        return data.nodeid

    def variable(
        self,
        path: str,
        name: tuple[int, str],
        parent: ua.NodeId,
        value: Any,
        kind: ua.VariantType,
        *,
        reference: ua.NodeId = COMPONENT,
        type_id: ua.NodeId = BASE_VARIABLE,
        data_type: ua.NodeId | None = None,
        title: str = "",
        description: str = "",
        history: bool = False,
    ) -> NodeData:
        """A scalar variable, readable only; ``history``: HistoryRead allowed and Historizing set."""
        data = self._node(path, name, title, _VARIABLE_CLASS)
        attributes = data.attributes
        if description:
            attributes[_A.Description] = _text(description, "zh-CN")
        attributes[_A.Value] = AttributeValue(ua.DataValue(ua.Variant(value, kind)))
        attributes[_A.DataType] = (
            _held(data_type, ua.VariantType.NodeId) if data_type is not None else self._built_in(kind)
        )
        attributes[_A.ValueRank] = _SCALAR
        access = _ACCESS[READ_HISTORY if history else READ]
        attributes[_A.AccessLevel] = attributes[_A.UserAccessLevel] = access
        attributes[_A.MinimumSamplingInterval] = _SAMPLING
        attributes[_A.Historizing] = _TRUE if history else _FALSE
        self._link(data, parent, reference, type_id, ua.NodeClass.Variable)
        return data

    def property(
        self, path: str, name: tuple[int, str], parent: ua.NodeId, value: Any, kind: ua.VariantType
    ) -> NodeData:
        return self.variable(path, name, parent, value, kind, reference=PROPERTY, type_id=PROPERTY_TYPE)

    def link(self, source: ua.NodeId, target: ua.NodeId, reference: ua.NodeId) -> None:
        """A further forward reference between two nodes that exist."""
        found = self.space[target]
        name = found.attributes[_A.BrowseName].value.Value.Value  # type: ignore[union-attr]
        title = found.attributes[_A.DisplayName].value.Value.Value  # type: ignore[union-attr]
        kind = found.attributes[_A.NodeClass].value.Value.Value  # type: ignore[union-attr]
        type_id = next(
            (r.NodeId for r in found.references if r.ReferenceTypeId == _TYPE_DEFINITION), _NO_TYPE
        )
        self.space[source].references.append(
            ua.ReferenceDescription(reference, True, target, name, title, ua.NodeClass(kind), type_id)
        )

    def _built_in(self, kind: ua.VariantType) -> AttributeValue:
        if kind not in self._types:
            self._types[kind] = _held(node_id(kind.value), ua.VariantType.NodeId)
        return self._types[kind]

    def _node(self, path: str, name: tuple[int, str], title: str, node_class: AttributeValue) -> NodeData:
        data = NodeData(self.node_id(path))
        data.attributes = {
            _A.NodeId: _held(data.nodeid, ua.VariantType.NodeId),
            _A.BrowseName: _held(ua.QualifiedName(name[1], name[0]), ua.VariantType.QualifiedName),
            _A.NodeClass: node_class,
            _A.DisplayName: _text(title or name[1]),
            _A.WriteMask: _ZERO_MASK,
            _A.UserWriteMask: _ZERO_MASK,
        }
        return data

    def _link(
        self, data: NodeData, parent: ua.NodeId, reference: ua.NodeId, type_id: ua.NodeId, kind: ua.NodeClass
    ) -> None:
        name = data.attributes[_A.BrowseName].value.Value.Value  # type: ignore[union-attr]
        title = data.attributes[_A.DisplayName].value.Value.Value  # type: ignore[union-attr]
        above = self.space[parent]
        above.references.append(
            ua.ReferenceDescription(reference, True, data.nodeid, name, title, kind, type_id)
        )
        over = above.attributes
        data.references.append(
            ua.ReferenceDescription(
                reference,
                False,
                parent,
                over[_A.BrowseName].value.Value.Value,  # type: ignore[union-attr]
                over[_A.DisplayName].value.Value.Value,  # type: ignore[union-attr]
                ua.NodeClass(over[_A.NodeClass].value.Value.Value),  # type: ignore[union-attr]
                _NO_TYPE,
            )
        )
        type_data = self.space.get(type_id)
        if type_data is not None:
            their = type_data.attributes
            data.references.append(
                ua.ReferenceDescription(
                    _TYPE_DEFINITION,
                    True,
                    type_id,
                    their[_A.BrowseName].value.Value.Value,  # type: ignore[union-attr]
                    their[_A.DisplayName].value.Value.Value,  # type: ignore[union-attr]
                    ua.NodeClass(their[_A.NodeClass].value.Value.Value),  # type: ignore[union-attr]
                    _NO_TYPE,
                )
            )
        self.space[data.nodeid] = data
