"""What identifies a person, as patterns: numbers with their keys, addresses, names, dates of birth."""

from __future__ import annotations

from typing import Final

NIR: Final = (
    r"(?:^|[^0-9A-Za-z]|[G-Zg-z])0?"
    r"([1-478]\s{0,2}\d{2}\s{0,2}(?:0[1-9]|1[0-2]|[2-9]\d)\s{0,2}(?:\d{2}|2[ABab])\s{0,2}\d{3}\s{0,2}\d{3}\s{0,3}(?:[Cc]l[ée]\s?:?\s?)?\d{2})"
    r"[A-Za-z]?(?:$|[^0-9A-Za-z])"
)
"""After a letter that no hexadecimal code holds too: `NIR185…`, `PAT185…`."""
NIR_IN_GROUPS: Final = (
    r"(?:^|[^0-9A-Za-z])0?([12])\s{1,2}(\d{2})\s{1,2}(0?[1-9]|1[0-2])\s{1,2}(\d{1,2}|2[ABab])\s{1,2}(\d{3})\s{1,2}(\d{3})\s{1,3}(\d{1,2})"
    r"(?:$|[^0-9A-Za-z])"
)
"""Some groups without their leading zero."""
NIR_SPELLED: Final = (
    r"(?:^|[^0-9])(?:0[ .\-])?([12](?:[ .\-]{1,2}\d){5}[ .\-]{1,2}[0-9ABab](?:[ .\-]{1,2}\d){8})(?:$|[^0-9])"
)
"""Every digit apart."""
SPELLED: Final = r"(?:\d[ .\-]{1,2}){6}\d"
NIR_DISGUISED: Final = (
    r"^(0?[12]\d{2}(?:0[1-9]|1[0-2])\d{2}\d{6}\d{2}[A-Fa-f]|0[12]\d{2}(?:0[1-9]|1[0-2])\d{2}\d{6}\d{2})$"
)
"""With a zero before it or a letter after, sixteen signs that a digest could be made of."""
NIR_SHORTENED: Final = r"^([12]\d{2}(?:0[1-9]|1[0-2])\d{2}\d{6})(?:[.,](\d{2})|(\d))$"
"""Its key after a point, or a key without its zero."""
NIR_STRICT: Final = r"^[12]\d{2}(?:0[1-9]|1[0-2])"
TOLD_NIR: Final = (
    r"(?:^|[^0-9])[12][ .\-]\d{2}[ .\-](?:0[1-9]|1[0-2])[ .\-](?:\d{2}|2[ABab])[ .\-]\d{3}[ .\-]\d{3}(?:$|[^0-9])"
    r"|(?i)\b(?:nir|ins|nss|s[ée]cu|s[ée]curit[ée] sociale)\b\D{0,12}"
    r"0?[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[ab])\d{6}\d{0,2}(?:$|[^0-9])"
)
"""Without its key, told by its spacing or by the word before it."""
TIMESTAMP: Final = r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$"
STAY: Final = r"dossier|s[ée]jour|venue|passage|admission"
NO_YEAR: Final = r"(?:\d{9}|(?:[03-9]\d|1[0-8]|2[1-9])\d{6})"
"""Eight digits or more; eight are no day, nor a year and a rank."""
RECORD: Final = (
    r"(?i)(?:^|[^\p{L}])(?:ipp|nip|nda|iep|mrn|npp)\s{0,2}(?:n[°ºo]?|num[ée]ro)?[\s:=#._\-]{0,3}\d(?:[\s.\-]?\d){5,}"
    rf"|(?i)\b(?:{STAY})\s{{1,2}}(?:n[°ºo]|num[ée]ro)[\s:=#.]{{0,3}}\d{{6,}}(?:$|[^\d/.\-]|[.\-/](?:$|\D))"
    rf"|(?i)(?:n[°ºo]|num[ée]ro)\s?(?:de |du )?(?:{STAY})[\s:=#.]{{0,3}}\d{{6,}}(?:$|[^\d/.\-]|[.\-/](?:$|\D))"
    rf"|(?i)\b(?:{STAY})\s{{0,2}}:?\s{{0,2}}(?:n[°ºo]|num[ée]ro)[\s:=#.]{{0,3}}\p{{L}}{NO_YEAR}"
    rf"|(?i)(?:n[°ºo]|num[ée]ro)\s?(?:de |du )?(?:{STAY})[\s:=#.]{{0,3}}\p{{L}}{NO_YEAR}"
    rf"|(?i)\bpatient[\s_.\-]?(?:id|ident(?:ifier|ifiant)?)[\"']?\s?[:=]\s?[\"']?\p{{L}}{{0,3}}{NO_YEAR}"
    r"|(?:^|[^\p{L}])PID\|(?:[^|\n]*\|){1,3}[^|\n]*\d{5}"
)
"""The number of a patient's record or stay, told by the words before it, or by the line of a message (HL7) on the patient."""
BARE_RECORD: Final = (
    rf"(?i)\b(?:(?:{STAY})[\s:=#]{{1,3}}\d{{6,}}|(?:patiente?|malade|usager)[\s:=#]{{1,3}}(?:(?:n[°ºo]|num[ée]ro|id)[\s:=#]{{0,3}})?\d{{8,}})"
    r"(?:$|[^\d/.\-]|[.\-/](?:$|\D))"
)
"""A number right after the word: of a record, unless it is a day, or a year and a rank."""
YEARLY: Final = (
    r"^(?:(?:19|20)\d{2}\d{0,3}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2})$"
)
NIR_WITHOUT_KEY: Final = r"^[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[ABab])\d{6}$"
EMAIL: Final = (
    r"(?i)[a-z0-9._%+\-]+(?:\s?(?:@|\(at\)|\[at\]|\(a\)|\[arobase\]|\(arobase\))\s?|\s+arobase\s+)"
    r"[\p{L}0-9\-]+(?:\.[\p{L}0-9\-]+)*\.\p{L}{2}"
    r"|(?i)\p{L}{2,}[._\-]\p{L}{2,}\d{0,4}@\p{L}{2}"
    r"|(?i)\p{L}[\p{L}0-9._\-]+@(?:chu|chru|chr|ch|ghu|gh|aphp|ap-hp|gmail|hotmail|yahoo|outlook|orange|wanadoo|free|sfr|laposte)\b"
)
"""The name of a host begins its last part with letters: `score @ 0.5` is a threshold. A person's name needs no such part."""
A_PAIR_ABOVE: Final = (
    r"(?:[4-9]\d(?:/\d{2}){3}|\d{2}/[4-9]\d(?:/\d{2}){2}|(?:\d{2}/){2}[4-9]\d/\d{2}|(?:\d{2}/){3}[4-9]\d)"
)
"""Between oblique strokes, one pair at least that is no day, month or rank."""
PHONE: Final = (
    r"(?:^|[^\d])(?:(?:\+|00)33\s?(?:\(0\))?[\s.\-]?[1-9])(?:[\s.\-/_]\d{2}){4}(?:$|[^\d])"
    r"|(?:^|[^\d.]|\D\.)0[1-9](?:(?:\s\d{2}){4}|(?:\.\s?\d{2}){4}|(?:\s?-\s?\d{2}){4}|(?:_\d{2}){4})(?:$|[^\d.\-_]|[.\-_](?:$|\D))"
    rf"|(?:^|[^\d/])0[1-9]/{A_PAIR_ABOVE}(?:$|[^\d/])"
    r"|(?:^|[^\d])(?:\+|0{2})33[\s.\-]?(?:\(0\))?[1-9]\d{8}(?:$|[^\d])"
    r"|(?:^|[^\d])\+(?:262|32|352|377|41|44|49|39|34|508|590|594|596|681|687|689|1)(?:[\s.\-]?\d){8,11}(?:$|[^\d])"
    r"|(?:^|[^\d])0[67](?:\d{2}(?:[\s.\-]\d{2}){3}|\d[\s.\-]\d{3}[\s.\-]\d{4}|[\s.\-]\d{3}[\s.\-]\d{3}[\s.\-]\d{2}"
    r"|\d{2}[\s.\-]\d{3}[\s.\-]\d{3})(?:$|[^\d])"
    r"|\p{L}\D*[\s:(]0[67]\d{8}(?:$|[^\d])|(?:^|[\s:(])0[67]\d{8}\s\D*\p{L}"
    r"|(?i)(?:t[ée]l|portable|mobile|phone|joindre|rappeler)\D{0,15}0[1-9]\d{8}(?:$|[^\d])"
)
NUMBER_OF_A_THING: Final = (
    r"(?i)(?:^|[^\p{L}])(?:s[ée]rie|serial|lots?|batch|r[ée]f(?:[ée]rences?|s)?|s/?n|udi|gtin|ean|imei|code[- ]barres?|article)"
    r"[\s:.=#n°ºo]{0,6}\d+(?:[.\-]\d+)*"
)
PLAIN_PHONE: Final = r"^0[1-9]\d{8}$"
MOBILE: Final = r"^0[67]\d{8}$"
OF: Final = r"(?:de la |de l['’]|du |des |de |d['’]|la |le |les )"
ADDRESS: Final = (
    r"(?i:\b\d{1,4}\s*(?:bis|ter|quater)?\s*,?\s+(?:rue|avenue|av\.|boulevard|bd|bld|all[ée]es?|impasse|"
    r"quai|square|lotissement|faubourg|sentier|venelle)\s+)\p{L}"
    rf"|(?i:\b\d{{1,4}}\s*(?:bis|ter|quater)?\s*,?\s+(?:place|route|chemin|r[ée]sidence|villa|cours|passage)\s+{OF}?)\p{{Lu}}\p{{Ll}}{{2,}}"
    rf"|(?i:\b\d{{1,4}}\s*(?:bis|ter|quater)?\s*,?\s+(?:place|route|chemin)\s+{OF}(?:mairie|[ée]glise|gare|march[ée]|r[ée]publique|"
    r"libert[ée]|lib[ée]ration|victoire|poste|[ée]cole|fontaine|halles?|ch[âa]teau|moulin|paix|mar[ée]chal|docteur|pr[ée]sident|\d))"
    r"|(?i:\b\d{1,4}\s*(?:bis|ter|quater)?\s*,?\s+(?:place|route|chemin|r[ée]sidence|villa|cours|passage)\s+)"
    rf"(?i:{OF}?(?:jean|charles|georges|l[ée]on|louis|pierre|paul|victor|[ée]mile|henri|jules|marie|albert|fran[cç]ois|g[ée]n[ée]ral)\s\p{{L}}{{3}})"
    r"|(?i:\b\d{1,4}\s*(?:bis|ter|quater)?\s*,?\s+(?:place|route|chemin|r[ée]sidence|villa|cours|passage)\s)[^;\n]{3,40}\b\d{5}\s+\p{Lu}"
)
"""A few words name roads and other things too: `12 place disponibles`, `1 passage aux urgences`."""
COMPACT_DAY: Final = (
    r"(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)\d{2}|\d{2})"
    r"|(?:19|20)\d{2}/?(?:0[1-9]|1[0-2])/?(?:0[1-9]|[12]\d|3[01]))(?:$|\D)"
)
MONTH: Final = r"(?:janv|f[ée]v|mars|avr|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c)\p{L}{0,6}\.?"
BORN: Final = (
    r"(?i)\b(?:n[ée]{1,2}|n[ée]\(e\)|ddn|date de naissance|naissance|naiss\.?|born|dob)\s*(?:le|on|:|en)?\s*[:=]?\s*"
    r"(?:\d{1,2}[/.\-\s]\d{1,2}[/.\-\s]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)?\s+\p{L}{3,9}\.?\s+\d{4})"
    rf"|(?i)\b(?:n[ée]{{1,2}}\s+le|n[ée]\(e\)\s+le|née?\s|nee\s"
    rf"|(?:ddn|dob|(?:date de )?naissance)(?:\s+le)?\s*[:=]?)\s*{COMPACT_DAY}"
    rf"|(?i)\bn[ée]{{1,2}}(?:\(e\))?\s+(?:en|au mois de?)\s*{MONTH}\s+(?:19|20)\d{{2}}(?:$|\D)"
    rf"|(?i)\bn[ée]{{1,2}}(?:\(e\))?\s+(?:le\s+)?\d{{1,2}}(?:er)?\s+{MONTH}\s+\d{{2}}(?:$|\D)"
    r"|\b(?:DN|D\.N\.)\s*[:=]?\s*\d{1,2}[/.\-\s]\d{1,2}[/.\-\s](?:19\d{2}|200\d)(?:$|\D)"
)
BIRTH_WORDS: Final = r"(?i)ddn|dob|naiss"
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
LONG_NUMBER: Final = r"^\d{8,12}$"
