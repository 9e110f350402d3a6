"""A site's mapping of its headers: kept with the file, told in the trail by the protocol's names alone, used again and said."""

import pytest

from importers.columns.mapping import BadMapping
from registry.errors import Conflict
from registry.services import audit, submissions

from .aggregates import sent_by
from .conftest import A, B, rows

SAID = {"Avis de l'outil": "prediction", "Remarque": None}


def own_rows(site=A, header="Avis de l'outil", **rest):
    """A file whose answers stand under the site's own header, beside a column of its own."""
    head, *lines = rows(site, **rest).decode().splitlines()
    head = head.replace("prediction", header) + ",Remarque"
    return "\n".join([head, *(line + ",rien" for line in lines)]).encode() + b"\n"


@pytest.fixture
def sending(world):
    async def send(content, mapping=None, *, by=None, accept=True, name="cas.csv"):
        path = world.folder / "upload.csv"
        path.write_bytes(content)
        received = await submissions.receive(
            by=by or world.site_a, pilot="PIL-1", path=path, file_name=name, mapping=mapping
        )
        if accept and received.submission:
            await submissions.accept(by=by or world.site_a, submission=received.submission["id"])
        return received

    return send


def codes(received):
    return [issue["code"] for issue in received.report["issues"]]


async def test_a_mapping_is_kept_with_the_file_and_told_without_its_headers(world, sending):
    received = await sending(own_rows(), SAID, accept=False)
    assert received.report["outcome"] == "accept"
    assert received.report["mapping"] == SAID
    found = await submissions.get(by=world.eval_1, submission=received.submission["id"])
    assert found["mapping"] == SAID
    assert found["columns"]["Avis de l'outil"] == "prediction"
    event = (await audit.list_events(by=world.admin))["items"][0]
    assert (event["action"], event["detail"]["mapped"], event["detail"]["set_aside"]) == (
        "submission.received",
        ["prediction"],
        1,
    )
    assert "Avis" not in str(event)


async def test_a_file_without_one_has_none(world, send):
    received = await send(world.site_a, rows(A))
    assert received.submission["mapping"] == {}
    event = next(e for e in (await audit.list_events(by=world.admin))["items"] if e["action"] == "submission.received")
    assert not {"mapped", "set_aside"} & set(event["detail"])


async def test_the_next_file_of_the_site_is_read_the_same_and_says_so(world, sending):
    await sending(own_rows(), SAID)
    again = await sending(own_rows(prefix="d"), accept=False)
    assert again.created
    assert codes(again) == ["columns_mapped_as_before"]
    assert "Avis de l'outil → prediction, Remarque → non gardée." in again.report["issues"][0]["message"]
    assert again.submission["mapping"] == SAID


async def test_only_an_accepted_file_of_the_same_site_is_remembered(world, sending):
    waiting = await sending(own_rows(), SAID, accept=False)
    assert (await sending(own_rows(prefix="d"))).submission is None
    await submissions.accept(by=world.site_a, submission=waiting.submission["id"])
    assert (await sending(own_rows(B, prefix="d"), by=world.site_b)).submission is None
    await submissions.withdraw(by=world.site_a, submission=waiting.submission["id"])
    refused = await sending(own_rows(prefix="d"))
    assert refused.submission is None
    assert refused.report["reason"] == "missing_required_column"


async def test_another_mapping_replaces_the_last_one(world, sending):
    await sending(own_rows(), SAID)
    other = own_rows(header="Lecture", prefix="d")
    assert (await sending(other)).submission is None
    assert (await sending(other, {"Lecture": "prediction"})).created
    third = await sending(own_rows(header="Lecture", prefix="e"))
    assert third.submission["mapping"] == {"Lecture": "prediction"}
    first = await sending(own_rows(prefix="f"))  # the last mapping, not an older one
    assert first.submission is None
    assert (await sending(own_rows(prefix="f"), {})).submission is None  # nothing said on purpose


async def test_a_file_that_the_protocol_knows_leaves_the_last_mapping_alone(world, sending):
    await sending(own_rows(), SAID)
    plain = await sending(rows(A, prefix="d"))
    assert (codes(plain), plain.submission["mapping"]) == ([], {})
    assert (await sending(own_rows(prefix="e"))).submission["mapping"] == SAID  # still the last that there was


async def test_the_same_bytes_read_otherwise_are_said_to_be(world, sending):
    content = own_rows().replace(b",day,", b",Jour vu,", 1)
    mapping = {"Avis de l'outil": "prediction"}
    first = await sending(content, mapping, accept=False)
    assert codes(await sending(content, mapping, accept=False))[-1] == "duplicate_upload"
    for given, words in ((mapping, "le premier dépôt fait foi."), (mapping | {"Jour vu": "day"}, "lues autrement")):
        again = await sending(content, given, accept=False)
        assert (again.created, again.submission["id"]) == (False, first.submission["id"])
        assert again.submission["mapping"] == mapping
        told = again.report["issues"][-1]
        assert told["code"] == "duplicate_upload"
        assert words in told["message"]
        assert ("Retirez-le" in told["message"]) == (given != mapping)
    await submissions.withdraw(by=world.site_a, submission=first.submission["id"])
    assert (await sending(content, mapping | {"Jour vu": "day"}, accept=False)).created


async def test_a_mapping_hides_nobody_and_leaves_nothing(world, sending):
    from registry.tables import Submission

    received = await sending(own_rows(header="Nom du patient"), {"Nom du patient": "prediction", "Remarque": None})
    assert (received.submission, received.report["reason"], received.report["mapping"]) == (
        None,
        "identifying_data",
        {},
    )
    assert await Submission.count() == 0


async def test_an_aggregate_has_no_columns_to_map(world, sending):
    with pytest.raises(BadMapping, match="aggregate"):
        await sending(sent_by(A), {"a": "prediction"}, name="agregat.json")
    assert (await sending(sent_by(A), name="agregat.json")).created


async def test_the_cases_read_under_another_header_are_the_same_cases(world, sending):
    await sending(rows(A))
    received = await sending(own_rows(), SAID, accept=False)
    with pytest.raises(Conflict) as refused:
        await submissions.accept(by=world.site_a, submission=received.submission["id"])
    assert refused.value.code == "cases_sent_before"
    (told,) = [i for i in received.report["issues"] if i["code"] == "cases_sent_before"]
    assert told["message"].startswith("120 cas de ce fichier sont dans un fichier déjà accepté (cas.csv)")
    assert received.report["issue_counts"]["cases_sent_before"] == 1
    others = await sending(rows(A, prefix="z"), accept=False)
    assert "cases_sent_before" not in others.report["issue_counts"]
