"""The public register: which solutions are known, what was measured, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from evaluation.vocabulary import Decision, UseCase
from exports.numbers import figure, short
from registry.errors import NotFound
from registry.policies.access import Actor
from registry.services import decisions, pilots, scorecards, tools
from registry.services.pilots import PilotOut
from registry.services.tools import VersionOut
from registry.web import cards
from registry.web.render import locale_of, page
from registry.web.words import status_class, word

DOSSIER_LABELS = {
    "indication": ("Indication", "Indication"),
    "domaine_anatomique_ou_processus": ("Domaine", "Body part or process"),
    "population": ("Population", "Population"),
    "profil_utilisateur": ("Utilisateurs", "Users"),
    "environnement_usage": ("Environnement", "Environment"),
    "principe_fonctionnement": ("Principe", "Operating principle"),
    "statut_dm": ("Statut de dispositif médical", "Medical device status"),
    "classe": ("Classe", "Class"),
    "classe_risque": ("Classe de risque (RIA)", "Risk class (AI Act)"),
    "mode": ("Hébergement", "Hosting"),
    "hds_certificat": ("Certificat HDS", "HDS certificate"),
    "aipd_realisee": ("AIPD", "DPIA"),
    "udi_di": ("IUD-ID", "UDI-DI"),
    "date_mise_sur_marche": ("Mise sur le marché", "Placed on the market"),
}
"""Fields of a dossier that the page shows, in this order, French and English."""

DOSSIER_VALUES: Final = {
    ("statut_dm", "DM"): ("Dispositif médical", "Medical device"),
    ("statut_dm", "DMDIV"): ("Dispositif médical de diagnostic in vitro", "In vitro diagnostic medical device"),
    ("statut_dm", "non_DM"): ("Pas un dispositif médical", "Not a medical device"),
    ("classe_risque", "interdit"): ("Pratique interdite", "Prohibited practice"),
    ("classe_risque", "haut_risque_annexe_I"): ("Haut risque (annexe I)", "High risk (Annex I)"),
    ("classe_risque", "haut_risque_annexe_III"): ("Haut risque (annexe III)", "High risk (Annex III)"),
    ("classe_risque", "transparence_art50"): ("Obligation de transparence (art. 50)", "Transparency duty (Art. 50)"),
    ("classe_risque", "minimal"): ("Risque minimal", "Minimal risk"),
    ("mode", "saas"): ("En ligne, chez le fournisseur (SaaS)", "Online, at the supplier's (SaaS)"),
    ("mode", "on_premise"): ("Dans l'établissement", "On premises"),
    ("mode", "hybride"): ("Hybride", "Hybrid"),
    ("mode", "embarqué"): ("Embarqué dans un équipement", "Embedded in a device"),
    ("statut_dm", "en_cours"): ("Qualification en cours", "Qualification under way"),
    ("aipd_realisee", "oui"): ("Réalisée", "Done"),
    ("aipd_realisee", "non"): ("Non réalisée", "Not done"),
}
"""Codes of a dossier in words, by field and code; a value that is not a code is shown as written."""


@get("/")
async def register(request: Request[Any, Any, Any], use_case: FromQuery[str | None] = None) -> Response[str]:
    """Every solution, in neutral order."""
    asked = use_case if use_case in set(UseCase) else None
    found = await tools.list_tools(by=request.user, use_case=asked, limit=200)
    published = await _published(request.user)
    locale = locale_of(request)
    rows = []
    for tool in found["items"]:
        own = published.get(tool["id"], [])
        rows.append({"tool": tool, "outcomes": [await _outcome(request.user, pilot, locale) for pilot in own]})
    return page(
        request,
        "register.html",
        rows=rows,
        use_cases=[(case.value, case.label(locale)) for case in UseCase],
        asked=asked,
        word=word(locale),
        status_class=status_class,
    )


@get("/tools/{tool:str}")
async def tool_page(request: Request[Any, Any, Any], tool: FromPath[str]) -> Response[str]:
    """One solution: identity, intended use, what its maker announces beside what was measured, decisions, listings."""
    found = await tools.get_tool(by=request.user, tool=tool)
    locale = locale_of(request)
    own = [p for p in await _all_pilots(request.user) if p["tool"]["id"] == found["id"]]
    outcomes = [await _outcome(request.user, pilot, locale) for pilot in own if pilot["state"] == "published"]
    return page(
        request,
        "tool.html",
        tool=found,
        pilots=own,
        outcomes=outcomes,
        versions=[
            {
                **version,
                "file": _file(version, locale),
                "announced": await _announced(request.user, version, outcomes, locale),
            }
            for version in found["versions"]
        ],
        word=word(locale),
        status_class=status_class,
    )


@get("/help")
async def help_page(request: Request[Any, Any, Any]) -> Response[str]:
    """What each of the three people does here."""
    return page(request, "help.html")


async def _all_pilots(by: Actor | None) -> list[PilotOut]:
    found: list[PilotOut] = []
    cursor: str | None = None
    while True:
        part = await pilots.list_pilots(by=by, limit=200, cursor=cursor)
        found += part["items"]
        cursor = part["next_cursor"]
        if cursor is None:
            return found


async def _published(by: Actor | None) -> dict[str, list[PilotOut]]:
    grouped: dict[str, list[PilotOut]] = {}
    for pilot in await _all_pilots(by):
        if pilot["state"] == "published":
            grouped.setdefault(pilot["tool"]["id"], []).append(pilot)
    return grouped


async def _outcome(by: Actor | None, pilot: PilotOut, locale: str) -> dict[str, Any]:
    """What was decided on a pilot, and why, in one place for both pages."""
    try:
        decided = await decisions.get(by=by, pilot=pilot["id"])
    except NotFound:
        return {"pilot": pilot, "decision": None, "why": [], "scorecard": None}
    return {
        "pilot": pilot,
        "decision": Decision(decided["retained"]),
        "computed": Decision(decided["computed"]),
        "why": [reason["en"] if locale == "en" else reason["fr"] for reason in decided["why"]],
        "motivation": decided["motivation"],
        "scorecard": decided["scorecard"],
        "conditions": decided["conditions"],
        "published_at": decided["published_at"],
    }


def _file(version: VersionOut, locale: str) -> list[dict[str, str]]:
    """The fields of the file that the page shows, in the page's order."""
    known = {item["key"]: item for item in version["dossier"]}
    spoken = 1 if locale == "en" else 0
    return [
        {
            "label": pair[spoken],
            "value": DOSSIER_VALUES.get((key, known[key]["value"]), (known[key]["value"],) * 2)[spoken],
            "provenance": known[key]["provenance"],
        }
        for key, pair in DOSSIER_LABELS.items()
        if key in known and known[key]["value"]
    ]


async def _announced(
    by: Actor | None, version: VersionOut, outcomes: Sequence[dict[str, Any]], locale: str
) -> list[dict[str, Any]]:
    """What the supplier announces, each figure beside what the published pilots of this version measured."""
    if not version["claims"]:
        return []
    measured: dict[str, list[dict[str, str]]] = {}
    for outcome in outcomes:
        if outcome["scorecard"] and outcome["pilot"]["version"]["id"] == version["id"]:
            card = (await scorecards.by_digest(by=by, digest=outcome["scorecard"]))["scorecard"]
            for indicator in card["indicators"]:
                found = {"figure": figure(cards.read_block(indicator), locale), "pilot": outcome["pilot"]["code"]}
                for name in {indicator["id"], indicator["code"]}:
                    measured.setdefault(name, []).append(found)
    return [
        {
            "label": cards.name_of(claim["indicator"], locale),
            "value": short(claim["value"], locale),
            "measured": measured.get(claim["indicator"], []),
        }
        for claim in version["claims"]
    ]


REGISTER = (register, tool_page, help_page)
