"""Changes of set-points as kept."""

from __future__ import annotations

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Campaign
from ..types import CampaignInfo, CampaignState, PotlineInfo

MAX_LISTED = 200


def campaigns(scope: Scope, info: PotlineInfo) -> list[CampaignInfo]:
    """Of a line, the newest first."""
    rows = Campaign.objects.of(scope).filter(line_id=info.id).defer("result")
    return [campaign_info(row) for row in rows[:MAX_LISTED]]


def campaign(scope: Scope, key: int) -> CampaignInfo:
    """One, or NotFound ``potline.campaign_unknown``."""
    row = Campaign.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("potline.campaign_unknown", "There is no such change of set-points that you may see.")
    return campaign_info(row)


def campaign_info(row: Campaign) -> CampaignInfo:
    return CampaignInfo(
        id=row.pk, line_id=row.line_id, name=row.name, state=CampaignState(row.state), changes=row.changes,
        before=row.before, done=row.done, of=row.of, result=tuple(row.result), problem=row.problem,
        made_by=row.made_by, made_at=row.made_at, approved_by=row.approved_by, applied_by=row.applied_by,
        applied_at=row.applied_at, ended_by=row.ended_by, ended_at=row.ended_at, note=row.note,
    )  # fmt: skip
