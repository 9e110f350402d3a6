"""Columns of people whose texts come again, codes made of names or births, and headers of places, stays and answers."""

import pytest

from importers.check import Context, check_bytes
from tests.importers.test_identities import CONTEXT, HEAD, PEOPLE, PROTOCOL, csv, many, nir, workbook

TWELVE = [nir(i, f"{i + 1:02d}")[:13] for i in range(12)]
RARE = [
    *("BRUNEL", "CAZENAVE", "DELPECH", "ESNAULT", "FOUGERAY", "GUENNEC"),
    *("HERVOUET", "JEGOU", "KERVELLA", "LANOE", "MAHEO", "NEDELEC"),
]
NAMES = ["LEFEBVRE", "DURAND", "MARTIN", "ROUX", "LEROY", "MOREAU", "SIMON", "LAURENT", "BERNARD", "GARCIA"]
FIRST = ["JEAN", "PAUL", "CLAIRE", "LUC", "MARIE", "NADIA", "ALICE", "ZOE", "ANNE", "SOPHIE"]
BORN = [f"{7 * i % 28 + 1:02d}{5 * i % 12 + 1:02d}{40 + 4 * i}" for i in range(10)]
TRIGRAMS = [name[:3] + first[:3] for name, first in zip(NAMES, FIRST, strict=True)]
HOSPITALS = [
    *("Louis Pasteur", "Georges Pompidou", "Henri Mondor", "Robert Debré"),
    *("Gustave Roussy", "Hôtel-Dieu", "Saint-Louis", "Lariboisière"),
]
NAMESAKES = ["Laennec", "Martin", "Roger", "Simon", "Bernard", "Dupuytren", "Robert", "Lemaire"]
OTHERS = [
    "Jean Vallier",
    "Paul Lorrain",
    "Antoine Béclère",
    "Neurologie Jean Vallier",
    "Pavillon Leroy",
    "CHU",
    "Nord",
    "Sud",
]
EPONYMS = ["Parkinson", "Crohn", "Charcot", "Basedow", "Hodgkin", "Gilbert", "Bouchard", "Bernard", "Alzheimer"]
SCORES = ["Glasgow", "Barthel", "Norton", "Braden", "Gilbert", "Martin", "Simon"]
MACHINES = ["GE Revolution", "Siemens SOMATOM", "Philips INGENIA", "Canon AQUILION", "GE Signa", "GE Optima"]
SITES = ["990000010", "440000289", "750712184", "750100125", "690781810", "330781196"]
CONCEPTS = [
    *("404684003", "254837009", "363346000", "73211009", "38341003", "195967001"),
    *("22298006", "44054006", "84757009", "13645005", "230690007", "49601007"),
]


def repeated(column, values, rows):
    """A file whose column holds the same few values again and again."""
    lines = [
        f"K{i:05d};990000010;{'avant' if i % 2 else 'après'};{i % 2};0.{i % 9 + 1};{i % 2};"
        f"2026-03-02T08:10:00;2026-03-02T08:40:00;{values[i % len(values)]}"
        for i in range(rows)
    ]
    text = "\n".join([";".join([*HEAD, column]), *lines]) + "\n"
    return check_bytes(text.encode(), PROTOCOL, CONTEXT, name="f.csv").report


@pytest.mark.parametrize("rows", [24, 36])
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (TWELVE, "nir"),
        ([str(801000000 + 7 * i) for i in range(12)], "number"),
        ([f"06399812{i + 10}" for i in range(12)], "phone"),
        ([f"{name} {'ABCDEFGHJKLM'[i]}." for i, name in enumerate(RARE)], "name"),
        ([f"{name} Zed" for name in NAMES], "name"),
    ],
)
def test_people_seen_twice_or_more(values, kind, rows):
    report = repeated("x", values, rows)
    assert (report.reason, report.issues[0].params["kind"]) == ("identifying_data", kind)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (TWELVE, "nir"),
        ([str(801000000 + 7 * i) for i in range(500)], "number"),
        ([f"06399812{i + 10}" for i in range(12)], "phone"),
    ],
)
def test_few_people_in_many_rows(values, kind):
    report = repeated("x", values, 12_000)
    assert (report.reason, report.issues[0].params["kind"]) == ("identifying_data", kind)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("appareil", MACHINES),
        ("x", MACHINES),
        ("x", SITES),
        ("x", CONCEPTS),
        ("x", [str(45120033 + 977 * i) for i in range(6)]),
        ("num_serie", [str(45120033 + 977 * i) for i in range(40)]),
        ("x", ["2000000000008", "2010101010105", "2020202020202", "2030303030309", "2040404040406"]),
        ("x", ["1000100100001", "1000100100002", "1000100100003", "1000100100004", "1000100100005"]),
        ("uf", ["1234", "2345", "3456", "4567", "5678"]),
        ("x", ["CHU Nantes", "CHU Rennes", "CH Vannes", "CHU Brest", "CH Lorient", "CHU Angers"]),
    ],
)
def test_codes_of_machines_sites_and_diagnoses_come_again(header, values):
    assert repeated(header, values, 120).accepted


