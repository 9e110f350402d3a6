"""Published test vectors of each identifier, and the neighbours that must fail."""

import pytest

from importers.documents import identifiers as ids

GOOD = {
    "siren": ["404833048", "443121975", "356000000"],
    # the second line: hospitals of the national FINESS extract of 12 May 2026
    "siret": ["73282932000074", "35600000000048", "35600000049837", "26010004500012", "26971036400028", "13000323900014"],
    "vat": ["FR83404833048", "FR46443121975", "DE136695976"],
    "finess": ["750712184", "690781810", "310781406", "590780193", "010003820", "2A0000014", "2B0000020", "010000024", "970100400", "980600027"],
    "gtin": ["4006381333931", "04006381333931", "96385074", "036000291452"],
    "basic_udi": ["1987654Ad4X4bL5ttr2310c2K", "6901234GS1-China1234567EH", "6901234GS1-China1235R"],
    "srn": ["FR-MF-000001234"],
    "notified_body": ["0459"],
    "emdn": ["V92", "Z11030692", "Z12040118", "J010792"],
    "cpv": ["48180000", "48180000-3"],
}  # fmt: skip
BAD = {
    "siren": ["404833047", "40483304", "4048330480", "٤04833048", ""],
    "siret": ["73282932000079", "73282932100074", "35600000049838", "7328293200007"],
    "vat": ["FR84404833048", "FR83404833047", "83404833048", "D1"],
    "finess": ["750712185", "2A0000015", "2C0000014", "75071218", "7507121840"],
    "gtin": ["4006381333932", "400638133393", "+4006381333931"],
    "basic_udi": ["1987654Ad4X4bL5ttr2310c2L", "6901234GS1-China1234567HE", "1é87654Ad4X4bL5ttr2310c2K", "2K"],
    "srn": ["FR-XX-000001234", "FR-MF-1234"],
    "notified_body": ["459", "04590"],
    "emdn": ["92V", "V9", "Z1103069", "V92010203040506", "v92"],
    "cpv": ["4818000", "48180000-", "48180000-33", "4818000a"],
}


@pytest.mark.parametrize(("check", "text"), [(c, t) for c, texts in GOOD.items() for t in texts])
def test_published_vectors_pass(check, text):
    assert ids.CHECKS[check](text)


@pytest.mark.parametrize(("check", "text"), [(c, t) for c, texts in BAD.items() for t in texts])
def test_their_neighbours_fail(check, text):
    assert not ids.CHECKS[check](text)


def test_one_wrong_digit_is_always_found():
    for check in ("siren", "siret", "gtin"):
        good = GOOD[check][0]
        for position, right in enumerate(good):
            for wrong in set("0123456789") - {right}:
                assert not ids.CHECKS[check](good[:position] + wrong + good[position + 1 :])


def test_the_check_digit_of_a_cpv_code_is_dropped_and_never_computed():
    assert {ids.cpv_code(f"48180000-{digit}") for digit in range(10)} == {"48180000"}


def test_what_people_write_around_a_number_is_set_aside():
    assert ids.normalised("siret", "732 829 320\u00a000074") == "73282932000074"
    assert ids.normalised("finess", "2a 000 0014") == "2A0000014"
    assert ids.normalised("cpv", "48180000-3") == "48180000"
    assert ids.normalised("ape", "62.01z") == "6201Z"
    assert ids.with_leading_zeros("finess", "10003820") == "010003820"
    assert ids.with_leading_zeros("finess", "10003821") is None
    assert ids.with_leading_zeros("siret", "7328293200007") is None


def test_the_key_of_a_number_overseas_is_a_doubt_and_no_fault():
    assert ids.is_finess_doubtful("970100401")
    assert not ids.is_finess_doubtful("970100400")
    assert not ids.is_finess_doubtful("750712185")
