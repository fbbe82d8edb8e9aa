"""Writes of the registry: one transaction each, audited, told as events."""

from .assets import move_asset, retire_asset, upsert_assets
from .firms import WrongFields, add_organisations, change_state, firm_from_words, save_organisation
from .identity import PersonBackend, add_person, ensure_person, issue_token, revoke_token, sign_in_person
from .land import assign_plot, draw_zone, set_clusters

__all__ = [
    "PersonBackend",
    "WrongFields",
    "add_organisations",
    "add_person",
    "assign_plot",
    "change_state",
    "draw_zone",
    "ensure_person",
    "firm_from_words",
    "issue_token",
    "move_asset",
    "retire_asset",
    "revoke_token",
    "save_organisation",
    "set_clusters",
    "sign_in_person",
    "upsert_assets",
]
