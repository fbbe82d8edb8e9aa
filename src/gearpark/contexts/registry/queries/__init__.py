"""Reads of the registry. Each takes a scope and returns plain types."""

from .assets import asset, asset_counts, asset_node, asset_rows, asset_tree, asset_types, assets
from .firms import (
    all_organisation_rows,
    clusters,
    firm_counts,
    firm_info,
    lifecycle,
    organisation,
    organisation_rows,
    organisations,
)
from .identity import invitation, memberships_of, people, people_rows, person_by_sign_in, token_scope, tokens
from .land import group_names, plot_rows, plots, zone_map

__all__ = [
    "all_organisation_rows",
    "asset",
    "asset_counts",
    "asset_node",
    "asset_rows",
    "asset_tree",
    "asset_types",
    "assets",
    "clusters",
    "firm_counts",
    "firm_info",
    "group_names",
    "invitation",
    "lifecycle",
    "memberships_of",
    "organisation",
    "organisation_rows",
    "organisations",
    "people",
    "people_rows",
    "person_by_sign_in",
    "plot_rows",
    "plots",
    "token_scope",
    "tokens",
    "zone_map",
]
