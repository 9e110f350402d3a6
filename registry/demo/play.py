"""The whole path on real data: files of sites → observations → verdicts → signed decisions → the centrals' workbooks."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from evaluation.protocol import LIBRARY
from evaluation.vocabulary import Decision
from exports.edition import DataSource
from exports.seal import content_digest
from exports.workbook import workbook
from registry import db
from registry.demo.cast import Cast, PilotPart, ToolPart, cast
from registry.demo.prepare import SOURCES, SiteFile
from registry.errors import Conflict, NotFound
from registry.policies.access import Actor
from registry.services import SYSTEM, accounts, catalogue, clock, decisions, pilots, protocols, referencing, scorecards, submissions
from registry.services.clock import PARIS
from registry.vocabulary import CallKind, PilotState, SubmissionState, UserRole

READY_FOLDER = "a-deposer"


class Outcome(TypedDict):
    """What became of one pilot of a tool."""

    id: str
    name: str
    version: str
    use_case: str
    pilot: str
    scorecard: str | None
    computed: str | None
    decision: str | None
    why: list[str]


class Played(TypedDict):
    """The answer of `preuve demo --json`."""

    dir: str
    tools: list[Outcome]
    open_pilot: dict[str, str]
    awaiting_signature: dict[str, str] | None
    """`None` once somebody has signed it."""
    editions: dict[str, dict[str, Any]]
    accounts: list[dict[str, str | None]]
    notices: list[str]


Report = Callable[[str], None]


async def play(folder: Path, locale: str = "fr", report: Report = lambda _: None) -> Played:
    """Play the demonstration in the registry in force; on a folder that was played already, nothing is done twice.

    Parameters
    ----------
    folder
        Where the workbooks and the file ready to be sent are written.
    report
        Told what is going on, one line at a time.
    """
    story = cast()
    db.settings().demonstration.touch(mode=0o600)
    await _enter(story)
    people = await _people(story)
    evaluators = [await _actor(person["email"]) for person in people if person["role"] == UserRole.EVALUATOR.value]
    outcomes: list[Outcome] = []
    for tool in story.tools:
        for part in tool.pilots:
            report(f"{part.code} · {tool.name} {tool.version}")
            await _pilot(story, tool, part, evaluators)
            outcomes.append(await _outcome(tool, part, locale))
    report("UniHA, Resah")
    editions = {code: await _edition(story, code, folder, locale) for code in story.centrals}
    waiting = next((o for o in outcomes if o["scorecard"] and o["decision"] is None), None)
    return {
        "dir": str(folder),
        "tools": [o for o in outcomes if o["scorecard"]],
        "open_pilot": await _open_pilot(story, folder),
        "awaiting_signature": waiting and {"pilot": waiting["pilot"], "scorecard": str(waiting["scorecard"])},
        "editions": editions,
        "accounts": people,
        "notices": list(story.notices),
    }


async def _enter(story: Cast) -> None:
    """The catalogue: call, centrals, sites, suppliers, tools, versions, dossiers and claims."""
    call = story.call
    await catalogue.add_call(
        by=SYSTEM, code=call["code"], title=call["title"], kind=CallKind(call["kind"].lower()), deadline=call["deadline"]
    )
    for code, central in story.centrals.items():
        await catalogue.add_central(
            by=SYSTEM,
            code=code,
            name=central["name"],
            profile=central["profile"],
            contact=central["contact"],
            categories=story.categories,
        )
    for finess, site in story.sites.items():
        await catalogue.add_site(
            by=SYSTEM, finess=finess, name=site.name, kind=site.kind, region=site.region, ght=site.ght
        )
    for tool in story.tools:
        await _enter_tool(story, tool)


async def _enter_tool(story: Cast, tool: ToolPart) -> None:
    await catalogue.add_supplier(by=SYSTEM, **tool.supplier.model_dump())
    await catalogue.add_tool(
        by=SYSTEM,
        slug=tool.slug,
        name=tool.name,
        supplier=tool.supplier.siren,
        use_case=tool.use_case,
        summary_fr=tool.summary_fr,
        summary_en=tool.summary_en,
    )
    version = await catalogue.add_version(
        by=SYSTEM,
        tool=tool.slug,
        version=tool.version,
        marketed_on=tool.marketed_on,
        decision_threshold=tool.decision_threshold,
    )
    wanted = story.dossier(tool)
    known = await catalogue.get_version(by=SYSTEM, tool=tool.slug, version=version)
    if {item["key"]: item["value"] for item in known["dossier"]} != wanted:
        await catalogue.set_dossier(by=SYSTEM, version=version, fields=wanted)
    await catalogue.add_claim(by=SYSTEM, version=version, **tool.claim.model_dump())


async def _people(story: Cast) -> list[dict[str, str | None]]:
    """An account per role, two evaluators, one buyer per central; a password only for those made now."""
    open_site = next(finess for _, part in _open_parts(story) for finess in part.sites)
    wanted: list[tuple[str, UserRole, dict[str, str]]] = [
        ("evaluateur-1@demo.invalid", UserRole.EVALUATOR, {}),
        ("evaluateur-2@demo.invalid", UserRole.EVALUATOR, {}),
        ("site@demo.invalid", UserRole.PILOT_SITE, {"site": open_site}),
        *((f"acheteur-{code}@demo.invalid", UserRole.CENTRAL, {"central": code}) for code in story.centrals),
        ("administrateur@demo.invalid", UserRole.ADMINISTRATOR, {}),
        ("fournisseur@demo.invalid", UserRole.SUPPLIER, {"supplier": story.tools[0].supplier.siren}),
        ("programme@demo.invalid", UserRole.PROGRAMME, {}),
    ]
    made: list[dict[str, str | None]] = []
    for email, role, bound in wanted:
        password: str | None = None
        if await accounts.actor_by_email(email) is None:
            password = secrets.token_urlsafe(12)
            await accounts.create_user(by=SYSTEM, email=email, password=password, role=role, **bound)
        made.append({"email": email, "role": role.value, "password": password})
    return made


async def _actor(email: str | None) -> Actor:
    found = await accounts.actor_by_email(str(email))
    if found is None:
        raise NotFound("unknown_account", "There is no account {email}: add it with preuve user add.", email=email)
    return found


def _open_parts(story: Cast) -> list[tuple[ToolPart, PilotPart]]:
    return [(tool, part) for tool in story.tools for part in tool.pilots if part.stays_open]


async def _pilot(story: Cast, tool: ToolPart, part: PilotPart, evaluators: list[Actor]) -> None:
    """One pilot from its frozen protocol to as far as the story takes it."""
    text = (LIBRARY / f"{part.protocol}.toml").read_text(encoding="utf-8")
    frozen_at = dt.datetime.combine(part.frozen_on, dt.time(9), PARIS)
    protocol = await protocols.freeze(by=SYSTEM, toml_text=text, frozen_at=frozen_at)
    version = await catalogue.get_version(by=SYSTEM, tool=tool.slug, version=tool.version)
    pilot = await pilots.create(
        by=SYSTEM,
        code=part.code,
        version=version["id"],
        starts_on=part.first_day,
        ends_on=part.last_day,
        sites=dict.fromkeys(part.sites, part.service),
        protocol=protocol["digest"],
        call=story.call["code"],
        evidence_plan=[{**item.model_dump(), "date": _to_come(item.date).isoformat()} for item in part.evidence_plan],
    )
    if pilot["state"] == PilotState.FROZEN:
        pilot = await pilots.open_uploads(by=SYSTEM, pilot=part.code)
    if part.stays_open or pilot["state"] != PilotState.COLLECTING:
        if not part.stays_open and part.decision is not None:
            await _sign(part, evaluators)
        return
    for finess, (source, argument) in part.sites.items():
        site = Actor(None, f"depot-{finess}@demo.invalid", UserRole.PILOT_SITE, site=finess)
        for file in SOURCES[source](finess, argument):
            await _send(site, part, file)
    await pilots.close_uploads(by=SYSTEM, pilot=part.code)
    if part.decision is not None:
        await _sign(part, evaluators)


async def _send(site: Actor, part: PilotPart, file: SiteFile) -> None:
    """What a data manager does: send the file, read the answer, accept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        path.write_bytes(file.content)
        received = await submissions.receive(
            by=site, pilot=part.code, path=path, file_name=file.name, table=file.table
        )
    if received.submission is None:
        raise Conflict(
            "demo_file_refused", "The file {name} of the demonstration was refused: {reason}.", name=file.name, reason=received.report["reason"]
        )
    if received.submission["state"] == SubmissionState.CHECKED:
        await submissions.accept(by=site, submission=received.submission["id"])


