"""Telemetry's words: plain data, no Django."""

from .connections import (
    BAD_STATES,
    URL_SCHEMES,
    ConnectionChanged,
    ConnectionInfo,
    ConnectionState,
    DataFlow,
    Device,
    GatewayInfo,
    Health,
    JournalHealth,
    Protocol,
)
from .jobs import LAKE_JOBS, JobRunInfo, JobState, LakeJob, Retention
from .onboarding import (
    AssetChoice,
    Change,
    ChangeKind,
    Choices,
    Diff,
    Look,
    LookCheck,
    LookState,
    Proposal,
    ProposedAsset,
    ProposedSignal,
)
from .tags import Latest, SavedView, TagInfo, TagRow, TreeNode

VIEW = "telemetry.view"  # right: see tags, values and connections
EDIT = "telemetry.edit"  # right: add, change and remove connections and gateways
JOBS_VIEW = "jobs.view"
JOBS_RUN = "jobs.run"  # right: run lake jobs by hand
PARK_ORG = "park"  # whose rows the installation's own are: job runs, the retention default

__all__ = [
    "BAD_STATES",
    "EDIT",
    "JOBS_RUN",
    "JOBS_VIEW",
    "LAKE_JOBS",
    "PARK_ORG",
    "URL_SCHEMES",
    "VIEW",
    "AssetChoice",
    "Change",
    "ChangeKind",
    "Choices",
    "ConnectionChanged",
    "ConnectionInfo",
    "ConnectionState",
    "DataFlow",
    "Device",
    "Diff",
    "GatewayInfo",
    "Health",
    "JobRunInfo",
    "JobState",
    "JournalHealth",
    "LakeJob",
    "Latest",
    "Look",
    "LookCheck",
    "LookState",
    "Proposal",
    "ProposedAsset",
    "ProposedSignal",
    "Protocol",
    "Retention",
    "SavedView",
    "TagInfo",
    "TagRow",
    "TreeNode",
]
