"""The demo park: the source case of 2020 with invented firms, people and figures around its facts.

``load(now)`` stores organisations, people, zone and clusters; calling it again adds only what is missing.
``python -m gearpark.config.demo data|machines`` are the two steps that ``gearpark demo`` runs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

DEMO_PASSWORD = "qijiang-demo-2026"  # noqa: S105 (a demo's word, printed at its start)
PARK = "qijiang-park"
PEOPLE = (  # sign-in, shown name, organisation, role; all invented
    ("officer", "秦晓岚 Qin Xiaolan", PARK, "park-admin"),
    ("leader", "赵磊 Zhao Lei", "qichi", "line-leader"),
    ("engineer", "罗静 Luo Jing", "qichi", "firm-admin"),
    ("quality", "周敏 Zhou Min", "qichi", "quality-engineer"),
    ("technician", "吴强 Wu Qiang", "qichi", "technician"),
    ("operator", "李娜 Li Na", "qichi", "operator"),
    ("viewer", "陈明 Chen Ming", "qichi", "viewer"),
    ("potroom", "何卫东 He Weidong", "qineng", "engineer"),
    ("seller", "唐敏 Tang Min", "lankai-gear", "seller"),
    ("buyer", "刘洋 Liu Yang", "jingjiang", "buyer"),
    ("guest", "访客 Guest", PARK, "viewer"),
)
GUEST = "guest"  # whose reading rights a visitor without sign-in is lent
SIGN_INS = tuple((name, DEMO_PASSWORD) for name, _shown, _org, _role in PEOPLE if name != GUEST)


def load(now: datetime) -> dict[str, Any]:
    """Store what is missing of the demo park; returns counts. Django must be set up."""
    from django.conf import settings

    from .park import load_park, park_scope

    done = load_park(now)
    if "gearpark.contexts.shopfloor" in settings.CONTEXTS:
        from .care import load_care
        from .moves import load_moves
        from .quality import load_quality
        from .work import load_work

        done["work"] = load_work(park_scope(), now)
        done["quality"] = load_quality(park_scope(), now)
        done["care"] = load_care(park_scope(), now)
        done["moves"] = load_moves(park_scope(), now)
    if "gearpark.contexts.twin" in settings.CONTEXTS:
        from .twin import load_twin

        done["twin"] = load_twin(park_scope())
    if "gearpark.contexts.potline" in settings.CONTEXTS:
        from .potline import load_potline

        done["potline"] = load_potline(park_scope())
    if "gearpark.contexts.market" in settings.CONTEXTS:
        from .auctions import load_auctions
        from .deals import load_deals
        from .market import load_market

        done["market"] = load_market(park_scope(), now)
        done["deals"] = load_deals(park_scope(), now)
        done["auctions"] = load_auctions(park_scope(), now)
    return done
