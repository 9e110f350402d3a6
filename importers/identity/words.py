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
        "identifiantpermanent", "identifiantpermanentpatient", "nomnais", "nomdenais", "nomnaiss", "nomdenaiss", "dnais", "datenai",
        "dtnais", "naiss", "secsoc", "secusoc", "secusociale", "secsociale", "secu", "numerosecu", "immatriculationss",
        "immatss", "immatriculationsecu", "nachname", "vorname", "geburtsdatum", "apellido", "apellidos",
        "cognome", "codepostaletville", "codepostalville", "cpville", "cpetville", "njf", "adrpostale", "adrpat", "adrpatient",
        "adrdomicile",
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
        "passage", "hospitalisation", "encounter", "accession", "immat", "immatriculation", "ss",
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
STAY_WORDS: Final = frozenset(("sej", "adm", "hosp", "hospitalier", "hospitaliere"))
"""Shortened words of a stay: after the word `numéro`, above numbers that differ."""
NUMBERING: Final = frozenset(("n", "no", "num", "numero", "number", "id", "ident", "identifiant"))
PATIENT_WORDS: Final = frozenset(("patient", "patiente", "malade", "usager", "pat", "pt"))
"""Above long whole numbers or names: a patient's own."""
KINDS_OF_PATIENTS: Final = frozenset(
    (
        "adulte", "enfant", "hospitalise", "hospitalisee", "hospitalisation", "externe", "interne", "urgence", "urgences",
        "consultation", "consultations", "ambulatoire", "homme", "femme", "sain", "malade", "temoin", "cas", "controle",
        "inclus", "exclu", "nouveau", "nouvelle", "ancien", "ancienne", "connu", "inconnu", "oui", "non", "autre", "autres",
        "nourrisson", "bebe", "adolescent", "age", "agee", "jeune", "sorti", "transfere", "decede", "vivant", "programme",
        "suivi", "perdu", "positif", "negatif", "couche", "debout", "assis", "valide", "semi", "autonome", "dependant",
    )
)  # fmt: skip
"""Below the word patient they sort patients, and name none."""
ANSWERS: Final = frozenset(
    (
        "oui", "non", "o", "n", "y", "yes", "no", "vrai", "faux", "true", "false", "0", "1", "present", "absent", "na", "nd",
        "nc", "nr", "nsp", "inconnu", "inconnue", "manquant", "+", "-", "?", "vali", "prov", "qual", "recup", "valide", "validee",
        "invalide", "provisoire", "qualifie", "qualifiee", "recupere", "recuperee", "verifie", "verifiee", "douteux",
        "douteuse", "fictif", "fictive", "complet", "complete", "incomplet", "incomplete", "conforme", "ok", "ko",
    )
)  # fmt: skip
"""A column of these alone says whether there is a telephone, an address or a checked identity, and not which."""
HOMES: Final = frozenset(
    (
        "domicile", "ehpad", "maison", "retraite", "institution", "foyer", "usld", "ssr", "smr", "sdf", "famille", "autre",
        "autres", "hopital", "residence", "autonomie", "seul", "seule", "couple", "entourage", "rue", "hebergement",
        "appartement", "logement", "personnel", "urbain", "rural", "de", "en", "a", "au", "avec", "sans", "aide", "aides",
        "had", "vie", "isole", "isolee", "fixe", "mas", "fam", "rpa", "etablissement", "ville",
    )
)  # fmt: skip
"""Kinds of homes, below the word `domicile`."""
NAME_OF: Final = frozenset(
    (
        "patient", "patiente", "famille", "naissance", "usage", "usuel", "jeune", "fille", "marital", "malade", "assure",
        "beneficiaire", "usager", "epouse", "conjoint", "personne", "civilite", "pat", "medecin", "praticien", "radiologue",
        "chirurgien", "nais", "naiss", "mere", "pere", "parents", "mari", "epoux", "conjointe", "fils", "tuteur", "tutrice",
        "curateur", "aidant", "representant",
    )
)  # fmt: skip
"""After `nom`, these speak of a person; `nom_outil` does not."""