@pytest.mark.parametrize(
    "codes",
    [
        [name + first[0] for name, first in zip(NAMES, FIRST, strict=True)],
        [(first[0] + name).lower() for name, first in zip(NAMES, FIRST, strict=True)],
        TRIGRAMS,
        [f"{code}{i}" for i, code in enumerate(TRIGRAMS)],
        [f"{code}-{1940 + 4 * i}" for i, code in enumerate(TRIGRAMS)],
        [f"{'ABCDEFGHIJ'[i]}{'QRSTUVWXYZ'[i]}-{1940 + 4 * i}" for i in range(10)],
        BORN,
        [born.lstrip("0") for born in BORN],
        ["P" + born for born in BORN],
        [born[4:] + born[2:4] + born[:2] for born in BORN],
        [born + name[:3] for born, name in zip(BORN, NAMES, strict=True)],
        [name + born for born, name in zip(BORN, NAMES, strict=True)],
        [f"{born}_{name}" for born, name in zip(BORN, NAMES, strict=True)],
        [*TWELVE[:4], *(f"K{i:03d}" for i in range(4))],
        [f"PAT_{801000000 + i}" for i in range(8)],
        [f"DOS-{801000000 + 37 * i}" for i in range(8)],
    ],
)
def test_codes_that_hold_a_name_a_birth_or_a_record(codes):
    checked = csv(codes=codes[:8])
    assert (checked.report.reason, checked.report.issues[0].column) == ("identifying_data", "case_id")


@pytest.mark.parametrize(
    "codes",
    [
        [str(100101 + i) for i in range(8)],
        ["347514", "418031", "262410", "911283", "770034", "120599", "581277", "634410"],
        ["QFFLMF0", "LQLFEA1", "BAKDAN2", "ZORTIX3", "PLUVEN4", "KIRMUT5", "WEXBOL6", "GAPHIN7"],
        ["NANRAD0", "RENRAD1", "ANGURG2", "BREURG3", "NANNEU4", "RENNEU5", "VANRAD6", "LORCAR7"],
        [f"PAT_{i:08d}" for i in range(8)],
        [f"PAT{202600100 + i}" for i in range(8)],
        [f"PAT{990000010001 + i}" for i in range(8)],
        [f"CHU-{1901 + 3 * i}" for i in range(8)],
        [f"{2 * i + 1:02d}0326" for i in range(8)],
        [f"EX260{i + 1}{3 * i + 1:02d}" for i in range(8)],
        ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"],
    ],
)
def test_codes_of_a_study(codes):
    assert csv(codes=codes).report.outcome == "accept"


