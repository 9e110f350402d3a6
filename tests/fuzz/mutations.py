"""Files made from others: bytes, texts and workbooks, changed as senders, disks and attackers change them."""

import random
from collections.abc import Sequence

from tests.fuzz.words import CELLS, HEADERS
from tests.fuzz.workbooks import LARGEST, workbook

LETTERS = (
    "cp1252",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "mac_roman",
    "cp850",
    "iso8859-15",
    "cp037",
    "utf-7",
)
LINE_ENDS = "\n", "\r\n", "\r", "\n\r", "\n\n", "\x85", "\u2028", "\x0b", "\x1c", ""
SEPARATORS = ";", ",", "\t", "|", ":", " ", "\x1f"


def mutated(rng: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """One to four changes, of the kind that the content calls for or of its bare bytes."""
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        if content.startswith(b"PK\x03\x04") and rng.random() < 0.85:
            content = workbook(rng, content) or bare(rng, content, others)
        elif not content.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf")) and rng.random() < 0.75:
            content = text(rng, content)
        else:
            content = bare(rng, content, others)
        content = content[:LARGEST]
    return content


def bare(rng: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Bytes turned over, cut, doubled, moved, taken from another file."""
    if not content:
        return rng.choice(others)
    way = rng.choice((_turned, _turned, _cut, _spliced, _doubled, _put_in, _taken_out, _painted, _rolled, _at_the_end))
    return way(rng, content, others)


def _turned(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _n in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: rng.randrange(len(content))]


def _spliced(rng: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return content[: rng.randrange(len(content))] + other[rng.randrange(len(other) + 1) :]


def _doubled(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted((rng.randrange(len(content)), rng.randrange(len(content))))
    return (
        content[:last]
        + content[first:last] * (rng.choice((1, 2, 20)) if len(content) < 100_000 else 1)
        + content[last:]
    )


def _put_in(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + rng.randbytes(rng.choice((1, 4, 100))) + content[at:]


def _taken_out(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + content[at + rng.randrange(1, 64) :]


def _painted(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at, long = rng.randrange(len(content)), rng.randrange(1, 64)
    return content[:at] + rng.choice((b"\x00", b"\xff", b"\x80", b" ", b'"')) * long + content[at + long :]


def _rolled(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(content))
    return content[at:] + content[:at]


def _at_the_end(rng: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """In the directory of a zip, or the footer of a Parquet file."""
    changed = bytearray(content)
    for _n in range(rng.choice((1, 2, 4))):
        at = rng.randrange(max(0, len(content) - rng.randrange(1, 600)), len(content))
        changed[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    return bytes(changed)


def text(rng: random.Random, content: bytes) -> bytes:
    """A table of text with other cells, headers, separators, quotes, line ends or encoding."""
    said = content.decode("utf-8", "surrogateescape")
    lines = said.split("\n")
    sign = max(SEPARATORS[:4], key=lines[0].count)
    way = rng.randrange(12)
    if way <= 3:
        for _ in range(rng.choice((1, 1, 3, 30))):
            _in_a_cell(rng, lines, sign)
    elif way == 4:
        return said.replace(sign, rng.choice(SEPARATORS)).encode("utf-8", "surrogateescape")
    elif way == 5:
        return said.replace("\n", rng.choice(LINE_ENDS)).encode("utf-8", "surrogateescape")
    elif way == 6:
        return said.encode("utf-8", "replace").decode("utf-8").encode(rng.choice(LETTERS), "replace")
    elif way == 7:
        at = rng.randrange(len(said) + 1)
        return (said[:at] + rng.choice(('"', '""', "'", '"\n"', sign, "\n", rng.choice(CELLS))) + said[at:]).encode(
            "utf-8", "surrogateescape"
        )
    elif way == 8:
        lines.insert(rng.randrange(min(len(lines), 5) + 1), rng.choice(("", "Titre", sign * 4, "sep=;", '"', lines[0])))
    elif way == 9:
        lines = [sign.join(f'"{cell}"' for cell in line.split(sign)) for line in lines]
    elif way == 10:
        _columns(rng, lines, sign)
    else:
        at = rng.randrange(len(lines))
        some = lines[at : at + rng.choice((1, 5, 50))]
        lines[at:at] = some * (rng.choice((1, 3, 40)) if len(said) < 100_000 else 1)
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _in_a_cell(rng: random.Random, lines: list[str], sign: str) -> None:
    at = rng.randrange(len(lines)) if rng.random() < 0.85 else 0
    cells = lines[at].split(sign)
    value = rng.choice(HEADERS if at == 0 else CELLS)
    cells[rng.randrange(len(cells))] = '"' + value.replace('"', '""') + '"' if rng.random() < 0.3 else value
    lines[at] = sign.join(cells)


def _columns(rng: random.Random, lines: list[str], sign: str) -> None:
    """One column said in every row, twice, elsewhere, or no more."""
    table = [line.split(sign) for line in lines if line]
    at, way, value = rng.randrange(len(table[0])) if table else 0, rng.randrange(4), rng.choice(CELLS)
    for number, cells in enumerate(table):
        if at >= len(cells):
            continue
        if way == 0 and number:
            cells[at] = value
        elif way == 1:
            cells.append(cells[at])
        elif way == 2:
            cells.insert(0, cells.pop(at))
        elif way == 3:
            del cells[at]
    lines[:] = [sign.join(cells) for cells in table]
