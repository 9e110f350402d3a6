"""Words that only the registry prints: roles of its users, states of its objects, scopes of its tokens."""

from __future__ import annotations

import errno

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


class SubmissionKind(Word):
    """What a site sent: its rows, or an aggregate in their place."""

    ROWS = "rows", "lignes", "rows"
    AGGREGATE = "aggregate", "agrégat", "aggregate"


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


class Trouble(Word):
    """Why the system refused a file or a folder."""

    ABSENT = "absent", "il n'existe pas", "it does not exist"
    FORBIDDEN = "forbidden", "l'accès est refusé", "access is denied"
    READ_ONLY = "read_only", "il est en lecture seule", "it is read-only"
    FULL = "full", "le disque est plein", "the disk is full"
    NOT_FOLDER = "not_folder", "ce n'est pas un dossier", "it is not a folder"
    FOLDER = "folder", "c'est un dossier", "it is a folder"
    EXISTS = "exists", "il existe déjà", "it exists already"
    BROKEN_OFF = "broken_off", "sa lecture s'est interrompue", "reading it broke off"
    OTHER = "other", "le système le refuse", "the system refuses it"

    @classmethod
    def of(cls, error: OSError) -> Trouble:
        """The reason of an error of the system."""
        known = {
            errno.ENOENT: cls.ABSENT,
            errno.EACCES: cls.FORBIDDEN,
            errno.EPERM: cls.FORBIDDEN,
            errno.EROFS: cls.READ_ONLY,
            errno.ENOSPC: cls.FULL,
            errno.EDQUOT: cls.FULL,
            errno.ENOTDIR: cls.NOT_FOLDER,
            errno.EISDIR: cls.FOLDER,
            errno.EEXIST: cls.EXISTS,
            errno.EIO: cls.BROKEN_OFF,
            errno.ESTALE: cls.BROKEN_OFF,
            errno.ETIMEDOUT: cls.BROKEN_OFF,
        }
        return known.get(error.errno or 0, cls.OTHER)
