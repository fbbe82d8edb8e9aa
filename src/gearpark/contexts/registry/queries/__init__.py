"""Reads of the registry. Each takes a scope and returns plain types."""

from .assets import asset, asset_counts, asset_node, asset_rows, asset_tree, assets
from .firms import clusters, firm_counts, firm_info, lifecycle, organisation, organisation_rows, organisations
from .identity import memberships_of, people, person_by_sign_in, token_scope
from .land import group_names, plot_rows, plots, zone_map

__all__ = [
    "asset",
    "asset_counts",
    "asset_node",
    "asset_rows",
    "asset_tree",
    "assets",
    "clusters",
    "firm_counts",
    "firm_info",
    "group_names",
    "lifecycle",
    "memberships_of",
    "organisation",
    "organisation_rows",
    "organisations",
    "people",
    "person_by_sign_in",
    "plot_rows",
    "plots",
    "token_scope",
    "zone_map",
]
