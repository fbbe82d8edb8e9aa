"""Requests for quotation, questions to them, sealed quotations in versions, counter-offers, opening and award."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.products import kept, product_class, read_value
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import Question, Quote, QuoteContent, Rfq
from ..models.catalogue import MAX_TEXT, MAX_TITLE
from ..queries import deals as queries
from ..queries.firms import firms
from ..queries.trust import refuse_blocked
from ..types import BUY, SELL, UNITS
from ..types.deals import Party, QuoteDraft, RfqDraft, RfqState

MAX_INVITED = 60
MAX_VERSIONS = 20
MAX_QUESTIONS = 200
MAX_STAGES = 4
MAX_WORDS = 2_000


def ask(scope: Scope, draft: RfqDraft, now: datetime) -> int:
    """Publish a request; it never changes afterwards, it can only be cancelled. Problem ``market.rfq_wrong``."""
    require(scope, BUY)
    kind = product_class(draft.kind)
    with acting(scope):
        values = kept(
            {
                key: read_value(_attribute(kind, key), text)
                for key, text in draft.values.items()
                if text.strip()
            }
        )
        _check_request(scope, draft, now)
        row = Rfq(
            org=scope.org, title=draft.title.strip(), kind=kind.code, values=values, text=draft.text, offer_id=draft.offer_id,
            qty=draft.qty, unit=draft.unit, target_price=draft.target_price, needed_on=draft.needed_on, delivery=draft.delivery,
            sealed=draft.sealed, invited=sorted(set(draft.invited)), least_quotes=draft.least_quotes,
            stages=[str(share) for share in draft.stages], closes_at=draft.closes_at, made_by=scope.actor, made_at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        record(
            scope,
            "market.rfq_asked",
            "market.rfq",
            str(row.pk),
            None,
            {"title": row.title, "qty": row.qty, "invited": row.invited},
        )
        return int(row.pk)


def _attribute(kind: Any, key: str) -> Any:
    found = kind.attribute(key)
    if found is None:
        raise Problem("products.attribute_unknown", f"{kind.en} has no attribute {key!r}.", attribute=key)
    return found


def _check_request(scope: Scope, draft: RfqDraft, now: datetime) -> None:
    price = draft.target_price
    tests = (
        (not draft.title.strip() or len(draft.title) > MAX_TITLE, f"Give a title of at most {MAX_TITLE} characters."),
        (len(draft.text) > MAX_TEXT, f"The description has at most {MAX_TEXT} characters."),
        (not draft.qty.is_finite() or draft.qty <= 0, "Give a quantity above 0."),
        (price is not None and not (price.is_finite() and price > 0), "A target price is above 0."),
        (draft.unit not in UNITS, f"The unit is one of {', '.join(UNITS)}."),
        (draft.closes_at <= now, "The deadline is in the past."),
        (draft.least_quotes < 1, "At least one quotation is needed."),
        (len(draft.invited) > MAX_INVITED, f"At most {MAX_INVITED} sellers are invited."),
        (scope.org in draft.invited, "Your own firm cannot be invited."),
        (sum(draft.stages) != 1 or not 1 <= len(draft.stages) <= MAX_STAGES or any(s < 0 for s in draft.stages), "The payment stages sum to 100 %."),
    )  # fmt: skip
    why = [text for bad, text in tests if bad]
    unknown = sorted(set(draft.invited) - set(firms(draft.invited)))
    if unknown:
        why.append(f"There is no firm {unknown[0]!r} in the park.")
    if why:
        raise Problem("market.rfq_wrong", " ".join(why), why=why)


def cancel(scope: Scope, key: int) -> None:
    """Take a request back; quotations in it are void."""
    require(scope, BUY)
    with acting(scope):
        row = _own(scope, key)
        if row.state not in (RfqState.OPEN.value, RfqState.OPENED.value):
            raise Problem("market.rfq_over", "The request is over already.", status=409)
        row.state = RfqState.CANCELLED.value
        row.save(update_fields=["state"])
        record(scope, "market.rfq_cancelled", "market.rfq", str(key))


def question(scope: Scope, key: int, text: str, now: datetime) -> None:
    """A seller's question; everybody who may quote reads it, without the asker's name."""
    require(scope, SELL)
    with acting(scope):
        found = queries.rfq_row(scope, key)
        _in_time(found, now)
        if found.org == scope.org or not text.strip() or len(text) > 1000:
            raise Problem("market.question_wrong", "A seller asks in 1 to 1,000 characters.")
        if Question.objects.of(scope).filter(rfq=found).count() >= MAX_QUESTIONS:
            raise Problem("market.question_wrong", f"At most {MAX_QUESTIONS} questions are asked.")
        Question(org=scope.org, rfq=found, buyer=found.org, text=text.strip(), asked_at=now).save(
            force_insert=True
        )


def answer(scope: Scope, key: int, question_key: int, text: str, now: datetime) -> None:
    """The buyer's answer, once."""
    require(scope, BUY)
    with acting(scope):
        row = Question.objects.of(scope).filter(pk=question_key, rfq=_own(scope, key)).first()
        if row is None or row.answer or not text.strip() or len(text) > MAX_WORDS:
            raise Problem("market.question_wrong", "A question is answered once, in 1 to 2,000 characters.")
        row.answer, row.answered_at = text.strip(), now
        row.save(update_fields=["answer", "answered_at"])


