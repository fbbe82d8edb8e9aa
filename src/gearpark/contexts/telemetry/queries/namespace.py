"""The namespace: park / enterprise / site / area / line / unit, with the tags of each unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry

from ..types import TagInfo, TagRow, TreeNode
from .latest import rows_of
from .tags import counts_by_asset, search, tags_of_assets

PAGE_ROWS = 100
LEVEL_NAMES = ("enterprise", "site", "area", "line", "unit")
MAX_BRANCH = 500


@dataclass(frozen=True, slots=True)
class NamespacePage:
    """The browser at one path. ``trail``: (name, path) steps to it; ``open_nodes``: branches drawn open."""

    path: str
    q: str
    kind: str
    asset: str
    tree: list[TreeNode]
    open_nodes: dict[str, list[TreeNode]]
    rows: list[TagRow]
    next_after: str
    total_tags: int
    trail: list[tuple[str, str]]


def _firm_names(scope: Scope, nodes: list[registry.AssetNode], language: str) -> dict[str, str]:
    """Slug -> name of the organisations that stand at the roots of the paths."""
    slugs = tuple({node.path.split("/")[0] for node in nodes})
    chinese = language.startswith("zh")
    found = registry.organisations(scope, slugs=slugs)
    return {firm.slug: (firm.name_zh if chinese else firm.name_en) or firm.name_zh for firm in found}


def _nodes(scope: Scope) -> list[registry.AssetNode]:
    return [node for node in registry.assets(scope) if node.active]


def _branch(
    nodes: list[registry.AssetNode], counts: dict[str, int], prefix: str, names: dict[str, str]
) -> list[TreeNode]:
    """Children of a path prefix ("" is the park), by name. A step may be a node, or only part of longer paths."""
    depth = len(prefix.split("/")) if prefix else 0
    steps: dict[str, list[registry.AssetNode]] = {}
    for node in nodes:
        parts = node.path.split("/")
        if len(parts) > depth and (not prefix or node.path.startswith(prefix + "/")):
            steps.setdefault("/".join(parts[: depth + 1]), []).append(node)
    made = []
    for path, below in steps.items():
        own = next((node for node in below if node.path == path), None)
        made.append(
            TreeNode(
                path=path,
                name=own.name if own is not None else names.get(path, path.rsplit("/", 1)[-1]),
                level=own.level if own is not None else LEVEL_NAMES[min(depth, len(LEVEL_NAMES) - 1)],
                asset=own.id if own is not None else "",
                assets=len(below),
                tags=sum(counts.get(node.id, 0) for node in below),
                has_children=any(node.path != path for node in below),
            )
        )
    return sorted(made, key=lambda node: (node.name, node.path))[:MAX_BRANCH]


def branch(scope: Scope, path: str) -> list[TreeNode]:
    """The children of one path, for a branch that is opened."""
    return _branch(_nodes(scope), counts_by_asset(scope), path.strip("/"), {})


def _tags_below(scope: Scope, nodes: list[registry.AssetNode], path: str) -> list[TagInfo]:
    below = [node for node in nodes if node.path == path or node.path.startswith(path + "/")]
    found = tags_of_assets(scope, [node.id for node in sorted(below, key=lambda node: node.path)])
    return [info for infos in found.values() for info in infos]


def namespace_page(
    scope: Scope, *, path: str, q: str, kind: str, after: str, asset: str, now: datetime, language: str
) -> NamespacePage:
    """The browser: tree open down to ``path`` (or to an asset's path), its tags with newest values, a page at a time."""
    nodes = _nodes(scope)
    counts = counts_by_asset(scope)
    if asset and not path:
        path = next((node.path for node in nodes if node.id == asset), "")
    path = path.strip("/")
    steps = path.split("/") if path else []
    prefixes = ["/".join(steps[: n + 1]) for n in range(len(steps))]
    firms = _firm_names(scope, nodes, language)
    names = firms | {node.path: node.name for node in nodes}
    tree = _branch(nodes, counts, "", firms)
    if not prefixes and len(tree) == 1:
        prefixes = [tree[0].path]  # one firm only: open it, there is nothing to choose
    if path and not q:
        infos = [info for info in _tags_below(scope, nodes, path) if not kind or info.kind == kind]
        start = next((k + 1 for k, info in enumerate(infos) if info.tag == after), 0) if after else 0
        shown, more = infos[start : start + PAGE_ROWS], len(infos) > start + PAGE_ROWS
    else:
        found = search(scope, q, kind=kind, after=after, limit=PAGE_ROWS, one_more=True)
        shown, more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    return NamespacePage(
        path=path,
        q=q,
        kind=kind,
        asset=asset,
        tree=tree,
        open_nodes={prefix: _branch(nodes, counts, prefix, firms) for prefix in prefixes},
        rows=rows_of(shown, now),
        next_after=shown[-1].tag if more and shown else "",
        total_tags=sum(counts.values()),
        trail=[(names.get(prefix, prefix.rsplit("/", 1)[-1]), prefix) for prefix in prefixes if path],
    )
