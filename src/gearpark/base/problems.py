"""Problem: the one way Gearpark says that something cannot be done.

A Problem has a stable dotted ``code`` (documented under ``docs/problems/<code>.md``), one sentence that says what
happened and what to do, an HTTP status for the edges, and machine-readable details. Edges render it as RFC 9457.
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """A refusal with a stable code.

    code     dotted and stable, ``<room>.<what>``: ``telemetry.tag_unknown``
    sentence what happened, what is safe, what to do; shown to people
    status   HTTP status for edges
    details  JSON-ready facts (row numbers, field names)
    """

    def __init__(self, code: str, sentence: str, *, status: int = 400, **details: Any) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.status = status
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied as it is, by its attributes: a subclass may take other arguments than it is told by."""
        return _revived, (type(self), self.args, self.__dict__)

    def as_dict(self) -> dict[str, Any]:
        """RFC 9457 members: type, title, status, detail, plus the details."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.sentence,
            **({"details": self.details} if self.details else {}),
        }


def _revived(kind: type[Problem], args: tuple[Any, ...], attributes: dict[str, Any]) -> Problem:
    made = kind.__new__(kind, *args)
    made.__dict__.update(attributes)
    return made


class NotFound(Problem):
    """The thing does not exist in this scope (also the answer for another organisation's thing)."""

    def __init__(self, code: str, sentence: str, **details: Any) -> None:
        super().__init__(code, sentence, status=404, **details)


class Forbidden(Problem):
    """Signed in, but the role does not carry the right."""

    def __init__(self, code: str, sentence: str, **details: Any) -> None:
        super().__init__(code, sentence, status=403, **details)
