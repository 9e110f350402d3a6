"""Words of the trade that an estimate, a file or an export prints, each with its French and English label."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """A code with a label in each language; the code is what is stored, the label what is shown."""

    label_fr: str
    label_en: str

    def __new__(cls, code: str, label_fr: str = "", label_en: str = "") -> Word:
        """Make the member from its code and its two labels (a look-up gives the code alone)."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label_fr = label_fr
        member.label_en = label_en
        return member

    def label(self, locale: str = "fr") -> str:
        """The label in `locale` (`fr` or `en`)."""
        return self.label_en if locale == "en" else self.label_fr


class Domain(Word):
    """What an indicator speaks of."""

    CLINICAL = "clinical", "Clinique", "Clinical"
    ORGANISATIONAL = "organisational", "Organisationnel", "Organisational"
    ECONOMIC = "economic", "Économique", "Economic"
    SAFETY = "safety", "Sécurité", "Safety"
    EQUITY = "equity", "Équité", "Equity"
    FRUGALITY = "frugality", "Frugalité", "Frugality"
    ADOPTION = "adoption", "Adoption", "Adoption"


class Better(Word):
    """The better direction of an indicator."""

    HIGHER = "higher", "plus élevé", "higher"
    LOWER = "lower", "plus bas", "lower"
    TARGET = "target", "proche de la cible", "close to the target"

    @property
    def arrow(self) -> str:
        """The sign printed in the workbook's column `Sens`."""
        return {"higher": "↑", "lower": "↓", "target": "◇"}[self.value]


class Role(Word):
    """The part an indicator plays in a protocol."""

    PRIMARY = "primary", "principal", "primary"
    SECONDARY = "secondary", "secondaire", "secondary"
    SAFETY = "safety", "sécurité", "safety"
    DESCRIPTIVE = "descriptive", "descriptif", "descriptive"


class Verdict(Word):
    """The three-state conclusion, read off the confidence bound; the fourth says that nothing was asked."""

    MET = "met", "Atteint", "Met"
    NOT_MET = "not_met", "Non atteint", "Not met"
    UNCERTAIN = "uncertain", "Incertain", "Uncertain"
    NOT_ASSESSED = "not_assessed", "Non évalué", "Not assessed"