def _to_come(day: dt.date) -> dt.date:
    """The day of the story, or half a year from now once it is past: a condition's day must be to come."""
    return day if day > clock.today() else clock.today() + dt.timedelta(days=183)


async def _sign(part: PilotPart, evaluators: list[Actor]) -> None:
    """Two evaluators sign the decision of the story; a signature given before is not asked again."""
    try:
        await decisions.get(by=SYSTEM, pilot=part.code)
    except NotFound:
        card = await scorecards.current(by=SYSTEM, pilot=part.code)
        given = {signature["email"] for signature in card["signatures"]}
        plan = [{**item.model_dump(), "date": item.date.isoformat()} for item in part.evidence_plan]
        for evaluator in evaluators:
            if evaluator.email not in given:
                await decisions.sign(
                    by=evaluator,
                    digest=card["digest"],
                    decision=(part.decision or Decision.MORE_EVIDENCE).value,
                    reason=part.reason,
                    no_conflict=True,
                    conditions=plan,
                    hold_editions=True,
                )


async def _outcome(tool: ToolPart, part: PilotPart, locale: str) -> Outcome:
    outcome: Outcome = {
        "id": tool.slug,
        "name": tool.name,
        "version": tool.version,
        "use_case": tool.use_case.value,
        "pilot": part.code,
        "scorecard": None,
        "computed": None,
        "decision": None,
        "why": [],
    }
    if part.stays_open:
        return outcome
    card = await scorecards.current(by=SYSTEM, pilot=part.code)
    computed = await decisions.compute(by=SYSTEM, digest=card["digest"])
    outcome["scorecard"] = card["digest"]
    outcome["computed"] = computed["decision"]
    outcome["why"] = [reason["en" if locale == "en" else "fr"] for reason in computed["why"]]
    try:
        outcome["decision"] = (await decisions.get(by=SYSTEM, pilot=part.code))["retained"]
    except NotFound:
        outcome["decision"] = None
    return outcome


async def _edition(story: Cast, code: str, folder: Path, locale: str) -> dict[str, Any]:
    """Publish the central's list and write its workbook beside the registry."""
    sources = [DataSource(**source.model_dump()) for source in story.sources]
    published = await referencing.publish_edition(by=SYSTEM, central=code, notices=story.notices, sources=sources)
    edition = await referencing.get_edition(by=SYSTEM, central=code, number=published["number"])
    content = workbook(edition, locale)
    path = folder / f"referencement-{code}.xlsx"
    path.write_bytes(content)
    return {"number": published["number"], "digest": content_digest(content), "workbook": str(path)}


async def _open_pilot(story: Cast, folder: Path) -> dict[str, str]:
    """The pilot that waits for a file, and the file itself."""
    _, part = _open_parts(story)[0]
    finess, (source, argument) = next(iter(part.sites.items()))
    file = SOURCES[source](finess, argument)[0]
    ready = folder / READY_FOLDER
    ready.mkdir(exist_ok=True)
    path = ready / file.name
    path.write_bytes(file.content)
    return {"id": part.code, "protocol": part.protocol, "site": finess, "ready_file": str(path)}

