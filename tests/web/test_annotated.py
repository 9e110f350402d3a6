"""The annotated copy over HTTP: the rights of an upload, one sentence instead of a copy, and nothing left behind."""

import io
import tempfile

from openpyxl import load_workbook

from tests.registry.conftest import A, rows
from tests.web.conftest import post, sign_in

API = "/api/v1/pilots/PIL-1/submissions/annotated"
BAD = rows(A).replace(b",1,1\n", b",peut-etre,1\n", 1)
NAMED = b"\n".join(
    line + (b",contact" if number == 0 else b",a.martin@exemple.invalid")
    for number, line in enumerate(rows(A).strip().split(b"\n"))
)


def book_of(answer):
    assert answer.headers["content-disposition"].startswith("attachment")
    return load_workbook(io.BytesIO(answer.content))


def left_in(folder):
    return [path.name for path in folder.iterdir()]


async def test_a_machine_gets_the_copy_and_nothing_is_kept(machine, world, tmp_path_factory, monkeypatch):
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    site = await machine("site_a")
    answer = await site.post(API, files={"file": ("cas.csv", BAD)}, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert book_of(answer).sheetnames[0] == "Check summary"
    assert (await site.get("/api/v1/pilots/PIL-1/submissions")).json()["items"] == []
    assert left_in(temporary) == []


async def test_a_file_that_identifies_people_has_no_copy(machine, world):
    answer = await (await machine("site_a")).post(API, files={"file": ("cas.csv", NAMED)})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "identifying_data")
    assert "identifie des personnes" in body["detail"]
    assert body["issue_counts"]
    assert "martin" not in answer.text


async def test_a_file_without_a_table_has_no_copy(machine, world):
    answer = await (await machine("site_a")).post(API, files={"file": ("cas.csv", b"rien\n")})
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        422,
        "file_refused",
        "header_not_found",
    )


async def test_a_refused_file_is_offered_marked(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    page = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", BAD)})
    assert 'action="/pilots/PIL-1/annotated"' in page.text
    copy = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/annotated", files={"file": ("cas.csv", BAD)})
    book = book_of(copy)
    assert "oui, non" in book.worksheets[1]["D3"].comment.text
    named = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", NAMED)})
    assert named.status_code == 422
    assert "/annotated" not in named.text
    refused = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/annotated", files={"file": ("cas.csv", NAMED)})
    assert refused.status_code == 409
    assert "Pas de copie annotée" in refused.text
    assert "martin" not in refused.text
    none = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/annotated", files={"file": ("", b"")})
    assert none.status_code == 422


async def test_a_file_with_warnings_is_offered_marked(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    lines = rows(A).strip().split(b"\n")
    content = b"\n".join(line + (b",remarque" if number == 0 else b",rien") for number, line in enumerate(lines))
    sent = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.csv", content)})
    page = await client.get(sent.headers["location"])
    assert 'action="/pilots/PIL-1/annotated"' in page.text


async def test_the_blank_workbook_of_a_pilot_is_recognised_when_it_comes_back(browser, world):
    client = browser()
    await sign_in(client, "site_a")
    book = load_workbook(io.BytesIO((await client.get("/pilots/PIL-1/template.xlsx")).content))
    for number, line in enumerate(rows(A).decode().split()[1:], start=2):
        for index, text in enumerate(line.split(","), start=1):
            book.worksheets[0].cell(number, index).value = text
    sent = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.xlsx", saved(book))})
    assert sent.status_code == 303
    book.custom_doc_props["PreuvePilot"].value = "PIL-9"
    sent = await post(client, "/pilots/PIL-1", "/pilots/PIL-1/upload", files={"file": ("cas.xlsx", saved(book))})
    assert sent.status_code == 422
    assert "fait pour le pilote PIL-9, pas pour PIL-1" in sent.text


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