def test_many_short_codes_are_looked_at_when_their_letters_differ():
    series = [f"{'AB' if i % 2 else 'CD'}{i:04d}" for i in range(6_000)]
    assert check_bytes(many(series), PROTOCOL, CONTEXT, name="f.csv").report.outcome == "accept"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [f"{letters[i % 26]}{letters[i // 26 % 26]}{letters[i // 676 % 26]}-{1930 + i % 80}" for i in range(6_000)]
    found = check_bytes(many(codes), PROTOCOL, CONTEXT, name="f.csv").report
    assert (found.reason, found.issues[0].params["kind"]) == ("identifying_data", "code")


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Patient", RARE),
        ("Malade", RARE),
        ("Patients", [name.title() for name in RARE]),
        ("usager", [name.lower() for name in RARE]),
        ("nom_nais", ["x"]),
        ("dnais", ["x"]),
        ("Séc. soc.", ["x"]),
        ("N° séc. soc.", ["x"]),
        ("Immatriculation SS", ["x"]),
        ("N° immat", ["12345 678"] * 8),
        ("immatriculation", ["1234 567"] * 8),
        ("N° SS", ["x"]),
    ],
)
def test_other_headers_of_people(header, values):
    issue = csv(header, values).report.issues[0]
    assert (issue.code, issue.params["kind"], issue.column) == ("identifying_data", "header", header)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Patient", ["P01", "P02"]),
        ("Malade", ["malade", "sain"]),
        ("Patient", ["Hospitalisé", "Externe", "Urgence", "Consultation", "Ambulatoire"]),
        ("immatriculation", ["AB-123-CD", "EF-456-GH"]),
        *((header, HOSPITALS) for header in ("site_nom", "hôpital", "service", "nom_etablissement", "x")),
        *((header, NAMESAKES) for header in ("centre", "service", "unites", "Pavillon", "provenance")),
        *((header, OTHERS) for header in ("site d'origine", "service")),
        *((header, EPONYMS) for header in ("diagnostic", "maladie", "antécédents")),
        *((header, SCORES) for header in ("score_clinique", "échelle", "test")),
        ("pathologie", ["Charcot-Marie-Tooth", "Gilles de la Tourette", "Guillain-Barré", "Pierre Robin"]),
        ("laboratoire", ["Gilbert", "Leroy", "Pierre Fabre", "Martin", "Roche", "Léo Pharma"]),
        ("profession", ["Boulanger", "Mercier", "Charpentier", "Meunier", "Fournier"]),
        ("transport", ["VSL", "Ambulances Dupont", "Taxi Leroy", "Ambulance Martin", "personnel"]),
        ("code_postal", [f"{9 - 2 * i}1{i}20" for i in range(5)]),
        ("x", ["Pavillon Laennec", "Pavillon René Laennec"]),
        ("Admission", ["2026-03-04", "2026-03-05"]),
        ("passage", ["04/03/2026 08:10", "05/03/26"]),
        ("hospitalisation", ["du 04/03/2026 au 06/03/2026"]),
        ("Passage aux urgences", ["2026-03-04T08:10:00"]),
        ("Coût du séjour", ["12345", "23456"]),
        ("séjour", ["12345,67", "23456.7"]),
        ("coût patient", ["12345", "23456"]),
        ("tel", ["oui", "non"]),
        ("ins", ["0", "1"]),
        ("portable", ["Oui", "Non"]),
        ("mobile", ["1.0", "0.0"]),
        ("domicile", ["Domicile", "EHPAD", "maison de retraite", "oui"]),
    ],
)
@pytest.mark.parametrize("rows", [8, 40])
def test_headers_and_words_of_places_things_and_answers(header, values, rows):
    assert repeated(header, values, rows).accepted


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("service", PEOPLE),
        ("site d'origine", ["Mme Durand", "Mme Martin"]),
        ("chef de service", NAMES),
        ("patient du service", NAMES),
        ("service", [f"{a.title()}{b}" for a in NAMES for b in ("", "-Roux", "-Petit", "-Moreau", "-Leroy")]),
        ("Admission", [str(801000000 + 3 * i) for i in range(8)]),
        ("séjour", ["26-0001234", "26-0001235"]),
        ("domicile", ["Nantes", "Rennes"]),
        ("tel", ["oui", "x"]),
    ],
)
def test_people_below_headers_of_places_and_stays(header, values):
    assert repeated(header, values, max(8, len(values))).reason == "identifying_data"


def test_another_sheet_of_wards_named_after_people():
    def filled(header):
        def change(book, _):
            other = book.create_sheet("liste")
            for row in [[header, "lits"], *([name, 12] for name in NAMESAKES)]:
                other.append(row)

        return check_bytes(workbook(change), PROTOCOL, CONTEXT, name="f.xlsx").report

    assert filled("service").accepted
    assert filled("qui").reason == "identifying_data"


