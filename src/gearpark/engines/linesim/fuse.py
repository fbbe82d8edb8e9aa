"""Makes one source file of the kernel: every ``hot`` function is written out where it is called.

numba compiles and optimises each function on its own and again inside every caller; a kernel of ninety small functions
took 30 s that way. Written out beforehand it is one large function and a few dozen helpers. A hot function may be
called as a statement, as the whole right side of an assignment, or in ``return``; it must not return out of a loop.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

MAX_DEPTH = 30
HOT, COLD, ENTRY = "hot", "cold", "entry"


class NotFusable(Exception):
    """The kernel's source breaks a rule of this file."""


def fused(folder: Path, files: Sequence[str], head: str) -> str:
    """One module of the functions in ``files``, after ``head``; of two with one name the later counts."""
    found: dict[str, ast.FunctionDef] = {}
    constants: list[ast.stmt] = []
    taken: set[str] = set()
    for name in files:
        for node in ast.parse((folder / f"{name}.py").read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and _mark(node):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                constants.append(node)
                names = [
                    n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                ]
                if taken & set(names) or any(f" {name}" in head for name in names):
                    raise NotFusable(f"a constant stands there twice: {names}")
                taken |= set(names)
    hot = {name: node for name, node in found.items() if _mark(node) == HOT}
    made: list[ast.stmt] = []
    for name, node in found.items():
        if name not in hot:
            function = copy.deepcopy(node)
            function.body = _Writer(hot).block(_without_docstring(function.body), 0)
            _plain_signature(function)
            made.append(function)
    module = ast.Module(body=[*constants, *made], type_ignores=[])
    return head + ast.unparse(ast.fix_missing_locations(module)) + "\n"


def _mark(node: ast.FunctionDef) -> str:
    marks = [d.id for d in node.decorator_list if isinstance(d, ast.Name) and d.id in {HOT, COLD, ENTRY}]
    return marks[0] if marks else ""


def _plain_signature(function: ast.FunctionDef) -> None:
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    talks = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if talks else body


class _Writer:
    """Writes hot functions out, each call under names of its own."""

    def __init__(self, hot: dict[str, ast.FunctionDef]) -> None:
        self.hot = hot
        self.calls = 0

    def block(self, body: Iterable[ast.stmt], depth: int) -> list[ast.stmt]:
        return [made for statement in body for made in self._statement(statement, depth)]

    def _statement(self, node: ast.stmt, depth: int) -> Iterator[ast.stmt]:
        if depth > MAX_DEPTH:
            raise NotFusable("hot functions call one another in a ring")
        if isinstance(node, ast.Expr) and self._is_hot(node.value):
            yield from self._written(node.value, None, depth)
        elif isinstance(node, ast.Assign) and self._is_hot(node.value):
            yield from self._written(node.value, node.targets[0], depth)
        elif isinstance(node, ast.Return) and node.value is not None and self._is_hot(node.value):
            self.calls += 1
            name = f"answer_{self.calls}"
            yield from self._written(node.value, ast.Name(name, ast.Store()), depth)
            yield ast.Return(ast.Name(name, ast.Load()))
        elif isinstance(node, (ast.If, ast.While, ast.For)):
            heads = [node.test] if isinstance(node, (ast.If, ast.While)) else [node.iter]
            self._refuse_inside(heads)
            node.body = self.block(node.body, depth)
            node.orelse = self.block(node.orelse, depth)
            yield node
        else:
            self._refuse_inside([node])
            yield node

    def _is_hot(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.hot

    def _refuse_inside(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            for inner in ast.walk(node):
                if isinstance(inner, ast.expr) and self._is_hot(inner):
                    raise NotFusable(
                        f"line {inner.lineno}: a hot call inside an expression: {ast.unparse(node)}"
                    )

    def _written(self, call: ast.expr, target: ast.expr | None, depth: int) -> Iterator[ast.stmt]:
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise NotFusable(ast.unparse(call))
        function = copy.deepcopy(self.hot[call.func.id])
        self.calls += 1
        mark = f"_{self.calls}"
        stored = _stored(function.body)
        names: dict[str, ast.expr] = {name: ast.Name(name + mark, ast.Load()) for name in stored}
        for parameter, value in zip(function.args.args, call.args, strict=True):
            if parameter.arg not in stored and isinstance(value, (ast.Name, ast.Constant)):
                names[parameter.arg] = value
            else:
                names[parameter.arg] = ast.Name(parameter.arg + mark, ast.Load())
                yield ast.Assign([ast.Name(parameter.arg + mark, ast.Store())], value)
        body = [_Renamed(names).visit(node) for node in _without_docstring(function.body)]
        yield from self.block(_single_exit(body, self._keeper(target), call.func.id), depth + 1)

    @staticmethod
    def _keeper(target: ast.expr | None) -> Callable[[ast.expr | None], list[ast.stmt]]:
        """What stands instead of ``return value``."""

        def keep(value: ast.expr | None) -> list[ast.stmt]:
            if target is None:
                return [ast.Expr(value)] if isinstance(value, ast.Call) else []
            if value is None:
                raise NotFusable("a value is wanted from a bare return")
            return [ast.Assign([copy.deepcopy(target)], value)]

        return keep


def _stored(body: list[ast.stmt]) -> set[str]:
    nodes = (inner for node in body for inner in ast.walk(node))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        new = self.names.get(node.id)
        if new is None:
            return node
        made = copy.deepcopy(new)
        if isinstance(made, ast.Name):
            made.ctx = node.ctx
        return made


def _returns(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Return) for inner in ast.walk(node))


def _single_exit(
    body: list[ast.stmt], keep: Callable[[ast.expr | None], list[ast.stmt]], name: str
) -> list[ast.stmt]:
    """The body with every ``return`` turned into an assignment at the end of its branch."""
    for k, node in enumerate(body):
        if isinstance(node, ast.Return):
            return [*body[:k], *keep(node.value)]
        if not _returns(node):
            continue
        rest = body[k + 1 :]
        if not isinstance(node, ast.If):
            raise NotFusable(f"{name} returns out of a loop")
        yes_ends, no_ends = _always_returns(node.body), _always_returns(node.orelse)
        if rest and not yes_ends and not no_ends:
            raise NotFusable(f"{name}: a branch may return or go on, and so may the other")
        yes = _single_exit([*node.body, *([] if yes_ends else copy.deepcopy(rest))], keep, name)
        no = _single_exit([*node.orelse, *([] if no_ends else copy.deepcopy(rest))], keep, name)
        return [*body[:k], ast.If(node.test, yes or [ast.Pass()], no)]
    return body


def _always_returns(body: list[ast.stmt]) -> bool:
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Return):
        return True
    return isinstance(last, ast.If) and _always_returns(last.body) and _always_returns(last.orelse)
