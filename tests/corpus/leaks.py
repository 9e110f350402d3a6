"""Whether an answer repeats a cell: an oracle that reads the file by its own means, without the importer."""

import io
import json
import lzma
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

SHORTEST = 5
MOST = 20_000
"""Distinct texts of a file that are looked for."""
MARKUP = re.compile(r"<(?:\w+:)?(?:t|v|a)\b[^>]*>([^<]+)<|\bv=\"([^\"]+)\"")
DELIMITERS = re.compile(r"[;,\t|\n\r\"]+")
LEFT_BEHIND = "preuve-check-"


def leaks(
    path: Path, entry: dict[str, Any], context: dict[str, Any], answer: dict[str, Any]
) -> list[tuple[str, Any, Any]]:
    """Cells repeated in the answer (its rows apart), and a file written where the name of the upload points to."""
    said = json.dumps({k: v for k, v in answer.items() if k != "normalised_rows"}, ensure_ascii=False)
    words = _known(context, answer)
    found = [
        ("value repeated", "no cell in the answer", f"a text of {len(value)} characters")
        for value in _cells(path.read_bytes())
        if value.casefold() not in words and value in said
    ][:1]
    name = entry.get("upload_as", "")
    if ("/" in name or "\\" in name) and (path.parent / name).exists():
        found.append(("file written", "nothing outside the folder", "the name of the upload was followed"))
    return found


def _known(context: dict[str, Any], answer: dict[str, Any]) -> set[str]:
    """Texts that an answer may say because they are nobody's: headers, sites, labels, dates of the pilot."""
    words: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                words.add(str(key).casefold())
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        else:
            words.add(str(value).casefold())

    walk(context)
    headers = [*answer["columns"], *(issue["column"] for issue in answer["issues"] if issue["column"])]
    return words | {str(header).strip().casefold() for header in headers}


def _cells(content: bytes) -> list[str]:
    """Distinct texts of the file that could be somebody's: not words of the language alone, not numbers of one digit."""
    texts: set[str] = set()
    for piece in _texts(content):
        for value in map(str.strip, piece):
            if len(value) >= SHORTEST and not value.isalpha():
                texts.add(value[:200])
        if len(texts) > MOST:
            break
    return sorted(texts)


def _texts(content: bytes) -> list[list[str]]:
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                small = [i for i in archive.infolist() if i.file_size < 2_000_000 and i.filename.endswith(".xml")][:50]
                parts = [archive.read(i).decode("utf-8", "replace") for i in small]
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError):
            return []
        return [[a or b for a, b in MARKUP.findall(part)] for part in parts]
    if content.startswith((b"PAR1", b"\xd0\xcf\x11\xe0")):
        return []
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return [DELIMITERS.split(content[:5_000_000].decode(encoding))]
        except UnicodeDecodeError:
            continue
    return []