FILLERS: Final = frozenset(
    (
        "n", "no", "num", "numero", "de", "du", "d", "des", "la", "le", "l", "et", "patient", "patiente", "malade", "usager",
        "personnel", "pat", "pt", "p",
    )
)  # fmt: skip
"""Words around the one that matters: `N° de portable`, `tel_patient`."""
RELATIVES: Final = frozenset(
    (
        "epouse", "epoux", "conjoint", "conjointe", "mari", "tuteur", "tutrice", "curateur", "curatrice", "aidant", "aidante",
        "representant", "surnom",
    )
)  # fmt: skip
"""Headers of these alone, above words that sort nobody: names."""
KIN: Final = frozenset(("mere", "pere", "parents", "soeur", "frere", "fille", "fils"))
"""So are these, but one word alone below them may be a disease."""
AROUND_RELATIVES: Final = frozenset(
    ("a", "ou", "prevenir", "confiance", "contacter", "contact", "legal", "principal", "ref")
)
"""The words around these, and those that tell which `personne` is meant."""
SORTS_OF_RELATIVES: Final = frozenset(
    (
        "epouse", "epoux", "conjoint", "conjointe", "mari", "femme", "mere", "pere", "parent", "parents", "fille", "filles",
        "fils", "soeur", "soeurs", "frere", "freres", "ami", "amie", "amis", "voisin", "voisine", "neveu", "niece", "oncle",
        "tante", "cousin", "cousine", "petit", "petite", "enfant", "enfants", "beau", "belle", "tuteur", "tutrice",
        "curateur", "curatrice", "mandataire", "tutelle", "curatelle", "famille", "compagnon", "compagne", "concubin",
        "concubine", "partenaire", "pacse", "pacsee", "marie", "mariee", "divorce", "divorcee", "veuf", "veuve",
        "celibataire", "separe", "separee", "vivant", "vivante", "decede", "decedee", "mort", "morte", "present", "presente",
        "absent", "absente", "retraite", "retraitee", "aucun", "aucune", "proche", "aidant", "aidante", "professionnel",
        "professionnelle", "salarie", "salariee", "bonne", "bon", "sante", "etat", "rapporteur", "designe", "designee", "refus",
        "refuse", "diabete", "hta", "cancer", "cardiopathie", "asthme", "obesite", "avc", "infarctus", "rien", "ras",
        "grand", "grande", "tiers", "soignant", "medecin", "infirmier", "infirmiere", "idem", "renseigne", "renseignee",
    )
)  # fmt: skip
"""Below them these say who the relative is, or how he is, and name nobody."""
MOMENTS: Final = frozenset(
    (
        "date", "heure", "duree", "delai", "debut", "fin", "jour", "jours", "mode", "motif", "type", "nb", "nombre", "temps",
        "time", "attente", "secondes", "minutes",
    )
)  # fmt: skip
"""Beside the words of a stay they speak of its time or kind, not of its number."""
MEASURES: Final = frozenset(
    (
        "octets", "bytes", "taille", "size", "poids", "volume", "pixels", "ms", "secondes", "timestamp", "horodatage",
        "epoch", "unix", "duree", "delai", "lot", "serie", "version", "build",
        "finess", "siren", "siret", "gtin", "ean", "udi", "ucd", "cip",
        "snomed", "sct", "loinc", "appareil", "equipement", "machine", "materiel", "dispositif", "modele", "console",
        "capteur", "sonde", "article", "barre", "barres", "etablissement", "site", "serial", "device", "checksum",
        "crc", "intensite", "intensity", "signal", "ts", "time", "temps", "created",
        "updated", "modified", "started", "ended", "finished",
        "received", "sent",
    )
)  # fmt: skip
"""Long numbers below these are of things."""
AMOUNTS: Final = frozenset(
    (
        "cout", "couts", "montant", "montants", "prix", "tarif", "tarifs", "cost", "costs", "euro", "euros", "eur", "recette",
        "recettes", "depense", "depenses", "facture", "valorisation", "budget",
    )
)  # fmt: skip
"""Beside the word of a stay or a patient they speak of money."""
BIRTHS: Final = frozenset(("ne", "nee", "ddn", "dn", "dob", "born", "anniversaire"))
"""Beside these, or what begins as `naissance` does, no other event counts."""
EVENTS: Final = frozenset(
    (
        "pose", "depose", "fin", "end", "stop", "irm", "tdm", "ct", "mri", "pet", "tep", "oct", "ecg", "eeg", "emg", "pcr",
        "rcp", "staff", "maj", "rdv", "mise", "mes", "mep", "ald", "atcd", "atcds", "pec", "prise", "charge", "avc", "ait",
        "idm", "scan", "test", "dose", "cure", "lot", "ddr", "terme", "visa", "cr", "rendu", "cree", "creee", "note", "last",
        "next", "prior", "study", "onset", "surgery", "prothese", "envoi", "essai", "audit", "recu",
        "psa", "hba", "nfs", "crp", "inr", "lata", "fcu", "vih", "vhb", "vhc", "picc", "fiv", "ivg",
    )
)  # fmt: skip
"""Words of what happens on a day: examinations, care, machines, papers."""
EVENT_STARTS: Final = (
    "exam", "diag", "chir", "oper", "interven", "implant", "explant", "mammo", "radio", "scann", "echo", "doppler", "scinti",
    "coro", "endosc", "colosc", "fibrosc", "gastrosc", "retino", "fundus", "holter", "angio", "cliche", "image", "acqui",
    "symptom", "service", "vaccin", "inject", "rappel", "perem", "expir", "valid", "fabric", "achat", "install", "etalon",
    "calib", "mainten", "revis", "control", "verif", "livr", "command", "recept", "prescri", "ordonn", "traite", "therap",
    "chimio", "cycle", "debut", "start", "suivi", "visit", "consult", "bilan", "prelev", "biops", "anapath", "inclu", "exclu",
    "random", "sorti", "entree", "admis", "hospit", "sejour", "passage", "consent", "dernier", "prochain", "preced", "anter",
    "compar", "premier", "rechut", "recid", "progress", "greff", "dialys", "transplant", "version", "publi", "certif",
    "export", "extract", "import", "demand", "rendez", "creat", "modif", "updat", "actualis", "ouvert", "clotur", "ferme",
    "signa", "recueil", "saisi", "archiv", "evenement", "event", "episod", "crise", "accident", "chute", "fractur", "infarct",
    "deces", "accouch", "grossess", "concept", "anteced", "follow", "discharg", "enrol", "previous", "baseline", "purchas",
    "warrant", "garanti", "contrat", "licenc", "formation", "habilit", "accred", "marquage", "factur", "paiement", "decision",
    "reunion", "appel", "arrive", "depart", "transfer", "retour", "resultat", "lectur", "relectur", "interpret", "annot",
    "depist", "serolog", "biolog", "dosage", "cultur", "firmware", "releas", "deploi", "deploy", "bascul", "etude", "essais",
    "remplac", "repar", "panne", "incident", "evaluat", "mesure", "analys", "procedur", "act", "treat", "instauration",
    "arret", "initiation", "depuis", "frotti", "colono", "allerg", "declar", "poids", "sevrage", "glyc", "hemo", "ponct",
    "cathet", "stent", "valve", "pontage", "ablat", "exeres", "resect", "curage", "irradi", "seance", "immuno", "hormono",
    "antibio", "cortico", "transfus", "reanim", "urgence", "intub", "extub", "trache", "sonde", "perfus", "cesar", "menopaus",
    "regles", "contracep", "covid", "grippe", "infect", "sepsis", "colonis", "isol", "protocole",
)  # fmt: skip
"""Beginnings of such words."""
PLACES: Final = frozenset(
    (
        "site", "etablissement", "hopital", "hopitaux", "clinique", "service", "centre", "unite", "uf", "um", "pole",
        "pavillon", "batiment", "salle", "ward", "hospital", "department", "departement", "lieu", "provenance", "destination",
        "origine", "structure", "chu", "ghu", "gh", "ght", "etage", "secteur", "zone", "bloc", "ville", "commune", "center",
        "facility", "cluster", "grappe",
    )
)  # fmt: skip
"""Headers of places, which are often named after people."""
THINGS: Final = frozenset(
    (
        "diagnostic", "diagnostics", "diagnosis", "maladie", "pathologie", "affection", "syndrome", "signe", "antecedent",
        "comorbidite", "score", "echelle", "test", "scale", "classification", "critere", "manoeuvre", "indication",
        "produit", "medicament", "traitement", "molecule", "specialite", "laboratoire", "labo", "fabricant", "fournisseur",
        "editeur", "marque", "modele", "appareil", "equipement", "machine", "materiel", "dispositif", "outil", "logiciel",
        "solution", "algorithme", "vendor", "manufacturer", "product", "drug", "tool", "device", "disease", "technique",
        "intervention", "voie", "incidence", "protocole", "profession", "metier", "csp", "emploi", "activite", "transport",
        "transporteur", "ambulance", "vehicule", "societe", "entreprise", "prestataire",
    )
)  # fmt: skip
"""Headers of diseases, tests and products: so are these."""
PEOPLE: Final = frozenset(
    (
        "patient", "patiente", "malade", "usager", "medecin", "praticien", "chirurgien", "radiologue", "docteur", "dr", "chef",
        "cheffe", "responsable", "referent", "referente", "prescripteur", "operateur", "lecteur", "lectrice", "manipulateur",
        "infirmier", "infirmiere", "ide", "agent", "auteur", "interne", "cadre", "correspondant", "adresseur", "personne",
        "beneficiaire", "assure", "contact", "prenom", "technicien", "investigateur", "utilisateur",
    )
)  # fmt: skip
"""Beside these a place or a thing is not what the column is about."""
WARDS: Final = (
    "ie", "ique", "iques", "ation", "ations", "urgence", "urgences", "medecine", "bloc", "hdj", "ssr", "smr", "usc", "uhcd",
    "soins", "hopital", "site", "usld", "ehpad",
)  # fmt: skip
"""Ends of words that are wards before a name: `Neurologie Jean Bernard`."""
INSTITUTIONS: Final = frozenset(
    (
        "hopital", "hopitaux", "clinique", "polyclinique", "chu", "chr", "chru", "ch", "ghu", "gh", "ghr", "aphp", "centre",
        "institut", "fondation", "universite", "laboratoire", "laboratoires", "labo", "saint", "sainte", "st", "ste",
        "service", "pole", "unite", "salle", "batiment", "pavillon", "site", "bloc", "rue", "avenue", "place", "groupe",
        "espace", "maison", "residence", "lycee", "ecole", "maladie", "syndrome", "signe", "score", "test", "echelle",
        "classification", "critere", "criteres", "stade", "grade", "type", "irm", "tdm", "ecg", "eeg", "scanner", "ips",
        "samu", "smur", "ehpad", "ssr", "usld", "dicom", "pacs", "notre", "dame", "general", "ambulance", "ambulances", "taxi",
        "taxis", "pharmacie", "vsl", "sarl", "sas", "sasu", "eurl", "selarl", "scm", "ets", "societe",
    )
)  # fmt: skip
"""Words whose neighbours are no people: hospitals, rooms and diseases bear names."""


@cache
def first_names() -> frozenset[str]:
    """Common first names in France, without accents: a column made of them is a column of people."""
    return _listed("first_names.txt")


@cache
def surnames() -> frozenset[str]:
    """Common surnames in France, without accents; none that is also a usual word, as `petit` or `blanc`."""
    return _listed("surnames.txt")


@cache
def namesakes() -> frozenset[str]:
    """Full names of companies, hospitals and diseases, without accents or hyphens; none that many people bear."""
    return _listed("namesakes.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="ascii").splitlines())
