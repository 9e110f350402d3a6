"""A part of a workbook whose XML is unusual, written anew as any program would: what it says stays, how it says it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.parsers import expat

from importers.files.grid import column_letters
from importers.files.sheet_parts import column_number
from importers.files.unreadable import Unreadable

APART: Final = "\x0c"
"""Between a name space and a name: a character that no XML may hold."""
XML_SPACE: Final = "http://www.w3.org/XML/1998/namespace"
IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
IN_QUOTES: Final = IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
INSIDE: Final = {
    "sheetData": ("row",),
    "row": ("c",),
    "c": ("f", "v", "is"),
    "f": (),
    "v": (),
    "t": (),
    "is": ("t", "r", "rPh", "phoneticPr"),
    "sst": ("si",),
    "si": ("t", "r", "rPh", "phoneticPr"),
    "r": ("t", "rPr"),
    "rPh": ("t",),
}
"""What cells and shared texts are made of: two readers would not agree on anything else in their place."""
LEFT_OUT: Final = frozenset({"extLst", "rPr", "phoneticPr"})
"""What says nothing of a value."""
TRIMMED: Final = frozenset({"b", "d", "e", "n", "s"})
"""Kinds of cells whose value is no text: spaces around it are of the page."""
VALUES: Final = frozenset({"v", "is"})
SPOKEN: Final = frozenset({"v", "t", "f"})
"""The elements whose text is the cell's; elsewhere among cells there are spaces only."""
ROW: Final = re.compile("[1-9][0-9]{0,6}")
ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def written_anew(part: bytes) -> tuple[bytes, list[str]]:
    """A part (of UTF-8, whatever it declares) in plain XML, and the comments and instructions that it held.

    Raises
    ------
    Unreadable
        XML that is not well formed, a declaration of types, a cell or a row that is written twice, or cells of anything else
        than values.
    """
    writer = _Writer()
    parser = expat.ParserCreate("utf-8", APART)
    parser.namespace_prefixes = True
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.text
    parser.CommentHandler = writer.remarks.append
    parser.ProcessingInstructionHandler = lambda target, data: writer.remarks.append(f"{target} {data}")
    parser.StartNamespaceDeclHandler = writer.name_space
    parser.StartDoctypeDeclHandler = _no_types
    try:
        parser.Parse(part, True)  # its end is there
    except expat.ExpatError as error:
        raise Unreadable("archive_corrupt") from error
    return "".join(writer.out).encode("utf-8", "replace"), writer.remarks


def _no_types(*_: object) -> None:
    raise Unreadable("xml_dtd_forbidden")


def _odd() -> Unreadable:
    return Unreadable("unreadable_file", say="damaged")


def _parts(name: str) -> tuple[str, str, str]:
    """Name space, name and prefix."""
    if APART not in name:
        return "", name, ""
    space, _, rest = name.partition(APART)
    local, _, prefix = rest.partition(APART)
    return space, local, prefix


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value.translate(IN_QUOTES)}"' for name, value in attributes.items())


class _Numbers:
    """The numbers of rows, or of the cells of a row, each told or counted."""

    def __init__(self) -> None:
        self.last = 0
        self._taken: set[int] = set()

    def take(self, told: int | None) -> bool:
        """Go to a number; whether nothing stood there."""
        self.last = self.last + 1 if told is None else told
        new = self.last not in self._taken
        self._taken.add(self.last)
        return new


