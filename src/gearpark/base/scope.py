"""Scope: on whose behalf a read or write happens. Every query takes one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and which organisations' rows they may touch.

    person_id  the signed-in person, or None for a process
    org        slug of the organisation the person acts for
    orgs       slugs whose rows may be read and written
    park_wide  True for the park administration: reads every organisation of the park
    rights     dotted rights such as ``registry.edit``
    actor      what the audit log writes: a sign-in name, ``token:<name>`` or ``process:<name>``
    """

    org: str
    person_id: int | None = None
    orgs: frozenset[str] = field(default_factory=frozenset)
    park_wide: bool = False
    rights: frozenset[str] = field(default_factory=frozenset)
    actor: str = "process:unnamed"

    def may(self, right: str) -> bool:
        return right in self.rights

    def sees(self, org: str) -> bool:
        return self.park_wide or org in self.orgs
