"""Every address of the application, generated: nothing of firm B reaches firm A, nothing of B changes by A.

Firm B owns rows whose words carry a marker. A person of firm A with every right asks for every address, with B's
keys where an address takes one, by GET and by POST. Afterwards all of B's rows are what they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.factories import registry as make
from tests.factories.care import care_rows
from tests.factories.market import market_rows
from tests.factories.work import work_rows

from gearpark.base.time import now_utc
from gearpark.base.wire import AssetInfo
from gearpark.config import database
from gearpark.contexts.registry import public, services
from gearpark.contexts.registry.types import RIGHTS
from gearpark.kit import audit
from gearpark.kit.tenant import acting

MARKER = "zzgeheimzz"
B = f"{MARKER}-b"
OPEN = (
    "healthz",
    "sign-in/",
    "api/v1/docs",
    "api/v1/openapi.json",
    "problems/",
    "welcome/",
    "terminal/sw.js",  # the service worker's code, the same for everybody
    "i18n/",
    "theme/",
)
REFUSALS = {302, 400, 401, 403, 404, 405, 409, 410, 415, 422, 503}
pytestmark = pytest.mark.django_db(transaction=True)


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.pattern.converters, entry.callback


def _addresses(values: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Every address with firm B's keys filled in; the flag says whether it takes a key."""
    for route, converters, _view in _patterns(get_resolver()):
        address = "/" + route.replace("^", "").replace("$", "").replace("\\Z", "")
        for name, converter in converters.items():
            kind = type(converter).__name__
            value = values.get(name) or (values["id"] if kind == "IntConverter" else values["asset"])
            address = address.replace(f"<{kind.removesuffix('Converter').lower()}:{name}>", value)
            address = address.replace(f"<{name}>", value)
        if "<" not in address and "(?" not in address:
            yield address, bool(converters)


@pytest.fixture
def firm_b() -> dict[str, str]:
    """Rows of firm B in as many tables as the rooms offer."""
    scope = make.scope_of(B)
    person = make.person(B, "firm-admin", f"{MARKER}-person")
    public.upsert_assets(scope, [AssetInfo(f"{B}-asset", "robot", MARKER, f"{B}/{MARKER}/area/line/unit")])
    public.issue_token(scope, MARKER, frozenset({"registry.view"}), now_utc())
    run = services.dry_run(scope, "assets", f"{MARKER}.csv", b"id,type\r\nx,robot\r\n", now_utc())
    with acting(scope):
        audit.record(scope, MARKER, "thing", MARKER)
    keys = _rooms(scope, person.pk)
    return {
        **keys,
        "slug": B,
        "asset_id": f"{B}-asset",
        "asset": f"{B}-asset",
        "ticket": run.ticket,
        "person_id": str(person.pk),
        "id": str(person.pk),
        "code": "registry.uscc_check",
        "token": MARKER,
        "number": "MO-000001",
    }


