"""Writes of the registry: one transaction each, audited, told as events."""

from .assets import move_asset, retire_asset, upsert_assets
from .firms import WrongFields, add_organisations, change_state, firm_from_words, save_organisation
from .identity import PersonBackend, add_person, ensure_person, issue_token, revoke_token, sign_in_person
from .imports import apply_ticket, dry_run, open_ticket
from .land import assign_plot, draw_zone, set_clusters
from .people import accept_invitation, disable, enable, invite, set_role

__all__ = [
    "PersonBackend",
    "WrongFields",
    "accept_invitation",
    "add_organisations",
    "add_person",
    "apply_ticket",
    "assign_plot",
    "change_state",
    "disable",
    "draw_zone",
    "dry_run",
    "enable",
    "ensure_person",
    "firm_from_words",
    "invite",
    "issue_token",
    "move_asset",
    "open_ticket",
    "retire_asset",
    "revoke_token",
    "save_organisation",
    "set_clusters",
    "set_role",
    "sign_in_person",
    "upsert_assets",
]