def quote(scope: Scope, key: int, draft: QuoteDraft, now: datetime) -> int:
    """Send a quotation, or a new version of it; what was sent stays. Returns the version.

    Of a sealed request nobody but the seller reads the content before the deadline: the database itself refuses.
    Problems: ``market.rfq_late`` (by the server's clock), ``market.quote_wrong``.
    """
    require(scope, SELL)
    with acting(scope):
        found = queries.rfq_row(scope, key)
        if found.org == scope.org:
            raise Problem("market.quote_wrong", "A firm does not quote to itself.", why=["self"])
        bargaining = found.state == RfqState.OPENED.value
        if not bargaining:
            _in_time(found, now)
        _check_quote(draft, now)
        refuse_blocked(scope.org)
        readable = found.closes_at if found.sealed and not bargaining else now
        return _keep(scope, found, scope.org, Party.SELLER, draft, readable, now)


def counter(scope: Scope, key: int, seller: str, draft: QuoteDraft, now: datetime) -> int:
    """The buyer's counter-offer to a seller's quotation, after opening. Returns the version."""
    require(scope, BUY)
    with acting(scope):
        row = _own(scope, key)
        if row.state != RfqState.OPENED.value or not queries.versions(scope, key, seller):
            raise Problem(
                "market.rfq_not_open", "Open the quotations first; then counter one of them.", status=409
            )
        _check_quote(draft, now)
        return _keep(scope, row, seller, Party.BUYER, draft, now, now)


def _check_quote(draft: QuoteDraft, now: datetime) -> None:
    tests = (
        (not draft.price.is_finite() or draft.price <= 0, "Give a price above 0."),
        (not draft.landed.is_finite() or draft.landed < 0, "Freight is 0 or more."),
        (not draft.qty.is_finite() or draft.qty <= 0, "Give a quantity above 0."),
        (draft.lead_days < 0, "The lead time is 0 days or more."),
        (draft.valid_until < now.date(), "The quotation ends in the past."),
        (len(draft.text) > MAX_WORDS, f"The words are at most {MAX_WORDS} characters."),
    )
    why = [text for bad, text in tests if bad]
    if why:
        raise Problem("market.quote_wrong", " ".join(why), why=why)


