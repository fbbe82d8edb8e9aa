"""Writes of the registry: one transaction each, audited, told as events."""

from .identity import PersonBackend, add_person, issue_token, revoke_token, sign_in_person

__all__ = ["PersonBackend", "add_person", "issue_token", "revoke_token", "sign_in_person"]
