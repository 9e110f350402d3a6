"""Workbooks made from others: the zip is valid again, its XML says other things."""

import io
import random
import re
import warnings
import zipfile
from collections.abc import Sequence

from tests.fuzz.words import ATTRIBUTES, CELLS

LARGEST = 1_500_000
"""Bytes beyond which a file is cut: time is then the number of its bytes, and no find."""
TEXT = rb">([^<]+)<"
ATTRIBUTE = rb"[\w:]+=\"([^\"]*)\""
ELEMENT = rb"(<[^>]+>)"


def workbook(rng: random.Random, content: bytes) -> bytes | None:
    """A zip made again, valid, with one of its parts changed, renamed, exchanged, said twice or gone; of a damaged one, none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            small = [entry for entry in archive.infolist() if entry.file_size < LARGEST]
            parts = [[entry.filename, archive.read(entry)] for entry in small]
    except Exception:  # noqa: BLE001  # no archive that can be made again
        return None
    if not parts:
        return None
    likely = [part for part in parts if re.search(r"sheet\d*\.xml$|sharedStrings|workbook\.xml|comments", str(part[0]))]
    chosen = rng.choice(likely if likely and rng.random() < 0.8 else parts)
    way = rng.random()
    if way < 0.86:
        for _ in range(rng.choice((1, 1, 3, 12))):
            chosen[1] = markup(rng, chosen[1])[:LARGEST]
    elif way < 0.89:
        parts.remove(chosen)
    elif way < 0.92:
        chosen[1] = rng.choice(parts)[1]
    elif way < 0.94:
        chosen[0] = chosen[0].upper()
    elif way < 0.96:
        parts.append([f"{rng.choice(('xl/', 'docProps/', 'customXml/', ''))}x{rng.randrange(9)}.xml", chosen[1]])
    elif way < 0.98:
        chosen[1] = chosen[1].decode("utf-8", "replace").encode("utf-16")
    else:
        rng.shuffle(parts)
    made = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(made, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive,
    ):
        warnings.simplefilter("ignore", UserWarning)  # the same name twice
        for name, part in parts:
            archive.writestr(zipfile.ZipInfo(name), part[:LARGEST])
    return made.getvalue()


def markup(rng: random.Random, part: bytes) -> bytes:
    """One text, attribute or element of an XML part changed."""
    place, change = rng.choice(
        ((TEXT, _cell), (TEXT, _cell), (ATTRIBUTE, _attribute), (ATTRIBUTE, _attribute), (ELEMENT, _element))
    )
    places = list(re.finditer(place, part))
    if not places or rng.random() < 0.03:
        return part[: rng.randrange(len(part) + 1)]
    found = rng.choice(places)
    new = change(rng, [other[1] for other in places], found[1])
    return part[: found.start(1)] + new + part[found.end(1) :]


def _cell(rng: random.Random, *_: object) -> bytes:
    return rng.choice(CELLS).replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace")


def _attribute(rng: random.Random, others: Sequence[bytes], _: bytes) -> bytes:
    return rng.choice(ATTRIBUTES).encode() if rng.random() < 0.8 else rng.choice(others)


def _element(rng: random.Random, others: Sequence[bytes], own: bytes) -> bytes:
    odd = (b"<!---->", b"<x/>", b"<![CDATA[x]]>", b"<?x?>", b"&", b"\x00", b"<")
    return rng.choice((b"", own * 2, own[:500] * 300, rng.choice(others), rng.choice(odd) + own))
