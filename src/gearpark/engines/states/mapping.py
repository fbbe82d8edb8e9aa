"""The rule tables: TOML data, versioned; a new version is a new file, so that old figures stay explainable."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from gearpark.base.problems import NotFound, Problem

STATES = ("running", "starved", "blocked", "idle", "setup", "down", "planned_stop", "no_data")
MAPPINGS = ("machinery-1", "mtconnect-1")
BAD = "?bad"  # observed, but of bad quality or without a value
UNSEEN = "?unseen"  # never observed before that instant
ANY = "*"  # any good value
FILLED = "+"  # any good value that is not empty


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits when every named role shows one of its words (lower case). ``reason_from``: role whose value is the reason."""

    state: str
    reason: str
    reason_from: str
    when: tuple[tuple[str, frozenset[str]], ...]

    def fits(self, words: MappingABC[str, str]) -> bool:
        for role, wanted in self.when:
            word = words.get(role, UNSEEN)
            if word in wanted:
                continue
            good = word not in (BAD, UNSEEN)
            if not (good and (ANY in wanted or (FILLED in wanted and word))):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Mapping:
    """A named, versioned table of rules.

    bind         which data item types speak for a role (MTConnect)
    outdated_by  role -> another role whose newer good value shows that the first one is out of date: an adapter that
                 never says AVAILABLE again but reports what the machine does is there
    """

    name: str
    version: int
    roles: tuple[str, ...]
    rules: tuple[Rule, ...]
    bind: tuple[tuple[str, tuple[str, ...]], ...] = ()
    outdated_by: tuple[tuple[str, str], ...] = ()

    def decide(self, words: MappingABC[str, str], texts: MappingABC[str, str]) -> tuple[str, str]:
        """Role -> word (lower case, ``?bad``, ``?unseen``) and role -> value as written -> (state, reason)."""
        for rule in self.rules:
            if rule.fits(words):
                said = texts.get(rule.reason_from, "") if rule.reason_from else ""
                return rule.state, said or rule.reason
        return "no_data", "no rule fits"


@cache
def mapping(name: str) -> Mapping:
    """A rule table by name. Raises ``states.mapping_unknown``."""
    if name not in MAPPINGS:
        raise NotFound(
            "states.mapping_unknown", f"There is no state mapping {name!r}; known are {', '.join(MAPPINGS)}."
        )
    return read(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def read(text: str) -> Mapping:
    """TOML text -> Mapping. Raises ``states.mapping_wrong`` when a rule names an unknown state or role."""
    data = tomllib.loads(text)
    roles = tuple(data["roles"])
    rules = tuple(_rule(raw, roles) for raw in data["rule"])
    bind = tuple((role, tuple(types)) for role, types in data.get("bind", {}).items())
    return Mapping(
        data["name"], data["version"], roles, rules, bind, tuple(data.get("outdated_by", {}).items())
    )


def _rule(raw: dict[str, Any], roles: tuple[str, ...]) -> Rule:
    when = raw.get("when", {})
    unknown = [role for role in (*when, *filter(None, [raw.get("reason_from")])) if role not in roles]
    if raw["state"] not in STATES or unknown:
        raise Problem("states.mapping_wrong", f"A rule names a state or role that does not exist: {raw!r}.")
    wanted = tuple((role, frozenset(word.lower() for word in words)) for role, words in when.items())
    return Rule(raw["state"], raw.get("reason", ""), raw.get("reason_from", ""), wanted)


def bind_mtconnect(rules: Mapping, items: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """(signal, data item type, category) of one device -> role -> signals, sorted.

    Roles other than ``condition`` take the first signal by name of the first type that exists: a multi-path machine
    has several EXECUTION items and its first path speaks for it.
    """
    known = list(items)
    bound: dict[str, list[str]] = {}
    for role, types in rules.bind:
        for wanted in types:
            found = sorted(s for s, kind, category in known if wanted in (kind, f"CATEGORY:{category}"))
            if found:
                bound[role] = found if wanted.startswith("CATEGORY:") else found[:1]
                break
    return bound
