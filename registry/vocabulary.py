"""Words that only the registry prints: roles of its users, states of its objects, scopes of its tokens."""

from __future__ import annotations

from evaluation.vocabulary import Word


class UserRole(Word):
    """What a person (or the machine itself) may be in the registry."""

    PILOT_SITE = "pilot-site", "Site pilote", "Pilot site"
    EVALUATOR = "evaluator", "Évaluateur", "Evaluator"
    CENTRAL = "central", "Centrale d'achat", "Purchasing central"
    ADMINISTRATOR = "administrator", "Administrateur", "Administrator"
    SUPPLIER = "supplier", "Fournisseur", "Supplier"
    PROGRAMME = "programme", "Pilotage du programme", "Programme"
    SYSTEM = "system", "Système", "System"


class Scope(Word):
    """What a token may do, within the rights of its user."""

    READ = "read", "lire", "read"
    UPLOAD = "upload", "déposer", "upload"
    SIGN = "sign", "signer et agir", "sign and act"


class PilotState(Word):
    """Where a pilot stands; it only moves forward."""

    DRAFT = "draft", "Brouillon", "Draft"
    FROZEN = "frozen", "Protocole gelé", "Protocol frozen"
    COLLECTING = "collecting", "Dépôts ouverts", "Collecting"
    CLOSED = "closed", "Dépôts clos", "Closed"
    SIGNING = "signing", "En signature", "Being signed"
    PUBLISHED = "published", "Décision publiée", "Published"


class SubmissionState(Word):
    """Where a site's file stands; a withdrawn one is kept and counted."""

    CHECKED = "checked", "Vérifié, à valider", "Checked, to be accepted"
    ACCEPTED = "accepted", "Accepté", "Accepted"
    WITHDRAWN = "withdrawn", "Retiré", "Withdrawn"


class Provenance(Word):
    """Where the value of a dossier's field comes from."""

    DECLARED = "declared", "déclaré", "declared"
    DOCUMENT = "document", "document", "document"
    VERIFIED = "verified", "vérifié", "verified"
    MEASURED = "measured", "mesuré", "measured"
    OFFICIAL = "official", "source officielle", "official source"


class LegalStatus(Word):
    """The legal status of a hospital."""

    PUBLIC = "public", "Public", "Public"
    NON_PROFIT = "private_non_profit", "Privé non lucratif", "Private, non-profit"
    FOR_PROFIT = "private_for_profit", "Privé lucratif", "Private, for profit"


class CallKind(Word):
    """The kind of call for projects under which pilots run."""

    INTEREST = "ami", "Appel à manifestation d'intérêt", "Call for expressions of interest"
    PROJECTS = "aap", "Appel à projets", "Call for projects"
    OTHER = "other", "Autre", "Other"
