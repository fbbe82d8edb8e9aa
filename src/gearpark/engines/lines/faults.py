"""What is wrong with a line type, as a sentence whose words can be translated and whose values cannot."""

from __future__ import annotations

from typing import Any


class Fault:
    """``text`` is a format string; ``str()`` gives the English sentence without its full stop."""

    __slots__ = ("text", "values")

    def __init__(self, text: str, *values: Any) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        return self.text.format(*self.values)

    def as_words(self) -> list[str]:
        """[text, *values] as plain words, for whoever translates."""
        return [self.text, *(str(value) for value in self.values)]


class Unreadable(ValueError):
    """A document that cannot be read, with its fault."""

    def __init__(self, text: str, *values: Any) -> None:
        super().__init__(text.format(*values))
        self.fault = Fault(text, *values)
