"""What headers and words say of people: those that announce an identity, and those that only look like one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

HEADERS: Final = frozenset(
    (
        "nom", "noms", "name", "nomdefamille", "nomdenaissance", "nomusuel", "nomdusage", "nomusage", "nomnaissance",
        "nomfamille", "nomdejeunefille", "nomjf", "nomjeunefille", "nommarital", "nomcomplet", "nompatient", "nomdupatient",
        "nompat", "patientnom", "prenom", "prenoms", "prenompatient", "prenompat", "nomprenom", "nometprenom", "nomprenoms",
        "prenomnom", "lastname", "firstname", "surname", "fullname", "familyname", "givenname", "patientname", "identite",
        "identitepatient", "patronyme", "datedenaissance", "datenaissance", "datenaiss", "datenais", "dnaiss", "dnaissance",
        "naissance", "nele", "neele", "ddn", "dtnaiss", "dob", "birthdate", "birthday", "dateofbirth", "adresse",
        "adressepatient", "adressepostale", "adressedomicile", "adresse1", "adresse2", "address", "domicile", "rue",
        "telephone", "tel", "teldomicile", "telportable", "numtel", "notel", "numerodetelephone", "portable", "mobile", "gsm",
        "phone", "phonenumber", "email", "mail", "courriel", "adressemail", "adresseemail", "adresseelectronique", "nir",
        "nirpatient", "numnir", "nniassure", "nni", "ins", "insnir", "insc", "insi", "inscnir", "matriculeins", "numeroins",
        "numins", "numerodesecuritesociale", "numerosecuritesociale", "numsecu", "nosecu", "nsecu", "numerosecu",
        "numsecuritesociale", "nosecuritesociale", "nsecuritesociale", "ndesecuritesociale", "nss", "numss", "ssn", "ipp",
        "ippatient", "numipp", "noipp", "nipp", "numeroipp", "ipppatient", "idpatient", "patientid", "idpat", "nip",
        "nippatient", "numpatient", "numeropatient", "nopatient", "npatient", "mrn", "nda", "numnda", "nonda", "iep",
        "numiep", "nosejour", "numsejour", "numerosejour", "numerodesejour", "nsejour", "numerodossier", "numdossier",
        "nodossier", "ndossier", "numerodedossier", "numdossierpatient", "dossierpatient", "numvenue", "identifiantpatient",
        "identifiantpermanent", "identifiantpermanentpatient", "nachname", "vorname", "geburtsdatum", "apellido", "apellidos",
        "cognome", "codepostaletville", "codepostalville",
    )
)  # fmt: skip
"""Headers, without case, accents or punctuation, that announce an identity whatever the cells hold."""
HEADER_WORDS: Final = frozenset(
    ("prenom", "prenoms", "surname", "firstname", "lastname", "email", "courriel", "telephone", "tel", "birthdate")
)
"""Words that announce one wherever they stand in a header."""
NUMBER_WORDS: Final = frozenset(
    (
        "ipp", "nir", "ins", "nss", "iep", "nda", "nip", "mrn", "ddn", "dossier", "sejour", "npp", "venue", "admission",
        "passage", "hospitalisation", "encounter", "accession",
    )
)  # fmt: skip
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
PATIENT_WORDS: Final = frozenset(("patient", "patiente", "malade", "usager"))
"""Above long whole numbers: a patient's own."""
NAME_OF: Final = frozenset(
    (
        "patient", "patiente", "famille", "naissance", "usage", "usuel", "jeune", "fille", "marital", "malade", "assure",
        "beneficiaire", "usager", "epouse", "conjoint", "personne", "civilite", "pat", "medecin", "praticien", "radiologue",
        "chirurgien",
    )
)  # fmt: skip
"""After `nom`, these speak of a person; `nom_outil` does not."""

FILLERS: Final = frozenset(
    (
        "n", "no", "num", "numero", "de", "du", "d", "des", "la", "le", "l", "et", "patient", "patiente", "malade", "usager",
        "personnel",
    )
)  # fmt: skip
"""Words around the one that matters: `N° de portable`, `tel_patient`."""
MOMENTS: Final = frozenset(
    (
        "date", "heure", "duree", "delai", "debut", "fin", "jour", "jours", "mode", "motif", "type", "nb", "nombre",
    )
)  # fmt: skip
"""Beside the words of a stay they speak of its time or kind, not of its number."""
MEASURES: Final = frozenset(
    (
        "octets", "bytes", "taille", "size", "poids", "volume", "pixels", "ms", "secondes", "timestamp", "horodatage",
        "epoch", "unix", "duree", "delai", "lot", "serie", "version", "build",
    )
)  # fmt: skip
"""Long numbers below these are of things."""
INSTITUTIONS: Final = frozenset(
    (
        "hopital", "hopitaux", "clinique", "polyclinique", "chu", "chr", "chru", "ch", "ghu", "gh", "ghr", "aphp", "centre",
        "institut", "fondation", "universite", "laboratoire", "laboratoires", "labo", "saint", "sainte", "st", "ste",
        "service", "pole", "unite", "salle", "batiment", "pavillon", "site", "bloc", "rue", "avenue", "place", "groupe",
        "espace", "maison", "residence", "lycee", "ecole", "maladie", "syndrome", "signe", "score", "test", "echelle",
        "classification", "critere", "criteres", "stade", "grade", "type", "irm", "tdm", "ecg", "eeg", "scanner", "ips",
        "samu", "smur", "ehpad", "ssr", "usld", "dicom", "pacs", "notre", "dame", "general",
    )
)  # fmt: skip
"""Words whose neighbours are no people: hospitals, rooms and diseases bear names."""
NAMESAKES: Final = frozenset(
    ("pierre fabre", "claude bernard", "marie curie", "pierre curie", "pierre robin", "pierre marie")
)
"""Names of companies, hospitals and diseases."""


@cache
def first_names() -> frozenset[str]:
    """Common first names in France, without accents: a column made of them is a column of people."""
    return _listed("first_names.txt")


@cache
def surnames() -> frozenset[str]:
    """Common surnames in France, without accents; none that is also a usual word, as `petit` or `blanc`."""
    return _listed("surnames.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="ascii").split())
