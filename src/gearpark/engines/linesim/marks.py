"""Marks on the kernel's functions: ``hot`` ones are written out where they are called, ``cold`` ones called, ``entry``
ones are called from Python. As plain Python the marks mean nothing; ``fuse`` reads them. ``pointer`` gives the address
of an array's first element, which spares the compiler the arrays' descriptions; as plain Python it is the list itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def hot(function: Function) -> Function:
    return function


def cold(function: Function) -> Function:
    return function


def entry(function: Function) -> Function:
    return function


def pointer(array: Any) -> Any:
    return array
