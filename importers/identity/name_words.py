"""Words beside which a name is none: those that are usual words too, and those that follow a civility."""

from __future__ import annotations

from typing import Final

USUAL: Final = frozenset(
    (
        "barbe", "brun", "claire", "clement", "collet", "combes", "courtois", "florence", "gall", "gaillard", "lacroix",
        "marechal", "marine", "marion", "masse", "menager", "noel", "potier", "rivet", "robin", "royer", "soulier",
        "toussaint", "vaillant", "valentin", "violaine", "amine", "ali", "ange", "constance", "prudence", "victoire", "aya",
        "ivan", "issa", "jordan", "lara", "louis", "madeleine", "maxime", "mercier", "nour", "reine", "samba", "sow", "tour",
        "toure", "vial", "dumas", "amal", "evan", "prosper", "olive", "marguerite", "valerie", "berthe", "perrin",
    )
)  # fmt: skip
"""Names that, in small letters, are usual words too, or parts of them."""
NOT_NAMES: Final = frozenset(
    (
        # words of a sentence
        "est", "non", "pas", "qui", "que", "quoi", "dit", "sera", "sans", "avec", "sous", "sur", "vu", "vue", "vus", "vues",
        "revu", "revue", "revus", "revues", "tres", "tout", "toute", "toujours", "plus", "peu", "bien", "encore", "deja",
        "dont", "car", "mais", "pour", "par", "chez", "dans", "des", "les", "ses", "son", "elle", "lui", "aux", "une", "ici",
        "seul", "seule", "seulement", "ainsi", "puis", "donc", "puisque", "lors", "depuis", "avant", "apres", "hier", "suite",
        "a", "au", "de", "du", "en", "et", "il", "la", "le", "ne", "ni", "on", "ou", "se", "un", "y", "ce", "cette", "cet",
        "comme", "entre", "jusqu", "vers", "assez", "trop", "ayant", "etant", "aussi", "rien", "jamais", "aucun", "aucune",
        # verbs
        "accepte", "annule", "appelle", "arrive", "attend", "boit", "collabore", "comprend", "connait", "consent", "consulte",
        "craint", "decede", "decline", "decrit", "demande", "dement", "deplore", "desire", "devra", "doit", "donne", "dort",
        "entend", "entre", "evoque", "explique", "exprime", "fait", "fume", "garde", "habite", "hesite", "indique", "informe",
        "interroge", "mange", "marche", "mentionne", "montre", "nie", "parle", "part", "participe", "pense", "perd", "peut",
        "porte", "prefere", "prend", "prendra", "presente", "quitte", "raconte", "rapporte", "recoit", "reconnait", "refuse",
        "reste", "revient", "rentre", "saigne", "sait", "semble", "sent", "signale", "sort", "sortira", "souffre", "souhaite",
        "suit", "tient", "tolere", "tombe", "tousse", "trouve", "urine", "utilise", "vient", "vit", "veut", "vomit", "voit",
        "ira", "aura", "avait", "etait", "revenait", "beneficie", "declare", "respire", "repond", "repart", "retourne",
        "reviendra", "verra", "passe", "passera", "change", "continue", "arrete", "reprend", "supporte", "transmet", "met",
        "agee", "age", "prevenue", "prevenu", "sortie", "sorti", "absente", "absent", "stable", "confuse", "confus",
        "algique", "asthenique", "diabetique", "enceinte", "anxieuse", "anxieux", "apte", "inapte", "hypertendue", "calme",
        "agitee", "agite", "jeune", "jeun", "seance", "ras", "irm", "tdm", "ecg", "voir", "chambre", "lit", "box",
        # titles
        "docteur", "dr", "directeur", "directrice", "professeur", "pr", "cadre", "president", "presidente", "medecin", "maire",
        "interne", "externe", "infirmier", "infirmiere", "ide", "madame", "monsieur", "patient", "patiente",
        # species
        "tuberculosis", "pneumoniae", "bovis", "avium", "leprae", "kansasii", "abscessus", "genitalium", "hominis",
        "catarrhalis", "chelonae", "marinum", "xenopi", "fortuitum", "morganii", "africanum", "simiae",
    )
)  # fmt: skip
"""After `Mme` or `M.`: what she says or does, a title, or a germ (`M. tuberculosis`)."""