def _rooms(scope: Any, person_id: int) -> dict[str, str]:
    """Rows of the rooms above, by what their doors offer; keys of some of them by their name in addresses."""
    from django.conf import settings

    keys: dict[str, str] = {}
    if "gearpark.contexts.shopfloor" in settings.CONTEXTS:
        from gearpark.contexts.shopfloor import public as shopfloor
        from gearpark.contexts.shopfloor.services import save_line_type
        from gearpark.engines.lines import template_text

        with acting(scope):
            shopfloor.ensure_demo_lines(scope, org=B)
        own = template_text("die-casting").replace(
            'title_en = "Die-casting line"', f'title_en = "{MARKER} line"'
        )
        save_line_type(scope, own, note=MARKER)
        care_rows(scope, MARKER)
        with acting(scope):
            line = shopfloor.lines(scope, [B])[0].asset
        shopfloor.save_reason(scope, MARKER, title_en=MARKER, loss="down", org=B)
        shopfloor.set_target(scope, line, "oee", 0.85)
        shopfloor.add_note(scope, line, "", "", "safety", MARKER, now_utc(), point=True)
        keys |= work_rows(scope, MARKER, person_id)
    if "gearpark.contexts.twin" in settings.CONTEXTS:
        from gearpark.contexts.twin.public import Asked, Question, add_model
        from gearpark.contexts.twin.services.runs import ask

        made = add_model(scope, f"schema: 1\nname: {MARKER}\nstations:\n  op10: {{cycle: 60 s}}\n")
        keys["key"] = str(ask(scope, made.id, Asked(Question.RUN)).id)
    if "gearpark.contexts.potline" in settings.CONTEXTS:
        from gearpark.contexts.potline.services.campaigns import draft
        from gearpark.contexts.potline.services.lines import ensure_line, take_note

        code = f"{B}-potline"
        ensure_line(scope, B, code, cells=3, name_en=MARKER)
        take_note(scope, code, 1, "hot", now_utc(), MARKER)
        change = draft(scope, code, MARKER, {"volt": 3.94})
        keys |= {"potline_code": code, "cell_number": "1", "campaign_id": str(change.id)}
    if "gearpark.contexts.market" in settings.CONTEXTS:
        keys |= market_rows(scope, MARKER)
    return keys


def _snapshot() -> dict[str, str]:
    """A hash of all rows of firm B, table by table, past every policy."""
    found = {}
    with database.dsn("superuser").connect(name=database.DATABASE) as link:
        tables = link.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            rows = link.execute(f"SELECT t::text FROM {table} t WHERE org = %s ORDER BY 1", [B]).fetchall()
            found[table] = (
                hashlib.sha256("\n".join(row for (row,) in rows).encode()).hexdigest() if rows else ""
            )
    return found


def _ask(client: Client, method: str, address: str) -> tuple[int, str]:
    answer = (
        client.get(address) if method == "get" else client.post(address, {"org": B, "parent": f"{B}-asset"})
    )
    if answer.streaming:
        answer.close()
        return answer.status_code, ""
    return answer.status_code, answer.content.decode("utf-8", "replace")


def _without_echo(body: str, address: str, keys_were_sent: bool) -> str:
    """A refusal may repeat what was asked for; only words that were not sent can leak."""
    if not keys_were_sent:
        return body
    for sent in (address, f"{B}-asset", B):
        body = body.replace(sent, "")
    return body


def test_nothing_of_another_firm_is_seen_or_changed(firm_b: dict[str, str]) -> None:
    before = _snapshot()
    assert sum(bool(value) for value in before.values()) >= 6
    client = make.signed_in("firm-a", "firm-admin")
    leaks, broken, opened = [], [], []
    asked = 0
    for address, takes_key in _addresses(firm_b):
        for method in ("get", "post"):
            if address in ("/sign-out/", "/sign-in/"):
                continue
            status, body = _ask(client, method, address)
            asked += 1
            if MARKER in _without_echo(body, address, takes_key or method == "post").lower():
                leaks.append(f"{method} {address}")
            if status >= 500 and status != 503:
                broken.append(f"{method} {address}: {status}")
            if takes_key and status not in REFUSALS and not address.lstrip("/").startswith(OPEN):
                opened.append(f"{method} {address}: {status}")
    connection.close()
    assert asked > 60
    assert leaks == []
    assert broken == []
    assert opened == []
    assert _snapshot() == before


def test_every_address_wants_a_sign_in(firm_b: dict[str, str]) -> None:
    client, loose = Client(), []
    for address, _takes_key in _addresses(firm_b):
        if address.lstrip("/").startswith(OPEN):
            continue
        status, body = _ask(client, "get", address)
        if status not in (301, 302, 401, 404, 405) or MARKER in _without_echo(body, address, True).lower():
            loose.append(f"{address}: {status}")
    assert loose == []


def test_roles_carry_only_known_rights() -> None:
    from gearpark.contexts.registry.types import ROLES

    assert all(role.rights <= set(RIGHTS) for role in ROLES.values())
