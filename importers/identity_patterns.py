"""What identifies a person, as patterns: numbers with their keys, addresses, names, dates of birth."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

NIR: Final = (
    r"(?:^|[^0-9A-Za-z])"
    r"([1-478]\s{0,2}\d{2}\s{0,2}(?:0[1-9]|1[0-2]|[2-9]\d)\s{0,2}(?:\d{2}|2[ABab])\s{0,2}\d{3}\s{0,2}\d{3}\s{0,2}\d{2})"
    r"(?:$|[^0-9A-Za-z])"
)
NIR_WITHOUT_KEY: Final = r"^[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[ABab])\d{6}$"
EMAIL: Final = (
    r"(?i)[a-z0-9._%+\-]+\s?(?:@|\(at\)|\[at\]|\(a\)|\[arobase\]|\(arobase\))\s?[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
)
PHONE: Final = (
    r"(?:^|[^\d])(?:(?:\+|00)33\s?(?:\(0\))?[\s.\-]?[1-9]|0[1-9])(?:[\s.\-/]\d{2}){4}(?:$|[^\d])"
    r"|(?:^|[^\d])(?:\+|0{2})33[\s.\-]?(?:\(0\))?[1-9]\d{8}(?:$|[^\d])"
    r"|(?:^|[^\d])\+(?:262|32|352|377|41|44|49|39|34|508|590|594|596|681|687|689|1)(?:[\s.\-]?\d){8,11}(?:$|[^\d])"
    r"|(?i)(?:t[ée]l|portable|mobile|phone|joindre|rappeler)\D{0,15}0[1-9]\d{8}(?:$|[^\d])"
)
PLAIN_PHONE: Final = r"^0[1-9]\d{8}$"
MOBILE: Final = r"^0[67]\d{8}$"
ADDRESS: Final = (
    r"(?i)\b\d{1,4}\s*(?:bis|ter|quater)?\s*,?\s+(?:rue|avenue|av\.|boulevard|bd|bld|all[ée]e|all[ée]es|chemin|impasse|"
    r"place|route|quai|square|cours|r[ée]sidence|lotissement|faubourg|passage|villa|sentier|venelle)\s+\p{L}"
)
CIVILITY: Final = (
    r"\b(?:M\.|MM\.|Mr\.?|Mme\.?|Mlle\.?|Mrs\.?|Ms\.?|Monsieur|Madame|Mademoiselle|Patiente?\s*:|[Nn]om\s*:|[Pp]r[ée]nom\s*:)"
    r"\s+\p{Lu}[\p{L}'’\-]+"
)
BORN: Final = (
    r"(?i)\b(?:n[ée]{1,2}|n[ée]\(e\)|ddn|date de naissance|naissance|naiss\.?|born|dob)\s*(?:le|on|:|en)?\s*:?\s*"
    r"(?:\d{1,2}[/.\-\s]\d{1,2}[/.\-\s]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)?\s+\p{L}{3,9}\.?\s+\d{4})"
)
FULL_NAME: Final = (
    r"^(?:\p{Lu}[\p{Lu}'’\-]+(?:\s\p{Lu}[\p{Lu}'’\-]+)?,?\s\p{Lu}\p{Ll}+(?:[\s\-]\p{Lu}\p{Ll}+)?"
    r"|\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?\s(?:d[eu]\s)?\p{Lu}[\p{Lu}'’\-]+)$"
)
"""`DUPONT Jean`, `Jean DUPONT`."""
NAME_CODE: Final = r"^\p{L}{2,}[._\-]\p{L}{2,}$"
"""`dupont.jean` where a study code is expected."""
INITIALS_AND_DATE: Final = (
    r"^(?:[A-Za-z]{2,}[A-Za-z._\-]*?)((?:19|20)\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])(?:$|[^0-9])"
)
INITIALS_AND_FRENCH_DATE: Final = (
    r"^(?:[A-Za-z]{2,}[A-Za-z._\-]*?)(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?((?:19|20)\d{2})(?:$|[^0-9])"
)
DATE_AND_INITIALS: Final = r"^((?:19|20)\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])[._\-]?[A-Za-z]{2,}"
FRENCH_DATE_AND_INITIALS: Final = (
    r"^(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?((?:19|20)\d{2})[._\-]?[A-Za-z]{2,}"
)
INITIALS_AND_SHORT_DATE: Final = r"^[A-Za-z]{2,6}[._\-]?(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?(\d{2})$"
COMPACT_DATE: Final = r"^((?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
FULL_DATE: Final = (
    r"^(?:((?:18|19|20)\d{2})-\d{1,2}-\d{1,2}|\d{1,2}[/.\-]\d{1,2}[/.\-]((?:18|19|20)\d{2}))"
    r"(?:[ T]0?0[:h]00(?::00)?)?$"
)
LONG_NUMBER: Final = r"^\d{8,12}$"

HEADERS: Final = frozenset(
    (
        "nom", "noms", "name", "nomdefamille", "nomdenaissance", "nomusuel", "nomdusage", "nomusage", "nomnaissance", "nomfamille",
        "nomdejeunefille", "nomjf", "nomjeunefille", "nommarital", "nomcomplet", "nompatient", "nomdupatient", "nompat",
        "patientnom",
        "prenom", "prenoms", "prenompatient", "prenompat", "nomprenom", "nometprenom", "nomprenoms", "prenomnom", "lastname",
        "firstname", "surname", "fullname", "familyname", "givenname", "patientname", "identite", "identitepatient", "patronyme",
        "datedenaissance", "datenaissance", "datenaiss", "datenais", "dnaiss", "dnaissance", "naissance", "nele", "neele", "ddn",
        "dtnaiss", "dob", "birthdate", "birthday", "dateofbirth", "adresse", "adressepatient", "adressepostale", "adressedomicile",
        "adresse1", "adresse2", "address", "domicile", "rue", "telephone", "tel", "teldomicile", "telportable", "numtel", "notel",
        "numerodetelephone", "portable", "mobile", "gsm", "phone", "phonenumber", "email", "mail", "courriel", "adressemail",
        "adresseemail", "adresseelectronique", "nir", "nirpatient", "numnir", "nniassure", "nni", "ins", "insnir", "insc", "insi",
        "inscnir", "matriculeins", "numeroins", "numins", "numerodesecuritesociale", "numerosecuritesociale", "numsecu", "nosecu",
        "nsecu", "numerosecu", "numsecuritesociale", "nosecuritesociale", "nsecuritesociale", "ndesecuritesociale", "nss", "numss",
        "ssn", "ipp", "ippatient", "numipp", "noipp", "nipp", "numeroipp", "ipppatient", "idpatient", "patientid",
        "idpat", "nip", "nippatient", "numpatient", "numeropatient", "nopatient", "npatient", "mrn", "nda", "numnda", "nonda",
        "iep", "numiep", "nosejour", "numsejour", "numerosejour", "numerodesejour", "nsejour", "numerodossier", "numdossier",
        "nodossier", "ndossier", "numerodedossier", "numdossierpatient", "dossierpatient",  "numvenue",
    )
)  # fmt: skip
"""Headers, without case, accents or punctuation, that announce an identity whatever the cells hold."""
HEADER_WORDS: Final = frozenset(
    ("prenom", "prenoms", "surname", "firstname", "lastname", "email", "courriel", "telephone", "birthdate")
)
"""Words that announce one wherever they stand in a header."""
NUMBER_WORDS: Final = frozenset(("ipp", "nir", "ins", "nss", "iep", "nda", "nip", "mrn", "ddn", "dossier", "sejour"))
"""Words that announce one when the cells below hold numbers: an IPP is a medicine too."""
HEADER_PARTS: Final = (
    "datedenaissance",
    "datenaiss",
    "datenais",
    "dateofbirth",
    "securitesociale",
    "jeunefille",
    "nomdefamille",
)
"""Pieces of a bare header that announce one."""
NAME_OF: Final = frozenset(
    (
        "patient",
        "patiente",
        "famille",
        "naissance",
        "usage",
        "usuel",
        "jeune",
        "fille",
        "marital",
        "malade",
        "assure",
        "beneficiaire",
    )
)
"""After `nom`, these speak of a person; `nom_outil` does not."""


@cache
def first_names() -> frozenset[str]:
    """Common first names in France, without accents: a column made of them is a column of people."""
    return frozenset(Path(__file__).with_name("first_names.txt").read_text(encoding="ascii").split())
