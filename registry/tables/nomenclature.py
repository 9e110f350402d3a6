"""Published lists of codes, as they were imported."""

from __future__ import annotations

from piccolo.columns import UUID, Boolean, Integer, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class NomenclatureCode(Table):
    """One code; `in_force` is false once a later file no longer has it: what was declared with it keeps its label."""

    id = UUID(primary_key=True, default=UUID4())
    nomenclature = Varchar(10, null=False, default="", index=True)
    code = Varchar(13, null=False, default="")
    label_fr = Varchar(500, null=False, default="")
    label_en = Varchar(500, null=False, default="")
    level = Integer(null=False, default=0)
    terminal = Boolean(null=False, default=False)
    in_force = Boolean(null=False, default=True)
