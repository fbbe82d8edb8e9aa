"""Deposits of bidders: held, given back or forfeited by the custodian, as instructions like those of stages."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.scope import Scope

from ..models import Deposit, Instruction
from ..types.auctions import DepositState

HOLD, RELEASE, FORFEIT = "hold", "release", "forfeit"
AFTER = {HOLD: DepositState.HELD, RELEASE: DepositState.RELEASED, FORFEIT: DepositState.FORFEITED}


def hold_deposit(wide: Scope, deposit: Deposit, host: str, actor: str, now: datetime) -> None:
    """Tell the custodian to hold it, once."""
    _instruct(wide, deposit, HOLD, host, actor, now)


def settle_deposit(wide: Scope, deposit: Deposit, kind: str, host: str, now: datetime) -> None:
    """Give it back or to the host. One not held yet is given back once the hold is confirmed."""
    if deposit.amount == 0:
        Deposit.objects.of(wide).filter(pk=deposit.pk).update(state=AFTER[kind].value)
    elif deposit.state in (DepositState.SENT.value, DepositState.HELD.value):
        _instruct(wide, deposit, kind, host, wide.actor, now)


def _instruct(wide: Scope, deposit: Deposit, kind: str, host: str, actor: str, now: datetime) -> None:
    key = f"deposit-{deposit.pk}-{kind}"
    ended = Instruction.objects.of(wide).filter(deposit_id=deposit.pk, kind__in=(RELEASE, FORFEIT)).exists()
    if (kind != HOLD and ended) or Instruction.objects.of(wide).filter(key=key).exists():
        return
    Instruction(
        org=deposit.org, seller=host, deposit_id=deposit.pk, kind=kind, amount=deposit.amount, currency="CNY", key=key,
        sent_by=actor, sent_at=now,
    ).save(force_insert=True)  # fmt: skip
