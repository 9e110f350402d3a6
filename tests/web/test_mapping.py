"""A mapping of headers over HTTP: an optional field of the upload and of the annotated copy, shown with the file."""

import html
import json
import re

import pytest

from evaluation.protocol import load_protocol
from importers.answer import as_json
from importers.check import Context, check_bytes
from registry.web.mapping_form import questions
from tests.registry.conftest import A, rows
from tests.registry.test_mappings import SAID, own_rows
from tests.web.conftest import post, sign_in
from tests.web.test_annotated import book_of

API = "/api/v1/pilots/PIL-1/submissions"


AVIS = "Avis de l'outil"


async def test_a_machine_sends_a_mapping_with_its_file(machine, world):
    site = await machine("site_a")
    refused = await site.post(API, files={"file": ("cas.csv", own_rows())})
    assert refused.status_code == 422
    answer = await site.post(API, files={"file": ("cas.csv", own_rows())}, data={"mapping": json.dumps(SAID)})
    body = answer.json()
    assert (answer.status_code, body["outcome"], body["mapping"]) == (201, "accept", SAID)
    assert (await site.get(f"/api/v1/submissions/{body['id']}")).json()["mapping"] == SAID
    await site.post(f"/api/v1/submissions/{body['id']}/accept")
    again = await site.post(API, files={"file": ("cas.csv", own_rows(prefix="d"))}, data={"mapping": ""})
    assert again.json()["mapping"] == SAID
    assert [i["code"] for i in again.json()["issues"]] == ["columns_mapped_as_before"]
    none = await site.post(API, files={"file": ("cas.csv", own_rows(prefix="e"))}, data={"mapping": "{}"})
    assert none.status_code == 422


