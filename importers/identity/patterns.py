"""What identifies a person, as patterns: numbers with their keys, addresses, names, dates of birth."""

from __future__ import annotations

from typing import Final

NIR: Final = (
    r"(?:^|[^0-9A-Za-z]|[G-Zg-z])"
    r"([1-478]\s{0,2}\d{2}\s{0,2}(?:0[1-9]|1[0-2]|[2-9]\d)\s{0,2}(?:\d{2}|2[ABab])\s{0,2}\d{3}\s{0,2}\d{3}\s{0,3}(?:[Cc]l[ée]\s?:?\s?)?\d{2})"
    r"(?:$|[^0-9A-Za-z])"
)
"""After a letter that no hexadecimal code holds too: `NIR185…`, `PAT185…`."""
TOLD_NIR: Final = (
    r"(?:^|[^0-9])[12][ .\-]\d{2}[ .\-](?:0[1-9]|1[0-2])[ .\-](?:\d{2}|2[ABab])[ .\-]\d{3}[ .\-]\d{3}(?:$|[^0-9])"
    r"|(?i)\b(?:nir|ins|nss|s[ée]cu|s[ée]curit[ée] sociale)\b\D{0,12}"
    r"[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[ab])\d{6}(?:\d{2})?(?:$|[^0-9])"
)
"""Without its key, told by its spacing or by the word before it."""
RECORD: Final = (
    r"(?i)(?:^|[^\p{L}])(?:ipp|nip|nda|iep|mrn|npp)\s{0,2}(?:n[°ºo]?|num[ée]ro)?[\s:=#._\-]{0,3}\d(?:[\s.\-]?\d){5,}"
    r"|(?i)\b(?:dossier|s[ée]jour|venue|passage|admission)\s{1,2}(?:n[°ºo]|num[ée]ro)?[\s:=#]{0,3}\d{6,}(?:$|[^\d/.\-])"
)
"""The number of a patient's record or stay, told by the word before it."""
NIR_WITHOUT_KEY: Final = r"^[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[ABab])\d{6}$"
EMAIL: Final = (
    r"(?i)[a-z0-9._%+\-]+(?:\s?(?:@|\(at\)|\[at\]|\(a\)|\[arobase\]|\(arobase\))\s?|\s+arobase\s+)"
    r"[\p{L}0-9\-]+(?:\.[\p{L}0-9\-]+)+"
)
PHONE: Final = (
    r"(?:^|[^\d])(?:(?:\+|00)33\s?(?:\(0\))?[\s.\-]?[1-9]|0[1-9])(?:[\s.\-/_]\d{2}){4}(?:$|[^\d])"
    r"|(?:^|[^\d])(?:\+|0{2})33[\s.\-]?(?:\(0\))?[1-9]\d{8}(?:$|[^\d])"
    r"|(?:^|[^\d])\+(?:262|32|352|377|41|44|49|39|34|508|590|594|596|681|687|689|1)(?:[\s.\-]?\d){8,11}(?:$|[^\d])"
    r"|(?:^|[^\d])0[67]\d{2}(?:[\s.\-]\d{2}){3}(?:$|[^\d])|(?:^|[^\d])0[67]\d[\s.\-]\d{3}[\s.\-]\d{4}(?:$|[^\d])"
    r"|\p{L}\D*[\s:(]0[67]\d{8}(?:$|[^\d])|(?:^|[\s:(])0[67]\d{8}\s\D*\p{L}"
    r"|(?i)(?:t[ée]l|portable|mobile|phone|joindre|rappeler)\D{0,15}0[1-9]\d{8}(?:$|[^\d])"
)
PLAIN_PHONE: Final = r"^0[1-9]\d{8}$"
MOBILE: Final = r"^0[67]\d{8}$"
ADDRESS: Final = (
    r"(?i)\b\d{1,4}\s*(?:bis|ter|quater)?\s*,?\s+(?:rue|avenue|av\.|boulevard|bd|bld|all[ée]e|all[ée]es|chemin|impasse|"
    r"place|route|quai|square|cours|r[ée]sidence|lotissement|faubourg|passage|villa|sentier|venelle)\s+\p{L}"
)
CIVILITY: Final = (
    r"\b(?:M\.|MM\.|Mr\.?|Mme\.?|Mlle\.?|Mrs\.?|Ms\.?|Monsieur|Madame|Mademoiselle|Patiente?\s*:|[Nn]om\s*:|[Pp]r[ée]nom\s*:)"
    r"\s+\p{Lu}[\p{L}'’\-]+"
    r"|\b(?i:mme|mlle|madame|monsieur|mademoiselle)\.?\s+\p{Lu}[\p{L}'’\-]+"
)
BORN: Final = (
    r"(?i)\b(?:n[ée]{1,2}|n[ée]\(e\)|ddn|date de naissance|naissance|naiss\.?|born|dob)\s*(?:le|on|:|en)?\s*[:=]?\s*"
    r"(?:\d{1,2}[/.\-\s]\d{1,2}[/.\-\s]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)?\s+\p{L}{3,9}\.?\s+\d{4})"
)
FULL_NAME: Final = (
    r"^(?:\p{Lu}[\p{Lu}'’\-]+(?:\s\p{Lu}[\p{Lu}'’\-]+)?,?\s\p{Lu}\p{Ll}+(?:[\s\-]\p{Lu}\p{Ll}+)?"
    r"|\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?\s(?:d[eu]\s)?\p{Lu}[\p{Lu}'’\-]+)$"
)
"""`DUPONT Jean`, `Jean DUPONT`."""
NAME_AND_INITIAL: Final = r"^\p{Lu}[\p{L}'’\-]{2,},?\s\p{Lu}\.(?:[\s\-]?\p{Lu}\.)?$"
"""`Dupont J.`, `DUPONT J.-M.`"""
NAMED: Final = (
    r"^(?:\p{L}\.?[._\- ]{1,2}){0,2}(\p{L}{3,}(?:[\-'’ ]\p{L}{2,}){0,2})(?:[._\- ]{1,2}\p{L}\.?){0,2}[._\- ]?\d{0,4}$"
)
"""A word or two, perhaps with initials or a number: `Dupont`, `J. Dupont`, `dupont_j`, `DUPONT-1`."""
NAME_CODE: Final = r"^\p{L}{2,}[._\-]\p{L}{2,}$"
"""`dupont.jean` where a study code is expected."""
INITIALS_AND_DATE: Final = (
    r"(?:^|[._\-])(?:[A-Za-z]{2,}[A-Za-z._\-]*?)"
    r"((?:19|20)\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])(?:$|[^0-9])"
)
INITIALS_AND_FRENCH_DATE: Final = (
    r"(?:^|[._\-])(?:[A-Za-z]{2,}[A-Za-z._\-]*?)"
    r"(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?((?:19|20)\d{2})(?:$|[^0-9])"
)
DATE_AND_INITIALS: Final = r"^((?:19|20)\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])[._\-]?[A-Za-z]{2,}"
FRENCH_DATE_AND_INITIALS: Final = (
    r"^(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?((?:19|20)\d{2})[._\-]?[A-Za-z]{2,}"
)
LETTER_AND_DATE: Final = (
    r"^(?:[A-Za-z][._\-]){0,2}[A-Za-z][._\-]?(?:((?:19|20)\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?((?:19|20)\d{2}))(?:$|[^0-9])"
)
"""`F19510412`, `J.D.12.04.1951`: so short that only dates over several years tell."""
INITIALS_AND_SHORT_DATE: Final = (
    r"^[A-Za-z]{1,20}[._\-]?(?:0[1-9]|[12]\d|3[01])[._\-]?(?:0[1-9]|1[0-2])[._\-]?(\d{2})(?:$|[._\-])"
)
INITIALS_AND_SHORT_ISO: Final = (
    r"^[A-Za-z]{1,20}[._\-]?(\d{2})[._\-]?(?:0[1-9]|1[0-2])[._\-]?(?:0[1-9]|[12]\d|3[01])(?:$|[._\-])"
)
RECORD_CODE: Final = r"(?i)^(?:ipp|nip|nda|iep|mrn)[._\-]{0,2}(?:\d[._\-]?){5,}$"
COMPACT_DATE: Final = r"^((?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
COMPACT_FRENCH_DATE: Final = r"^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])((?:19|20)\d{2})$"
WORDED_DATE: Final = r"^\d{1,2}(?:er)?[ \-]\p{L}{3,9}\.?[ \-]((?:18|19|20)\d{2})$"
SHORT_DATE: Final = r"^\d{1,2}[/.\-]\d{1,2}[/.\-](\d{2})$"
FULL_DATE: Final = (
    r"^(?:((?:18|19|20)\d{2})-\d{1,2}-\d{1,2}|\d{1,2}[/.\-]\d{1,2}[/.\-]((?:18|19|20)\d{2}))"
    r"(?:[ T]0?0[:h]00(?::00)?)?$"
)
LONG_NUMBER: Final = r"^\d{8,12}$"
