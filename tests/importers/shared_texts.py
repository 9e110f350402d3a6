"""Workbooks as Excel and LibreOffice write them, from those of openpyxl: texts shared in a part of their own."""

import io
import re
import zipfile

INLINE = re.compile(rb'<c ([^>]*)t="inlineStr"([^>]*)><is>(.*?)</is></c>', re.DOTALL)
PART = "xl/sharedStrings.xml"
NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def shared(content: bytes) -> bytes:
    """The same workbook, its texts shared."""
    texts: dict[bytes, int] = {}

    def place(found):
        index = texts.setdefault(found[3], len(texts))
        return b'<c %st="s"%s><v>%d</v></c>' % (found[1], found[2], index)

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: source.read(name) for name in source.namelist()}
        sheets = {name: part for name, part in parts.items() if name.startswith("xl/worksheets/sheet")}
        parts |= {name: INLINE.sub(place, part) for name, part in sheets.items()}
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            b"</Relationships>",
            b'<Relationship Type="' + RELATION + b'" Target="/' + PART.encode() + b'" Id="rShared"/></Relationships>',
        )
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"</Types>", b'<Override PartName="/' + PART.encode() + b'" ContentType="' + TYPE + b'"/></Types>'
        )
        items = b"".join(b"<si>" + text + b"</si>" for text in texts)
        parts[PART] = b'<sst xmlns="' + NAMESPACE + b'">' + items + b"</sst>"
        for name, part in parts.items():
            target.writestr(name, part)
    return buffer.getvalue()