def spread(first, last, write="{day:02d}/{month:02d}/{year}", count=30):
    """Dates over years, written one way."""
    step = max(1, last - first + 1)
    return [
        write.format(
            day=5 * i % 28 + 1, month=7 * i % 12 + 1, year=first + 7 * i % step, short=(first + 7 * i % step) % 100
        )
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("Examen comparatif", 2020, 2024),
        ("Date de diagnostic", 2005, 2025),
        ("Date chirurgie", 2015, 2024),
        ("Date d'implantation", 2008, 2024),
        ("Dernière mammographie", 2015, 2024),
        ("Début des symptômes", 2020, 2025),
        ("Mise en service", 2012, 2020),
        ("Date vaccin grippe", 2018, 2024),
        ("Date de péremption", 2025, 2028),
        ("Date du dernier étalonnage", 2022, 2024),
        ("Date ATCD", 2000, 2023),
        ("Entrée le", 2019, 2025),
        ("Date visite M12", 2019, 2023),
        ("J0", 2019, 2023),
        ("Diabète depuis", 1995, 2024),
        ("Frottis", 2012, 2023),
        ("PSA du", 2019, 2024),
        ("dateExtraction", 2019, 2024),
        ("Date de 1ère pose", 1990, 2024),
        ("x", 2025, 2026),
    ],
)
def test_dates_of_events_and_things_are_no_births(header, first, last):
    assert repeated(header, spread(first, last), 60).accepted
    assert repeated(header, spread(first, last, "{year}-{month:02d}-{day:02d}"), 60).accepted


def test_dates_that_expire_are_no_births_when_the_pilot_has_no_year():
    values = spread(2025, 2028)
    lines = [
        f"K{i:05d};990000010;{'avant' if i % 2 else 'après'};{i % 2};0.{i % 9 + 1};{i % 2};"
        f"2026-03-02T08:10:00;2026-03-02T08:40:00;{values[i % len(values)]}"
        for i in range(40)
    ]
    text = "\n".join([";".join([*HEAD, "Date de péremption"]), *lines]) + "\n"
    assert "identifying_data" not in {
        i.code for i in check_bytes(text.encode(), PROTOCOL, Context(), name="f.csv").report.issues
    }


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("Date de visite", 1930, 2008),
        ("x", 1930, 2008),
        ("x", 2008, 2022),
        ("date", 1980, 2004),
        ("Naissance du patient inclus", 2008, 2022),
        ("DDN à l'admission", 2008, 2022),
    ],
)
def test_births_reach_far_back_or_stand_below_another_header(header, first, last):
    report = repeated(header, spread(first, last), 60)
    assert (report.reason, report.issues[0].column) == ("identifying_data", header)


@pytest.mark.parametrize(
    "write",
    [
        "{day}-janv-{short:02d}",
        "{day} mars {short:02d}",
        "{year}/{month:02d}/{day:02d}",
        "{year}-{month:02d}-{day:02d}T00:00:00Z",
        "{year}-{month:02d}-{day:02d}T00:00:00.000+01:00",
        "{year}-{month:02d}-{day:02d}T22:00:00Z",
        "{day:02d}/{month:02d}/{year} 14:32",
        "{day:02d} {month:02d} {year}",
        "le {day:02d}/{month:02d}/{year}",
        "{day:02d}/{month:02d}/{year} (36 ans)",
    ],
)
def test_births_however_they_are_written(write):
    report = repeated("v7", spread(1930, 2008, write), 60)
    assert (report.reason, report.issues[0].params["kind"]) == ("identifying_data", "birth")
    assert report.issues[0].column == "v7"


@pytest.mark.parametrize(
    "values",
    [
        spread(2018, 2025, "{year}-{month:02d}-{day:02d}T08:15:00Z"),
        spread(2018, 2025, "{day:02d}/{month:02d}/{year} 14:32"),
        [f"{i + 1} jours {3 * i + 10}" for i in range(20)],
        [str(1760100000000 + 40_000_000 * i) for i in range(30)],
    ],
)
def test_moments_are_no_births(values):
    assert repeated("createdAt", values, 60).accepted
    assert repeated("x", values, 60).accepted


def test_moments_in_seconds():
    values = [str(1760100000 + 40_007 * i) for i in range(30)]
    assert repeated("createdAt", values, 60).accepted
    assert repeated("x", values, 60).reason == "identifying_data"