@pytest.mark.parametrize("path", [API, f"{API}/annotated"])
@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("score", "JSON object"),
        ('{"a": 3}', "JSON object"),
        ('{"a": "site", "a": "day"}', "« a »"),
        ('{"": "site"}', "names no header"),
    ],
)
async def test_a_mapping_that_cannot_be_read_is_one_sentence(machine, world, path, mapping, words):
    site = await machine("site_a")
    sent = {"files": {"file": ("cas.csv", own_rows())}, "data": {"mapping": mapping}}
    answer = await site.post(path, **sent, headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert words in answer.json()["detail"]


async def test_a_mapping_that_the_file_contradicts_is_in_the_report(machine, world):
    mapping = json.dumps({"Avis": "prediction", "Remarque": "predicton"})
    answer = await (await machine("site_a")).post(
        API, files={"file": ("cas.csv", own_rows())}, data={"mapping": mapping}
    )
    assert answer.status_code == 422
    found = {issue["code"]: issue["message"] for issue in answer.json()["issues"]}
    assert "Ses colonnes : case_id, site" in found["mapped_header_absent"]
    assert "Les plus proches : prediction." in found["mapped_column_unknown"]


async def test_the_copy_is_marked_by_the_same_mapping(machine, world):
    bad = own_rows().replace(b",1,1,rien", b",1,bof,rien", 1)
    site = await machine("site_a")
    sent = {"files": {"file": ("cas.csv", bad)}, "data": {"mapping": json.dumps(SAID)}}
    answer = await site.post(f"{API}/annotated", **sent)
    assert answer.status_code == 200
    assert "oui, non" in book_of(answer).worksheets[1]["E3"].comment.text


async def test_the_page_of_a_file_shows_how_it_was_read(browser, machine, world):
    said = {"Avis \"de' <l'outil>": "prediction", "Remarque": None}
    content = own_rows(header="Avis \"\"de' <l'outil>").replace(b"Avis", b'"Avis', 1).replace(b">", b'>"', 1)
    content += f"z1,{A},2026-03-02,1,1,rien\nTotal,,,,,\n".encode()
    sent = {"files": {"file": ("cas.csv", content)}, "data": {"mapping": json.dumps(said)}}
    answer = await (await machine("site_a")).post(API, **sent)
    assert answer.status_code == 201, answer.text
    client = browser()
    await sign_in(client, "site_a")
    address = f"/submissions/{answer.json()['id']}"
    page = await client.get(address)
    assert '<td>Remarque</td><td colspan="4">non gardée</td>' in page.text
    assert "<l'outil>" not in page.text
    hidden = html.unescape(re.search(r"name=\"mapping\" value='([^']*)'", page.text)[1])
    assert json.loads(hidden) == said
    copy = await post(
        client, address, "/pilots/PIL-1/annotated", {"mapping": hidden}, files={"file": ("cas.csv", content)}
    )
    assert copy.status_code == 200
    bad = await post(client, address, "/pilots/PIL-1/annotated", {"mapping": "["}, files={"file": ("cas.csv", content)})
    assert (bad.status_code, "objet JSON" in bad.text) == (422, True)


async def test_a_refused_file_asks_what_its_columns_are(browser, world):
    """A list for each header that is not recognised; the answer goes with the file, which is then sound."""
    client = browser()
    await sign_in(client, "site_a")
    file = {"file": ("cas.csv", own_rows())}
    refused = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", {}, files=file)
    assert refused.status_code == 422
    asked = dict(re.findall(r'name="header-(\d+)" value="([^"]*)"', refused.text))
    assert ('href="#columns"' in refused.text, 'id="columns"' in refused.text) == (True, True)
    assert {html.unescape(header) for header in asked.values()} == set(SAID)
    number = {html.unescape(header): n for n, header in asked.items()}
    choices = {f"header-{n}": html.unescape(header) for n, header in asked.items()}
    choices |= {f"column-{n}": "" for n in asked} | {f"column-{number[AVIS]}": "prediction"}
    sent = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", choices, files=file)
    assert sent.status_code == 303, sent.text
    assert AVIS in html.unescape((await client.get(sent.headers["location"])).text)
    wrong = choices | {f"column-{number[AVIS]}": "reference"}
    other = {"file": ("cas.csv", own_rows(prefix="d"))}
    again = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", wrong, files=other)
    assert again.status_code == 422
    assert re.search(r'<option value="reference" selected>', again.text)


async def test_two_columns_of_one_meaning_are_a_choice_on_the_page(browser, world):
    """The name of the hospital beside its number: the person keeps the number, the other column is set aside."""
    client = browser()
    await sign_in(client, "site_a")
    head, *lines = rows(A).decode().splitlines()
    content = "\n".join([f"SITE,{head}", *(f"CH de la Côte,{line}" for line in lines), ""]).encode()
    file = {"file": ("cas.csv", content)}
    refused = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", {}, files=file)
    assert refused.status_code == 422
    asked = dict(re.findall(r'name="header-(\d+)" value="([^"]*)"', refused.text))
    assert sorted(asked.values()) == ["SITE", "site"]
    assert re.search(r'<option value="site">', refused.text)
    kept = next(n for n, header in asked.items() if header == "site")
    choices = {f"header-{n}": header for n, header in asked.items()} | {f"column-{n}": "" for n in asked}
    sent = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", choices | {f"column-{kept}": "site"}, files=file)
    assert sent.status_code == 303, sent.text


def test_two_columns_of_one_text_are_no_choice():
    """Choosing a header that stands twice would settle nothing: the person renames one of them."""
    head, *lines = rows(A).decode().splitlines()
    content = "\n".join([f"site,{head}", *(f"{A},{line}" for line in lines), ""]).encode()
    protocol = load_protocol("diagnostic-accuracy")
    checked = check_bytes(content, protocol, Context(), name="cas.csv")
    assert checked.report.issue_counts["duplicate_column"] == 1
    asked = questions(as_json(checked, "fr"), protocol, None)
    assert asked is not None
    assert [header for header, _ in asked.headers] == ["day"]
