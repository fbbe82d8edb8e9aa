"""Unified social credit code (GB 32100-2015): 18 characters, two check characters.

The outer check (position 18) weighs the first 17 characters with powers of 3 modulo 31 over an alphabet of 31; the
inner one (position 17) is the organisation code's (GB 11714) over positions 9 to 16 with the full 36 letters.
"""

from __future__ import annotations

from gearpark.base.problems import Problem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3**i mod 31
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 18


def uscc_check_character(first17: str) -> str:
    """The 18th character for 17 legal ones."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def inner_check_character(first8: str) -> str:
    """The 9th character of an organisation code for its first 8: 11 - sum mod 11, 10 is X, 11 is 0."""
    total = sum(
        INNER_ALPHABET.index(char) * weight for char, weight in zip(first8, INNER_WEIGHTS, strict=True)
    )
    value = 11 - total % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def check_uscc(text: str) -> str:
    """Return the code in upper case without blanks, or raise Problem ``registry.uscc_*`` that says what is wrong."""
    code = "".join(text.split()).upper()
    if len(code) != LENGTH:
        raise Problem(
            "registry.uscc_length",
            f"A unified social credit code has 18 characters, {text!r} has {len(code)}.",
            length=len(code),
        )
    wrong = sorted({char for char in code if char not in ALPHABET})
    if wrong:
        raise Problem(
            "registry.uscc_character",
            f"{code} has characters that the standard does not use ({', '.join(wrong)}): digits and letters without I, O, S, V, Z only.",
            text=code,
            wrong=", ".join(wrong),
        )
    if not code[2:8].isdigit():
        raise Problem(
            "registry.uscc_region",
            f"{code}: places 3 to 8 are the registration region and must be digits.",
            text=code,
        )
    expected = uscc_check_character(code[:17])
    if code[17] != expected:
        raise Problem(
            "registry.uscc_check",
            f"{code} is mistyped: its last character should be {expected}, not {code[17]}.",
            text=code,
            expected=expected,
        )
    inner = inner_check_character(code[8:16])
    if code[16] != inner:
        raise Problem(
            "registry.uscc_inner_check",
            f"{code} is mistyped: place 17 (check of the organisation code) should be {inner}, not {code[16]}.",
            text=code,
            expected=inner,
        )
    return code