def _keep(
    scope: Scope, row: Rfq, seller: str, by: Party, draft: QuoteDraft, readable: datetime, now: datetime
) -> int:
    kind = product_class(row.kind)
    values = kept(
        {
            name: read_value(_attribute(kind, name), text)
            for name, text in draft.values.items()
            if text.strip()
        }
    )
    number = Quote.objects.of(scope).filter(rfq=row, org=seller).count() + 1
    if number > MAX_VERSIONS:
        raise Problem(
            "market.quote_wrong", f"At most {MAX_VERSIONS} versions are exchanged.", why=["versions"]
        )
    nonce = secrets.token_hex(16)
    content = {
        "price": str(draft.price), "landed": str(draft.landed), "qty": str(draft.qty), "lead_days": draft.lead_days,
        "valid_until": draft.valid_until.isoformat(), "values": values, "text": draft.text, "nonce": nonce,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    made = Quote(
        org=seller,
        rfq=row,
        buyer=row.org,
        version=number,
        by=by.value,
        digest=digest,
        sent_by=scope.actor,
        sent_at=now,
    )
    made.save(force_insert=True)
    QuoteContent(
        org=seller, quote=made, buyer=row.org, readable_at=readable, price=draft.price, landed=draft.landed, qty=draft.qty,
        lead_days=draft.lead_days, valid_until=draft.valid_until, values=values, text=draft.text, nonce=nonce,
    ).save(force_insert=True)  # fmt: skip
    record(
        scope,
        "market.quote_sent",
        "market.rfq",
        str(row.pk),
        None,
        {"version": number, "by": by.value, "digest": digest},
    )
    return number


def _in_time(row: Rfq, now: datetime) -> None:
    if row.state != RfqState.OPEN.value or now >= row.closes_at:
        raise Problem("market.rfq_late", "The deadline has passed; nothing is taken any more.", status=409)


def open_quotes(scope: Scope, key: int, now: datetime) -> RfqState:
    """Open the quotations once the deadline has passed: one audited act. Too few of them: the request is void."""
    require(scope, BUY)
    with acting(scope):
        row = _own(scope, key)
        if row.state != RfqState.OPEN.value or now < row.closes_at:
            raise Problem("market.rfq_early", "Quotations are opened once, after the deadline.", status=409)
        sellers = Quote.objects.of(scope).filter(rfq=row, by=Party.SELLER.value).values_list("org", flat=True)
        count = len(set(sellers))
        row.state = (RfqState.OPENED if count >= row.least_quotes else RfqState.VOID).value
        row.opened_at = now
        row.save(update_fields=["state", "opened_at"])
        record(
            scope,
            "market.quotes_opened",
            "market.rfq",
            str(key),
            None,
            {"sellers": count, "state": row.state},
        )
        return RfqState(row.state)


def award(scope: Scope, key: int, shares: Sequence[tuple[int, Decimal]], now: datetime) -> list[int]:
    """Award quotations (quote, quantity), one or split; each becomes an order. Returns the orders.

    Problems: ``market.award_wrong`` (not the newest version, a counter-offer, another's request, more than asked for,
    ended validity), ``market.quote_ordered`` when that version has its order already.
    """
    from .orders import place_from_quote

    require(scope, BUY)
    with acting(scope):
        row = _own(scope, key)
        if row.state != RfqState.OPENED.value:
            raise Problem(
                "market.rfq_not_open", "Open the quotations first; an award is made once.", status=409
            )
        newest = {one.id: one for one in queries.newest_quotes(scope, key)}
        if not shares or sum(qty for _key, qty in shares) > row.qty:
            raise Problem(
                "market.award_wrong", f"Award at most {row.qty.normalize():f} {row.unit}.", why="quantity"
            )
        made = []
        for quote_key, qty in shares:
            found = newest.get(quote_key)
            if (
                found is None
                or found.by is not Party.SELLER
                or found.price is None
                or found.valid_until is None
            ):
                raise Problem(
                    "market.award_wrong", "Award the newest version of a seller's quotation.", why="version"
                )
            if found.valid_until < now.date() or found.qty is None or not 0 < qty <= found.qty:
                raise Problem(
                    "market.award_wrong", "The quotation has ended, or is for less than that.", why="validity"
                )
            made.append(place_from_quote(scope, row, found, qty, now))
        row.state = RfqState.AWARDED.value
        row.save(update_fields=["state"])
        record(scope, "market.rfq_awarded", "market.rfq", str(key), None, {"orders": made})
        return made


def _own(scope: Scope, key: int) -> Rfq:
    row = Rfq.objects.of(scope).filter(pk=key, org=scope.org).select_for_update().first()
    if row is None:
        raise NotFound("market.rfq_unknown", "Your firm has no such request.")
    found: Rfq = row
    return found