@pytest.mark.parametrize(
    "write",
    [
        "CT_{year}{month:02d}{day:02d}_0",
        "MAM-{year}{month:02d}{day:02d}-001",
        "{year}-{month:02d}-{day:02d}-IRM-3",
        "{day:02d}{month:02d}{year}_CT",
        "LIL{day:02d}{month:02d}{short:02d}",
        "LIL{short:02d}{month:02d}{day:02d}",
        "C{year}{month:02d}{day:02d}",
    ],
)
def test_codes_of_examinations_of_past_years(write):
    recent = sorted(set(spread(2016, 2022, write, 60)))
    assert csv_of(recent).accepted
    assert csv_of(sorted(set(spread(1935, 1999, write, 60)))).reason == "identifying_data"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digits_first = write[1] in "yd"
    people = [
        code.replace("IRM-3", "") + letters[3 * i % 26] + letters[5 * i % 26]
        if digits_first
        else letters[3 * i % 26] + letters[5 * i % 26] + code
        for i, code in enumerate(recent)
    ]
    if "{year}" in write:
        assert csv_of(people).reason == "identifying_data"


def csv_of(codes):
    lines = [
        f"{code};990000010;{'avant' if i % 2 else 'après'};{i % 2};0.{i % 9 + 1};{i % 2};"
        "2026-03-02T08:10:00;2026-03-02T08:40:00"
        for i, code in enumerate(codes)
    ]
    text = "\n".join([";".join(HEAD), *lines]) + "\n"
    return check_bytes(text.encode(), PROTOCOL, CONTEXT, name="f.csv").report


RELATIVES = [f"{name.title()} {'ABCDEFGHJKLM'[i]}elka" for i, name in enumerate(RARE)]
NUMBERS = [str(1234567 + 7919 * i) for i in range(24)]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        *(
            (header, NUMBERS)
            for header in ("PatID", "Pat_ID", "Num pat", "N° pat.", "Pt", "N° séj.", "N° adm.", "N° hosp")
        ),
        *((header, [n[:6] for n in NUMBERS]) for header in ("PatID", "Num pat", "Numéro hospitalier", "Hosp_no")),
        *(
            (header, [n.title() for n in RARE])
            for header in ("Nom mère", "NJF", "Epouse", "Conjoint", "Nom pt", "nom_p")
        ),
        ("Conjoint", RELATIVES),
        ("Mère", RELATIVES),
        ("Personne à prévenir", [f"{name} (fille)" for name in RELATIVES]),
        ("Personne de confiance", RARE),
        ("Adr. postale", ["x"]),
        ("CP Ville", ["x"]),
        ("Tel. pt", ["x"]),
        ("Adr", [f"{i + 3} les Tilleuls" for i in range(24)]),
        ("Domicilié", [f"{i + 3} bis, les Grands Champs" for i in range(24)]),
    ],
)
def test_shortened_headers_of_patients_relatives_and_homes(header, values):
    report = repeated(header, values, 40)
    assert (report.reason, report.issues[0].params["kind"]) == ("identifying_data", "header")


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Temps de passage (s)", ["14400", "10921", "38110"]),
        ("Accession number", [f"ACC{i:06d}" for i in range(40)]),
        ("INS", ["VALI", "PROV"]),
        ("Identité", ["qualifiée", "provisoire"]),
        ("Transporteur", ["VSL Martin", "Sarl Martin", "SARL MARTIN", "Ambulances Paul"]),
        *(
            (header, [str(123456789 + 7919 * i) for i in range(40)])
            for header in ("checksum", "Intensité", "Device ID")
        ),
        ("Aidant", ["conjoint", "fille", "aucun"]),
        ("Conjoint", ["Présent", "Décédé", "Absent", "Divorcé", "Malade", "Retraité"]),
        ("Personne à prévenir", ["Fille", "Fils", "Épouse", "Voisine", "Tuteur", "Neveu"]),
        ("Mère", ["Diabète", "Migraine", "Glaucome", "Épilepsie", "Asthme", "Sclérose"]),
        ("Profession du père", ["Boulanger", "Cuisinier", "Ouvrier", "Cadre", "Chauffeur"]),
        ("Niveau de confiance", ["Faible", "Modéré", "Élevé", "Certain", "Douteux"]),
        ("ADR", ["Rash grade 2", "Nausées", "2 épisodes de vertige", "Aucun"]),
        ("N° hosp", ["990000077", "440000289", "750712184"]),
        ("Personne", ["Interne", "Senior", "Cadre", "Secrétaire", "Brancardier", "Externe"]),
        ("Confiance", ["Faible", "Modéré", "Élevé", "Certain", "Douteux"]),
        ("Nb pts", ["12", "15"]),
    ],
)
def test_headers_that_only_look_like_those_of_people(header, values):
    assert repeated(header, values, 40).accepted