class Test(Word):
    """How a confidence interval is read against the protocol's threshold."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    THRESHOLD = "threshold", "seuil", "threshold"
    SUPERIORITY = "superiority", "supériorité", "superiority"
    NON_INFERIORITY = "non_inferiority", "non-infériorité", "non-inferiority"


class Strength(Word):
    """Strength of a study design, P1 strongest (a proposition, not a grade of any agency)."""

    P1 = "P1", "P1 (la plus forte)", "P1 (strongest)"
    P2 = "P2", "P2", "P2"
    P3 = "P3", "P3", "P3"
    P4 = "P4", "P4 (la plus faible)", "P4 (weakest)"


class Design(Word):
    """The study designs of the field, D1 to D10."""

    ACCURACY = "D1", "précision diagnostique, bras unique", "diagnostic accuracy, single arm"
    PAIRED_READING = "D2", "lecture appariée, plusieurs lecteurs", "paired reading, several readers"
    BEFORE_AFTER = "D3", "avant/après", "before/after"
    INTERRUPTED_SERIES = "D4", "série temporelle interrompue", "interrupted time series"
    STEPPED_WEDGE = "D5", "déploiement échelonné (stepped wedge)", "stepped wedge"
    PARALLEL_ARMS = "D6", "bras parallèles", "parallel arms"
    DIFF_IN_DIFF = "D7", "différence de différences", "difference-in-differences"
    SILENT = "D8", "phase silencieuse", "silent phase"
    ECONOMIC = "D9", "étude économique", "economic study"
    BLIND_BENCH = "D10", "banc d'essai aveugle", "blind bench"


class UseCase(Word):
    """What an AI tool is for in a hospital."""

    CALL_TRANSCRIPTION = (
        "regulation_samu_transcription",
        "Transcription des appels au SAMU",
        "Emergency-call transcription",
    )
    TRIAGE = "triage_urgences", "Triage aux urgences", "Emergency-department triage"
    FLOW_FORECAST = "prevision_flux", "Prévision des flux de patients", "Patient-flow forecast"
    ROSTERS = "planification_rh", "Planification des équipes", "Staff rosters"
    IMAGING_DETECTION = "imagerie_detection", "Imagerie : détection", "Imaging: detection"
    IMAGING_TRIAGE = "imagerie_tri", "Imagerie : tri", "Imaging: triage"
    CLINICAL_PHARMACY = "pharmacie_clinique_sadp", "Pharmacie clinique", "Clinical pharmacy"
    AMBIENT_SCRIBE = "transcription_ambiante", "Transcription ambiante", "Ambient scribe"
    DISCHARGE_LETTER = "lettre_liaison", "Lettre de liaison", "Discharge letter"
    CODING = "codage_pmsi", "Codage PMSI", "Coding"
    EARLY_WARNING = "alerte_deterioration", "Alerte précoce", "Early warning"
    OTHER = "autre", "Autre", "Other"


class Measured(Word):
    """Whose performance the figures describe; only the human with the tool may open full referencing."""

    TOOL_ALONE = "tool_alone", "outil seul", "tool alone"
    HUMAN_ALONE = "human_alone", "professionnel seul", "human alone"
    WITH_TOOL = "with_tool", "professionnel avec l'outil", "human with the tool"


class Decision(Word):
    """What follows from a scorecard and a dossier."""

    REFERENCED = "referenced", "Référencée", "Referenced"
    CONDITIONAL = "conditional", "Référencée sous condition", "Referenced on condition"
    MORE_EVIDENCE = "more_evidence", "Preuves complémentaires", "More evidence needed"
    NOT_REFERENCED = "not_referenced", "Non référencée", "Not referenced"
    INADMISSIBLE = "inadmissible", "Irrecevable", "Inadmissible"


class ListingStatus(Word):
    """The status of a line of a referencing list."""

    REFERENCED = "referenced", "Référencée", "Referenced"
    CONDITIONAL = "conditional", "Référencée sous condition", "Referenced on condition"
    SUSPENDED = "suspended", "Suspendue", "Suspended"
    WITHDRAWN = "withdrawn", "Retirée", "Withdrawn"


class Frozen(Word):
    """When the protocol was frozen, against the earliest observation and the first upload."""

    BEFORE_INCLUSION = "before_inclusion", "avant inclusion", "before inclusion"
    BEFORE_UPLOAD = "before_upload", "avant dépôt", "before upload"
    RETROSPECTIVE = "retrospective", "rétrospectif", "retrospective"


class ColumnRole(Word):
    """What a column of an upload is, whatever a site calls it."""

    CASE_ID = "case_id", "identifiant du cas", "case identifier"
    SITE = "site", "site (FINESS)", "site (FINESS)"
    PATIENT = "patient", "patient (pseudonyme)", "patient (pseudonym)"
    READER = "reader", "lecteur (pseudonyme)", "reader (pseudonym)"
    CLUSTER = "cluster", "grappe", "cluster"
    STEP = "step", "période du déploiement", "roll-out period"
    PERIOD = "period", "période (avant/après)", "period (before/after)"
    ARM = "arm", "bras", "arm"
    TREATMENT = "treatment", "exposé à l'outil", "exposed to the tool"
    REFERENCE = "reference", "référence", "reference standard"
    PREDICTION = "prediction", "réponse de l'outil", "tool's answer"
    SCORE = "score", "score de l'outil", "tool's score"
    FAILURE = "failure", "échec de l'outil", "tool failure"
    START_TIME = "start_time", "début", "start"
    END_TIME = "end_time", "fin", "end"
    DATE = "date", "date de l'observation", "date of observation"
    OUTCOME = "outcome", "critère de jugement", "outcome"
    EVENT = "event", "événement", "event"
    COST = "cost", "coût", "cost"
    EFFECT = "effect", "effet", "effect"
    ITEM = "item", "item du questionnaire", "questionnaire item"
    COVARIATE = "covariate", "caractéristique", "characteristic"


GROUPING_ROLES: Final = (ColumnRole.PATIENT, ColumnRole.READER, ColumnRole.CLUSTER)
"""Identifiers that group rows: the registry keeps them only as keyed digests, the data digest only as ranks."""

PSEUDONYM_ROLES: Final = (ColumnRole.CASE_ID, *GROUPING_ROLES)
"""Identifiers of people or cases, never shown and never printed."""


class Reason(Word):
    """Why the data cannot bear a number."""

    NO_ROWS = "no_rows", "aucune ligne exploitable", "no usable row"
    NO_POSITIVE = "no_positive", "aucun cas positif à la référence", "no case positive on the reference standard"
    NO_NEGATIVE = "no_negative", "aucun cas négatif à la référence", "no case negative on the reference standard"
    NONE_FLAGGED = "none_flagged", "aucun cas signalé par l'outil", "no case flagged by the tool"
    ALL_FLAGGED = "all_flagged", "tous les cas signalés par l'outil", "every case flagged by the tool"
    ONE_CASE_IN_CLASS = (
        "one_case_in_class",
        "un seul cas dans une classe : pas d'intervalle",
        "one case in a class: no interval",
    )
    CONSTANT_SCORE = "constant_score", "score constant : pas d'intervalle", "constant score: no interval"
    PERFECT_SEPARATION = (
        "perfect_separation",
        "séparation parfaite : l'intervalle asymptotique n'existe pas",
        "perfect separation: the asymptotic interval does not exist",
    )
    EMPTY_GROUP = "empty_group", "un des deux groupes est vide", "one of the two groups is empty"
    TOO_FEW = "too_few", "trop peu d'observations pour un intervalle", "too few observations for an interval"
    NO_VARIATION = "no_variation", "aucune variation : pas d'intervalle", "no variation: no interval"
    NO_EVENT = "no_event", "aucun événement dans les deux groupes", "no event in either group"
    ALL_EVENTS = "all_events", "que des événements dans les deux groupes", "only events in both groups"
    ONE_CLUSTER = "one_cluster", "une seule grappe", "one cluster only"
    CONFOUNDED = (
        "confounded",
        "l'effet se confond avec les périodes : non identifiable",
        "the effect cannot be told from the periods",
    )
    MISSING_COLUMN = "missing_column", "colonne facultative absente du fichier", "optional column absent from the file"
    SMALL_GROUP = "small_group", "non montré : effectif trop petit", "not shown: group too small"
    AGGREGATE_SITE = (
        "aggregate_site",
        "un site n'a envoyé que des agrégats : pas d'estimation sur les lignes",
        "a site sent aggregates only: no estimate over rows",
    )
    MODEL_NEEDS_ROWS = (
        "model_needs_rows",
        "le modèle porte sur tous les sites : il demande les lignes de chacun",
        "the model spans the sites: it needs the rows of each",
    )
    TOO_FEW_SITES = "too_few_sites", "moins de trois sites estimables", "fewer than three estimable sites"
    SPANS_SITES = (
        "spans_sites",
        "le modèle porte sur tous les sites : rien à combiner",
        "the model spans the sites: nothing to pool",
    )
    NOT_POOLED = "not_pooled", "ne se combine pas entre sites", "not brought together across sites"
    SITES_IDENTICAL = "sites_identical", "effets identiques dans tous les sites", "identical effects in all sites"
    ONE_CLASS = "one_class", "une seule classe à la référence", "one class only on the reference standard"
    CONSTANT_PROBABILITY = (
        "constant_probability",
        "probabilité constante : pas de pente de calibration",
        "constant probability: no calibration slope",
    )
    SEPARATION = (
        "separation",
        "classes séparées par le modèle : le maximum de vraisemblance n'existe pas",
        "classes separated by the model: the maximum of the likelihood does not exist",
    )
    ONE_CATEGORY = "one_category", "une seule catégorie employée", "one category used only"
    TOO_FEW_STUDIES = "too_few_studies", "trop peu de sites pour ce modèle", "too few sites for this model"
    EMPTY_CELL = "empty_cell", "une des cases du plan est vide", "one of the cells of the design is empty"
    NOT_IDENTIFIED = "not_identified", "effet non identifiable", "effect not identified"
    NO_EFFECT_DIFFERENCE = (
        "no_effect_difference",
        "différence d'effet nulle : pas de rapport",
        "difference of effect of zero: no ratio",
    )
    NO_EXPOSURE = "no_exposure", "exposition absente ou nulle", "exposure missing or zero"
    SAME_PERIOD = (
        "same_period",
        "deux lignes de la même période : ce n'est pas une série",
        "two rows of one period: this is no series",
    )
    NO_EVENT_ON_A_SIDE = (
        "no_event_on_a_side",
        "aucun événement avant, ou aucun après la mise en service",
        "no event before, or none after the start",
    )
    ONE_ROW_A_CELL = (
        "one_row_a_cell",
        "une seule ligne par grappe et période : leur variance n'est pas identifiable",
        "one row in each cluster and period: their variance is not identified",
    )
    CLUSTERS_FITTED = (
        "clusters_fitted",
        "chaque grappe est ajustée exactement : pas d'intervalle",
        "every cluster is fitted exactly: no interval",
    )
    DOMINANT = (
        "dominant",
        "plus efficace sans coûter plus (dominant) : pas de rapport",
        "more effective at no more cost (dominant): no ratio",
    )
    DOMINATED = (
        "dominated",
        "plus coûteux et moins efficace (dominé) : pas de rapport",
        "more costly and less effective (dominated): no ratio",
    )
    LESS_COSTLY_LESS_EFFECTIVE = (
        "less_costly_less_effective",
        "moins coûteux et moins efficace : le rapport est une économie par unité perdue, lire le bénéfice net",
        "less costly and less effective: the ratio is a saving per unit lost, read the net benefit",
    )
    YEAR_MISSING = "year_missing", "une année sans valeur : pas de total", "a year without a value: no total"
    ZERO_CELL = (
        "zero_cell_no_interval",
        "une case du tableau est à zéro : pas d'intervalle",
        "a cell of the table is zero: no interval",
    )
    NO_EVENT_IN_GROUP = (
        "no_event_in_group",
        "aucun événement dans un des deux groupes : pas d'intervalle",
        "no event in one of the two groups: no interval",
    )
    EMPTY_MARGIN = (
        "empty_margin",
        "une des cases du tableau est à zéro dans tous les sites",
        "one of the cells of the table is zero in every site",
    )
    ONE_GROUP = (
        "one_group",
        "un seul groupe a un dénominateur : rien à comparer",
        "one group only has a denominator: nothing to compare",
    )
    ZERO_RATE = (
        "zero_rate",
        "taux nul dans tous les groupes : pas de rapport",
        "rate of zero in every group: no ratio",
    )
    CERTAIN_RISK = (
        "certain_risk",
        "risque prédit à 0 ou à 1, que les faits démentent",
        "risk predicted at 0 or 1, which the facts contradict",
    )
    THRESHOLD_ZERO = (
        "threshold_zero",
        "seuil de 0 : aucune intervention à éviter",
        "threshold of 0: no intervention to avoid",
    )
    THRESHOLD_ONE = (
        "threshold_one",
        "seuil de 1 : un faux positif y pèse infiniment",
        "threshold of 1: a false positive weighs infinitely there",
    )
    PERFECT_AGREEMENT = (
        "perfect_agreement",
        "accord parfait : l'intervalle asymptotique n'existe pas",
        "perfect agreement: the asymptotic interval does not exist",
    )
    IMPOSSIBLE_VALUE = (
        "impossible_value",
        "une valeur ou une option sort de son domaine (0/1, effectif, probabilité, réponse de 1 à 5)",
        "a value or an option lies outside its domain (0/1, count, probability, answer from 1 to 5)",
    )


class Flag(Word):
    """What a reader must know beside a number that exists."""

    BELOW_HALF = "auc_below_half", "aire sous la courbe inférieure à 0,5", "area under the curve below 0.5"
    ZERO_CELL = "zero_cell", "case à zéro : limites du score", "zero cell: score limits"
    VARIANCE_ZERO = "variance_zero", "variance entre grappes estimée à 0", "between-cluster variance estimated at 0"
    FEW_CLUSTERS = "few_clusters", "moins de 10 grappes", "fewer than 10 clusters"
    NARROW_INTERVAL = (
        "hartung_knapp_narrow",
        "intervalle de Hartung-Knapp plus étroit que celui à effet fixe : version ad hoc lue",
        "Hartung-Knapp interval narrower than the fixed-effect one: the ad-hoc version is read",
    )
    ITEMS_MISSING = "items_missing", "questionnaires incomplets non notés", "incomplete questionnaires not scored"
    SITES_DROPPED = (
        "sites_dropped",
        "sites sans estimation laissés hors de la synthèse",
        "sites without an estimate left out of the pooling",
    )
    NO_WIDTH = (
        "no_width",
        "intervalle de largeur nulle : mesures arrondies",
        "interval of no width: rounded measurements",
    )
    FEW_POSITIVES = "few_positives", "moins de 30 cas positifs", "fewer than 30 positive cases"
    NEGATIVE_AGREEMENT = (
        "negative_agreement",
        "accord négatif : inférieur au hasard",
        "negative agreement: below chance",
    )
    CLIPPED = (
        "clipped",
        "probabilités de 0 ou 1 ramenées à 1e-12 du bord pour les logits",
        "probabilities of 0 or 1 brought within 1e-12 of the edge for logits",
    )
    SHORT_SERIES = (
        "short_series",
        "moins de 8 points d'un côté de la mise en service",
        "fewer than 8 points on one side of the start",
    )
    COLUMN_DROPPED = (
        "column_dropped",
        "terme du modèle non estimable : laissé de côté",
        "term of the model not estimable: left out",
    )
    CORRECTED = (
        "continuity_corrected",
        "correction de 0,5 appliquée",
        "correction of 0.5 applied",
    )
    BOUNDARY = (
        "boundary",
        "variance ou corrélation au bord de son domaine",
        "variance or correlation at the edge of its domain",
    )
    NO_DISCORDANT = "no_discordant", "aucune paire discordante", "no discordant pair"
    EMPTY_LEVEL = "empty_level", "un niveau sans dénominateur", "a level without denominator"
    DEGENERATE = (
        "degenerate",
        "données limites (case vide ou aucune variation) : à lire avec prudence",
        "borderline data (an empty cell or no variation): read with caution",
    )
    STAGGERED = (
        "staggered_adoption",
        "adoption étalée : l'estimation mélange plusieurs effets",
        "staggered adoption: the estimate is a weighted mix of effects",
    )
    NO_RATIO = "no_ratio", "différence d'effet nulle : pas de rapport", "difference of effect of zero: no ratio"
    RATIO_UNREADABLE = (
        "ratio_unreadable",
        "dominant ou dominé : un rapport coût-efficacité ne se lit pas",
        "dominant or dominated: a cost-effectiveness ratio cannot be read",
    )
    RATIO_REVERSED = (
        "ratio_reversed",
        "moins coûteux et moins efficace : le rapport est une économie par unité perdue",
        "less costly and less effective: the ratio is a saving per unit lost",
    )
    UNBOUNDED_SET = (
        "unbounded_set",
        "ensemble de confiance non borné : la différence d'effet peut être nulle",
        "unbounded confidence set: the difference of effect may be zero",
    )
    ZERO_COUNT = (
        "zero_count",
        "aucun événement dans un des deux groupes : limite exacte",
        "no event in one of the two groups: exact limit",
    )
    CLUSTERED = (
        "clustered",
        "plusieurs lignes par patient, lecteur ou service : l'intervalle en tient compte",
        "several rows per patient, reader or service: the interval knows it",
    )
    NESTING_IGNORED = (
        "nesting_ignored",
        "plusieurs lignes par patient, lecteur ou service : l'intervalle n'en tient pas compte",
        "several rows per patient, reader or service: the interval does not know it",
    )
    P_VALUES_MISSING = (
        "p_values_missing",
        "valeurs p manquantes : laissées hors de la famille",
        "missing p-values: left out of the family",
    )
    FAILURES_AS_ERRORS = (
        "failures_as_errors",
        "absences de réponse comptées comme des erreurs de l'outil",
        "missing answers counted as errors of the tool",
    )


class Settled(Word):
    """Why no number of further cases is given."""

    VERDICT_SETTLED = "verdict_settled", "la conclusion est acquise", "the conclusion is settled"
    AT_THRESHOLD = "estimate_equals_threshold", "l'estimation est égale au seuil", "the estimate equals the threshold"
    UNBOUNDED = "unbounded", "intervalle non borné", "unbounded interval"
    NO_CRITERION = "no_criterion", "aucun seuil déclaré", "no threshold declared"
    NO_ESTIMATE = "no_estimate", "pas d'estimation", "no estimate"
    TOO_FEW_POSITIVES = "too_few_positives", "moins de 30 cas positifs", "fewer than 30 positive cases"


class Unscored(Word):
    """Why a pilot of a campaign has no scorecard."""

    REFUSED = "refused", "protocole ou observations refusés", "protocol or observations refused"
    UNREADABLE = "unreadable", "observations illisibles", "unreadable observations"
    OTHER_COLUMNS = "other_columns", "colonnes autres que celles du protocole", "columns other than the protocol's"
    WORKER_DIED = "worker_died", "calcul arrêté par le système à chaque essai", "stopped by the system at every attempt"
    UNEXPECTED = "unexpected", "erreur imprévue du moteur", "unexpected error of the engine"


class Caution(Word):
    """A sentence about the whole scorecard."""

    NO_CONTROL = (
        "no_control",
        "plan avant/après sans groupe témoin ni tendance",
        "before/after design without control group or trend",
    )
    TOOL_ALONE = (
        "tool_alone",
        "chiffres de l'outil seul, sans le professionnel",
        "figures of the tool alone, without the professional",
    )
    ONE_SITE = "one_site", "un seul site", "one site only"
    DOMAIN_EMPTY = (
        "domain_empty",
        "aucun critère principal déclaré dans ce domaine",
        "no primary declared in this domain",
    )
    REFERENCE_MISSING = (
        "reference_missing",
        "référence manquante dans plus de 10 % des lignes",
        "reference standard missing in more than 10 % of the rows",
    )
    SHORT_PERIOD = (
        "short_period",
        "moins de huit semaines d'un côté de la mise en service",
        "fewer than eight weeks on one side of the start",
    )
    PARALLEL_TRENDS = (
        "parallel_trends",
        "suppose que les groupes auraient suivi la même tendance sans l'outil",
        "assumes that the groups would have followed the same trend without the tool",
    )
    ONE_READER = (
        "one_reader",
        "un seul lecteur : rien ne dit ce que feraient d'autres",
        "one reader only: nothing says what others would do",
    )
    FEW_ROLLED_OUT = (
        "few_rolled_out",
        "moins de 15 grappes : intervalle du modèle à confirmer par permutation",
        "fewer than 15 clusters: the model's interval wants a permutation test",
    )
    SILENT_PHASE = (
        "silent_phase",
        "phase silencieuse : les réponses n'ont pas été montrées, aucun effet sur les soins n'est mesuré",
        "silent phase: answers were not shown, no effect on care is measured",
    )
    NESTED_ROWS = (
        "nested_rows",
        "plusieurs lignes par patient, lecteur ou service",
        "several rows per patient, reader or service",
    )
    AGGREGATES = (
        "aggregates",
        "des sites ont gardé leurs lignes et envoyé des agrégats : leurs chiffres ne se rejouent que chez eux",
        "sites kept their rows and sent aggregates: their figures can be replayed there only",
    )
    NOT_RANDOMISED = "not_randomised", "bras non randomisés", "arms not randomised"
    VALUED_TIME = "valued_time", "temps valorisé : montré, jamais décisif", "valued time: shown, never decisive"
