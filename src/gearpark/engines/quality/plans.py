"""Single sampling plans of ISO 2859-1:1999 = GB/T 2828.1-2012, as printed: ``v`` first plan below, ``^`` first plan above.

Code letters, normal and tightened plans equal MIL-STD-105E (public domain). Reduced plans are those of ISO 2859-1:1999 and
GB/T 2828.1-2012, which have no gap between acceptance and rejection number; MIL-STD-105E's have one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from gearpark.base.problems import Problem

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
SEVERITIES = ("normal", "tightened", "reduced")
LETTERS = "ABCDEFGHJKLMNPQRS"
LOT_ENDS = (
    8,
    15,
    25,
    50,
    90,
    150,
    280,
    500,
    1200,
    3200,
    10_000,
    35_000,
    150_000,
    500_000,
)  # last row: beyond
# one word a lot-size row, one letter a level
CODE_LETTERS = [
    "AAAAAAB",
    "AAAAABC",
    "AABBBCD",
    "ABBCCDE",
    "BBCCCEF",
    "BBCDDFG",
    "BCDEEGH",
    "BCDEFHJ",
    "CCEFGJK",
    "CDEGHKL",
    "CDFGJLM",
    "CDFHKMN",
    "DEGJLNP",
    "DEGJMPQ",
    "DEHKNQR",
]
AQLS = (
    "0.010",
    "0.015",
    "0.025",
    "0.040",
    "0.065",
    "0.10",
    "0.15",
    "0.25",
    "0.40",
    "0.65",
    "1.0",
    "1.5",
    "2.5",
    "4.0",
    "6.5",
    "10",
    "15",
    "25",
    "40",
    "65",
    "100",
    "150",
    "250",
    "400",
    "650",
    "1000",
)
MOST_PER_CENT = Decimal(10)  # above: nonconformities per 100 units only
TABLES = {
    "normal": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  7 10 14 21 30
B    3   v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44
C    5   v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^
D    8   v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^  ^
E   13   v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^  ^  ^
F   20   v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^
G   32   v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^
H   50   v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^
J   80   v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  125   v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  200   v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  315   v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  500   v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  800   v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q 1250   0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R 2000   ^  ^  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
""",
    "tightened": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27
B    3   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41
C    5   v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^
D    8   v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^  ^
E   13   v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^  ^  ^
F   20   v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^
G   32   v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^
H   50   v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^
J   80   v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  125   v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  200   v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  315   v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  500   v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  800   v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q 1250   v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R 2000   0  ^  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
S 3150   .  .  1  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
""",
    "reduced": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  7 10 14 21 30
B    2   v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  7 10 14 21 30
C    2   v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^
D    3   v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^  ^
E    5   v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^  ^  ^
F    8   v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^
G   13   v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^
H   20   v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^
J   32   v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^
K   50   v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L   80   v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  125   v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  200   v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  315   v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q  500   0  ^  ^  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R  800   ^  ^  ^  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
""",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A single sampling plan.

    code       letter of the lot size;  plan_code: letter after following the arrows
    n          sample size of the table; inspect ``inspect`` = min(n, lot) pieces
    ac, re     accept at ac or fewer nonconforming, reject at re or more
    """

    code: str
    plan_code: str
    n: int
    ac: int
    re: int
    aql: str
    severity: str
    lot: int | None = None

    @property
    def inspect(self) -> int:
        return self.n if self.lot is None else min(self.n, self.lot)

    @property
    def all_of_lot(self) -> bool:
        """The sample is the lot: inspect every piece."""
        return self.lot is not None and self.n >= self.lot


def aql_index(aql: Any, aqls: Sequence[str] = AQLS) -> int:
    """Place of an AQL in the series; 0.65, "0.65" and "0.650" are one."""
    try:
        wanted = Decimal(str(aql))
    except InvalidOperation:
        wanted = Decimal("NaN")
    for index, one in enumerate(aqls):
        if Decimal(one) == wanted:
            return index
    raise Problem("quality.plan_unknown", f"AQL {aql} is not of the series: {', '.join(aqls)}.", aql=str(aql))


def code_letter(lot: int, level: str) -> str:
    """Sample size code letter of a lot at an inspection level."""
    if level not in LEVELS:
        raise Problem("quality.plan_unknown", f"No inspection level {level!r}: {', '.join(LEVELS)}.", aql="")
    if lot < 2:
        raise Problem(
            "quality.plan_unknown", "A lot has at least 2 pieces; inspect a single piece itself.", aql=""
        )
    row = sum(lot > end for end in LOT_ENDS)
    return CODE_LETTERS[row][LEVELS.index(level)]


@lru_cache(maxsize=3)
def _table(severity: str) -> dict[str, tuple[int, list[str]]]:
    rows = (line.split() for line in TABLES[severity].strip().splitlines())
    return {letter: (int(size), cells) for letter, size, *cells in rows}


def plan(code: str, aql: Any, severity: str = "normal", *, lot: int | None = None) -> Plan:
    """The plan of a code letter, arrows followed."""
    if severity not in SEVERITIES:
        raise Problem("quality.plan_unknown", f"No severity {severity!r}: {', '.join(SEVERITIES)}.", aql="")
    column, table = aql_index(aql), _table(severity)
    if code not in table:
        raise Problem("quality.plan_unknown", f"No code letter {code!r}.", aql=str(aql))
    letters = list(table)
    at = letters.index(code)
    while not table[letters[at]][1][column].isdigit():  # arrows never turn round within a column
        arrow = table[letters[at]][1][column]
        at += 1 if arrow == "v" else -1
        if arrow == "." or not 0 <= at < len(letters):
            raise Problem("quality.plan_unknown", f"There is no plan for {code} and AQL {aql}.", aql=str(aql))
    size, cells = table[letters[at]]
    ac = int(cells[column])
    return Plan(code, letters[at], size, ac, ac + 1, AQLS[column], severity, lot)


def plan_for(lot: int, level: str, aql: Any, severity: str = "normal") -> Plan:
    """The plan for a lot."""
    return plan(code_letter(lot, level), aql, severity, lot=lot)


def plan_from(document: Mapping[str, Any], lot: int, level: str, aql: Any, severity: str) -> Plan:
    """The plan for a lot out of a table given as a document with arrows already followed.

    document  lot_sizes [[low, high or null]], inspection_levels, code_letter_by_lot_row_and_level, codes, aql_percent, and
              per severity ``n`` and ``ac`` (and ``re``) as rows by code and AQL
    """
    try:
        ends = document["lot_sizes"]
        row = next(i for i, (low, high) in enumerate(ends) if low <= lot and (high is None or lot <= high))
        code = document["code_letter_by_lot_row_and_level"][row][document["inspection_levels"].index(level)]
        column = aql_index(aql, document["aql_percent"])
        line = document["codes"].index(code)
        own = document[severity]
        n, ac = int(own["n"][line][column]), int(own["ac"][line][column])
        re = int(own["re"][line][column]) if "re" in own else ac + 1
    except (KeyError, IndexError, ValueError, TypeError, StopIteration) as error:
        raise Problem(
            "quality.plan_unknown",
            f"The table has no plan for lot {lot}, {level}, {aql}, {severity}.",
            aql=str(aql),
        ) from error
    return Plan(code, code, n, ac, re, str(aql), severity, lot)
