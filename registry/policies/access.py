"""Who may do what, as data: each action with its roles and the token scope it needs. When is `lifecycle`'s matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.vocabulary import Scope, UserRole

ALL_SCOPES: Final = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks.

    `site` is a FINESS number, `central` the code of a purchasing central, `supplier` the identifier of the supplier
    to which the person is bound (an evaluator's is a declared interest). `scopes` are the token's; a session has all.
    """

    id: str | None
    email: str
    role: UserRole
    site: str | None = None
    central: str | None = None
    supplier: str | None = None
    scopes: frozenset[Scope] = ALL_SCOPES


SYSTEM: Final = Actor(None, "system", UserRole.SYSTEM)
"""The command line and the demonstration: whoever runs them holds the data folder already. It cannot sign."""


class Action(StrEnum):
    """What can be asked of the registry, by the name under which the audit trail keeps it."""

    READ = "read"
    CATALOGUE_WRITE = "catalogue.write"
    VEHICLE_WRITE = "vehicle.write"
    USER_WRITE = "user.write"
    TOKEN_WRITE = "token.write"  # noqa: S105 - the name of an action, not a password
    PROTOCOL_FREEZE = "protocol.freeze"
    PILOT_WRITE = "pilot.write"
    PILOT_CLOSE = "pilot.close"
    PILOT_READ_ALL = "pilot.read_all"
    FINDING_WRITE = "finding.write"
    SUBMISSION_SEND = "submission.send"
    SUBMISSION_READ = "submission.read"
    SUBMISSION_READ_ALL = "submission.read_all"
    SCORECARD_READ_ALL = "scorecard.read_all"
    DECISION_SIGN = "decision.sign"
    LISTING_PUBLISH = "listing.publish"
    LISTING_STATUS = "listing.status"
    AUDIT_READ_ALL = "audit.read_all"


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that may, and the scope that a token needs besides."""

    roles: frozenset[UserRole]
    scope: Scope


_SITE, _EVALUATOR, _CENTRAL = UserRole.PILOT_SITE, UserRole.EVALUATOR, UserRole.CENTRAL
_ADMINISTRATOR, _PROGRAMME, _SUPPLIER = UserRole.ADMINISTRATOR, UserRole.PROGRAMME, UserRole.SUPPLIER
_EVERYONE = frozenset({_SITE, _EVALUATOR, _CENTRAL, _ADMINISTRATOR, _PROGRAMME, _SUPPLIER})


def _rule(scope: Scope, *roles: UserRole) -> Rule:
    return Rule(frozenset(roles), scope)


RULES: Final[Mapping[Action, Rule]] = MappingProxyType(
    {
        Action.READ: Rule(_EVERYONE, Scope.READ),
        Action.CATALOGUE_WRITE: _rule(Scope.SIGN, _ADMINISTRATOR),
        Action.VEHICLE_WRITE: _rule(Scope.SIGN, _CENTRAL, _ADMINISTRATOR),
        Action.USER_WRITE: _rule(Scope.SIGN, _ADMINISTRATOR),
        Action.TOKEN_WRITE: _rule(Scope.SIGN, _ADMINISTRATOR),
        Action.PROTOCOL_FREEZE: _rule(Scope.SIGN, _EVALUATOR),
        Action.PILOT_WRITE: _rule(Scope.SIGN, _EVALUATOR),
        Action.PILOT_CLOSE: _rule(Scope.SIGN, _EVALUATOR, _PROGRAMME),
        Action.PILOT_READ_ALL: _rule(Scope.READ, _EVALUATOR, _ADMINISTRATOR, _PROGRAMME),
        Action.FINDING_WRITE: _rule(Scope.SIGN, _EVALUATOR),
        Action.SUBMISSION_SEND: _rule(Scope.UPLOAD, _SITE),
        Action.SUBMISSION_READ: _rule(Scope.READ, _SITE, _EVALUATOR, _ADMINISTRATOR, _PROGRAMME),
        Action.SUBMISSION_READ_ALL: _rule(Scope.READ, _EVALUATOR, _ADMINISTRATOR, _PROGRAMME),
        Action.SCORECARD_READ_ALL: _rule(Scope.READ, _EVALUATOR),
        Action.DECISION_SIGN: _rule(Scope.SIGN, _EVALUATOR),
        Action.LISTING_PUBLISH: _rule(Scope.SIGN, _CENTRAL),
        Action.LISTING_STATUS: _rule(Scope.SIGN, _CENTRAL, _EVALUATOR),
        Action.AUDIT_READ_ALL: _rule(Scope.READ, _ADMINISTRATOR),
    }
)

NEVER_SYSTEM: Final = frozenset({Action.DECISION_SIGN})
"""What only a person does."""

SCOPES_OF_ROLE: Final[Mapping[UserRole, frozenset[Scope]]] = MappingProxyType(
    {role: frozenset({Scope.READ} | {r.scope for r in RULES.values() if role in r.roles}) for role in _EVERYONE}
)
"""The scopes that a token of each role can hold."""


def has_role(actor: Actor | None, action: Action) -> bool:
    """Whether the role of `actor` may ever do `action`."""
    if actor is None:
        return False
    if actor.role == UserRole.SYSTEM:
        return action not in NEVER_SYSTEM
    return actor.role in RULES[action].roles


def has_scope(actor: Actor, action: Action) -> bool:
    """Whether the token of `actor` (if any) was given for such an action."""
    return RULES[action].scope in actor.scopes


def may(actor: Actor | None, action: Action) -> bool:
    """Whether `actor` may do `action`, objects and states apart."""
    return actor is not None and has_role(actor, action) and has_scope(actor, action)


def is_conflicted(actor: Actor, *, sites: frozenset[str], supplier: str) -> bool:
    """No judge in their own cause: the person belongs to a pilot site, or is bound to the supplier of the tool."""
    return actor.site in sites or (actor.supplier is not None and actor.supplier == supplier)
