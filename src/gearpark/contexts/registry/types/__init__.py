"""Words of the registry as plain types; no Django."""

from .assets import LEVELS, AssetNode, AssetsChanged, Level, path_levels
from .firms import (
    ABOVE_SIZE_STATES,
    PRODUCING_STATES,
    FirmCounts,
    FirmInfo,
    FirmState,
    FirmStateChanged,
    GroupShape,
    Kind,
    PlotShape,
    PlotStatus,
    ZoneMap,
)
from .imports import Change, ChangeKind, DryRun
from .industries import industry_name, is_industry
from .roles import RIGHTS, ROLES, Role, rights_of
from .uscc import check_uscc, inner_check_character, uscc_check_character

__all__ = [
    "ABOVE_SIZE_STATES",
    "LEVELS",
    "PRODUCING_STATES",
    "RIGHTS",
    "ROLES",
    "AssetNode",
    "AssetsChanged",
    "Change",
    "ChangeKind",
    "DryRun",
    "FirmCounts",
    "FirmInfo",
    "FirmState",
    "FirmStateChanged",
    "GroupShape",
    "Kind",
    "Level",
    "PlotShape",
    "PlotStatus",
    "Role",
    "ZoneMap",
    "check_uscc",
    "industry_name",
    "inner_check_character",
    "is_industry",
    "path_levels",
    "rights_of",
    "uscc_check_character",
]
