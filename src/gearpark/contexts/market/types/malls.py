"""The malls: views of one catalogue with their own look, deal modes and rules."""

from __future__ import annotations

from dataclasses import dataclass

from gearpark.base.problems import NotFound


@dataclass(frozen=True, slots=True)
class Mall:
    """A mall. ``hue``: of its look, degrees. ``export``: offers state an Incoterm and may be in foreign money.

    double_auction_basis  legal basis recorded for continuous matching; empty: it stays off (State Council decision
                          2011 no. 38 keeps it to approved exchanges)
    """

    code: str
    en: str
    zh: str
    lead_en: str
    lead_zh: str
    hue: int
    picture: str
    export: bool = False
    auctions: bool = False
    double_auction_basis: str = ""

    def title(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def lead(self, language: str) -> str:
        return self.lead_zh if language.startswith("zh") else self.lead_en


MALLS = {
    mall.code: mall
    for mall in (
        Mall(
            "gears",
            "Western China gear city",
            "中国西部齿轮城",
            "Gears, gear units, axles and housings, checked by engineering before they are listed.",
            "齿轮、减速机、车桥与壳体，上架前经工程校核。",
            250,
            "gear",
        ),
        Mall(
            "world-gears",
            "World gears",
            "世界齿轮",
            "The same shops for buyers abroad: Incoterms, foreign money, both languages.",
            "面向境外买家：贸易术语、外币计价、中英双语。",
            200,
            "gear",
            export=True,
        ),
        Mall(
            "nev",
            "New-energy vehicles and parts",
            "新能源汽车及零部件",
            "E-drives, battery trays, power electronics housings, chassis castings and whole vehicles.",
            "电驱、电池托盘、电控壳体、底盘铸件与整车。",
            160,
            "drive",
        ),
        Mall(
            "aluminium",
            "Transport aluminium",
            "交通用铝",
            "Ingot, molten metal, recycled alloy, billet, slab, extrusion and castings at formula prices or by auction.",
            "铝锭、铝液、再生合金、铝棒、板锭、型材与铸件，公式定价或竞价。",
            60,
            "ingot",
            auctions=True,
        ),
    )
}


def mall_of(code: str) -> Mall:
    """NotFound ``market.mall_unknown``."""
    found = MALLS.get(code)
    if found is None:
        raise NotFound("market.mall_unknown", f"There is no mall {code!r}.", mall=code)
    return found
