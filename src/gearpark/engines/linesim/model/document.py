"""A model file as written: its values and the line each stands on, so that a refusal can name the line."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import yaml

from gearpark.base.problems import Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
MAX_NODES = 200_000

Path = tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """Plain values (mappings, lists, texts, numbers) of a model file, and the line of each path."""

    raw: dict[str, Any]
    lines: dict[Path, int] = field(default_factory=dict)
    name: str = "model"

    def line(self, path: Path) -> int:
        """Line of a path, or of the nearest thing around it; 0 when nothing was written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def at(self, path: Path) -> Any:
        """Value at a path; None when there is nothing."""
        here: Any = self.raw
        for key in path:
            if isinstance(here, list) and key.isdigit() and int(key) < len(here):
                here = here[int(key)]
            elif isinstance(here, Mapping) and key in here:
                here = here[key]
            else:
                return None
        return here

    def hash(self) -> str:
        """Identity of what is modelled: unchanged by order, comments and spacing."""
        text = json.dumps(self.raw, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def patched(self, changes: Mapping[str, Any], line: int | None = None) -> Document:
        """The document with values set at dotted paths (``stations.op30.cycle``, ``buffers.*.capacity``); None takes
        what stands there away."""
        raw, lines = copy.deepcopy(self.raw), dict(self.lines)
        for text, value in changes.items():
            for path in self.paths(text):
                here = raw
                for key in path[:-1]:
                    nested = here[int(key)] if isinstance(here, list) else here[key]
                    if not isinstance(nested, (dict, list)):
                        raise refusal("twin.path_unknown", self, path, f"nothing can be set at {text}")
                    here = nested  # type: ignore[assignment]
                if value is None and isinstance(here, dict):
                    here.pop(path[-1], None)
                else:
                    here[int(path[-1]) if isinstance(here, list) else path[-1]] = copy.deepcopy(value)  # type: ignore[index]
                for below in [p for p in lines if p[: len(path)] == path]:
                    del lines[below]
                lines[path] = line if line is not None else self.line(path)
        return Document(raw, lines, self.name)

    def paths(self, text: str) -> list[Path]:
        """Paths meant by a dotted text with wildcards. Without a wildcard only the parent must exist."""
        keys = text.split(".")
        found: list[Path] = [()]
        for depth, key in enumerate(keys):
            last = depth == len(keys) - 1
            after: list[Path] = []
            for path in found:
                here = self.at(path)
                names = list(here) if isinstance(here, Mapping) else [str(k) for k in range(len(here or ()))]
                if "*" in key or "?" in key:
                    after += [(*path, name) for name in names if fnmatchcase(name, key)]
                elif key in names or (last and isinstance(here, Mapping)):
                    after.append((*path, key))
            found = after
        if not found:
            raise refusal("twin.path_unknown", self, (), f"the model has nothing at {text}")
        return found


def refusal(code: str, document: Document, path: Path, text: str, **details: Any) -> Problem:
    """A Problem about one place of the model file: ``text`` completes the sentence, without its full stop."""
    line = document.line(path)
    place = f"{document.name}, line {line}" if line else document.name
    dotted = ".".join(path)
    return Problem(
        code,
        f"{place}{': ' + dotted if dotted else ''}: {text}.",
        line=line,
        path=dotted,
        reason=text,
        **details,
    )


def read_document(text: str, name: str = "model") -> Document:
    """YAML text -> document. Only plain values are read: no tags, no anchors."""
    if len(text.encode()) > MAX_BYTES:
        raise Problem("twin.file_unreadable", f"{name} is larger than {MAX_BYTES:,} bytes.", line=0)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError as error:
        raise Problem("twin.file_unreadable", f"{name} is nested too deeply.", line=0) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        what = getattr(error, "problem", None) or "it is not YAML"
        raise Problem("twin.file_unreadable", f"{name}, line {line}: {what}.", line=line) from error
    lines: dict[Path, int] = {}
    seen: set[int] = set()
    raw = _plain(root, (), lines, seen, name) if root is not None else None
    if not isinstance(raw, dict):
        raise Problem(
            "twin.file_unreadable", f"{name} holds no model: a mapping of names is expected.", line=1
        )
    return Document(raw, lines, name)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], seen: set[int], name: str) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if id(node) in seen or len(path) > MAX_DEPTH or len(lines) > MAX_NODES:
        why = (
            "a value is used twice by an anchor"
            if id(node) in seen
            else "it is nested too deeply or too large"
        )
        raise Problem("twin.file_unreadable", f"{name}, line {line}: {why}; write it out plainly.", line=line)
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(getattr(key_node, "value", ""))
            if key in made:
                row = key_node.start_mark.line + 1
                raise Problem("twin.name_twice", f"{name}, line {row}: {key} stands there twice.", line=row)
            made[key] = _plain(value_node, (*path, key), lines, seen, name)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, str(k)), lines, seen, name) for k, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """Numbers, truths and nothing are read as such; dates and all else stay text."""
    if node.tag.rsplit(":", 1)[-1] not in {"int", "float", "bool", "null"}:
        return str(node.value)
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, KeyError, yaml.YAMLError):  # a tag that does not fit its text
        return str(node.value)