class _Writer:
    """The new text so far, and where among the cells it is."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.remarks: list[str] = []
        self._main: str | None = None
        self._declared: dict[str, str] = {}
        self._names: list[str] = []
        """Of each open element around the cells, as it is written."""
        self._cells: list[str] = []
        """The open elements from `sheetData` or `sst` on."""
        self._skipped = 0
        self._rows, self._columns = _Numbers(), _Numbers()
        self._kind = ""
        self._value: list[str] = []
        self._said: set[str] = set()
        """Of the cell: `f`, `v`, `is`; of the part: `sheetData`, `sst`."""

    def name_space(self, prefix: str | None, uri: str | None) -> None:
        """A prefix that the next element declares."""
        if prefix and uri:
            self._declared[f"xmlns:{prefix}"] = uri

    def start(self, name: str, given: Sequence[str]) -> None:
        """An element begins."""
        attributes = dict(zip(given[::2], given[1::2], strict=True))
        space, local, prefix = _parts(name)
        declared, self._declared = self._declared, {}
        if self._main is None:
            self._main = space
            declared = {**({"xmlns": space} if space else {}), **declared}
        if self._cells:
            self._among_cells(local if space == self._main else "", attributes)
            return
        if space == self._main and local in ("sheetData", "sst"):
            if local in self._said:
                raise _odd()
            self._said.add(local)
            self._cells.append(local)
        if space != self._main:
            prefix = prefix or "other"
            local, declared[f"xmlns:{prefix}"] = f"{prefix}:{local}", space
        named = _named(attributes, declared)
        self._names.append(local)
        self.out.append(f"<{local}{_written({**declared, **named})}>")

    def _among_cells(self, local: str, given: Mapping[str, str]) -> None:
        if self._skipped or local in LEFT_OUT:
            self._skipped += 1
            return
        if local not in INSIDE[self._cells[-1]]:
            raise _odd()
        attributes = {name: value.strip() for name, value in given.items() if APART not in name}
        if local == "row":
            self._columns = _Numbers()
            if not self._rows.take(_row(attributes.pop("r", None))):
                raise Unreadable("archive_ambiguous", say="row", row=self._rows.last)
            attributes = {"r": str(self._rows.last), **attributes}
        elif local == "c":
            self._said, self._kind = {"sheetData"}, attributes.get("t", "n")
            attributes = {"r": self._address(attributes.pop("r", None)), **attributes}
        elif local in VALUES or local == "f":
            if local in self._said or self._said | {local} >= VALUES:
                raise _odd()
            self._said.add(local)
            self._value = []
            attributes = attributes if local == "f" else {}
        elif local == "t":
            attributes = {"xml:space": "preserve"}
        self._cells.append(local)
        self.out.append(f"<{local}{_written(attributes)}>")

    def _address(self, told: str | None) -> str:
        """A cell's address, told or counted; of one in another row than its own, readers make different things."""
        row = self._rows.last
        found = ADDRESS.fullmatch(told.upper()) if told is not None else None
        if told is not None and (found is None or int(found[2]) != row):
            raise _odd()
        new = self._columns.take(column_number(found[1]) + 1 if found else None)
        address = f"{column_letters(self._columns.last - 1)}{row}"
        if not new:
            raise Unreadable("archive_ambiguous", say="cell", row=row, cell=address)
        return address

    def end(self, _: str) -> None:
        """An element ends."""
        if self._skipped:
            self._skipped -= 1
            return
        if self._cells:
            local = self._cells.pop()
            if local == "v":
                value = "".join(self._value)
                self.out.append(_text(value.strip() if self._kind in TRIMMED else value))
            if self._cells:
                self.out.append(f"</{local}>")
                return
        self.out.append(f"</{self._names.pop()}>")

    def text(self, text: str) -> None:
        """Characters: those that stand nowhere among the cells are remarks."""
        if self._skipped or (self._cells and self._cells[-1] not in SPOKEN):
            self.remarks.extend([text] if text.strip() else [])
        elif self._cells and self._cells[-1] == "v":
            self._value.append(text)
        else:
            self.out.append(_text(text))


def _named(attributes: Mapping[str, str], declared: dict[str, str]) -> dict[str, str]:
    """Attributes under the names that readers know; their prefixes are declared where they stand."""
    named = {}
    for name, value in attributes.items():
        space, local, prefix = _parts(name)
        if space == XML_SPACE:
            local = f"xml:{local}"
        elif space:
            prefix = "r" if space.endswith("/relationships") else prefix
            declared[f"xmlns:{prefix}"] = space
            local = f"{prefix}:{local}"
        named[local] = value
    return named


def _row(told: str | None) -> int | None:
    if told is None:
        return None
    if ROW.fullmatch(told) is None:
        raise _odd()
    return int(told)


def _text(text: str) -> str:
    return text.translate(IN_TEXT)
