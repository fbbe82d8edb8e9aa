"""Reads of the registry. Each takes a scope and returns plain types."""

from .identity import live_membership_orgs, memberships_of, people, person_by_sign_in, token_scope

__all__ = ["live_membership_orgs", "memberships_of", "people", "person_by_sign_in", "token_scope"]
