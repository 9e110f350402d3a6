"""The public register: which solutions are known, what was measured, what was decided."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from evaluation.vocabulary import Decision, ListingStatus, UseCase
from registry.errors import NotFound
from registry.policies.access import Actor
from registry.services import decisions, pilots, tools
from registry.services.pilots import PilotOut
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
        labels={key: pair[1 if locale == "en" else 0] for key, pair in DOSSIER_LABELS.items()},
        word=word(locale),
        status_class=status_class,
        ListingStatus=ListingStatus,
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


REGISTER = (register, tool_page, help_page)
