"""Which letters the browser's fonts have no form of: a name is never drawn as a row of empty boxes. Pure."""

from __future__ import annotations

import re
import unicodedata

MISSING = "〓"  #: printers of old put it where they lacked a letter; the browser's fonts have it

#: Measured over the fonts of `deploy/images/browser`, by every letter and mark of Unicode 14 against what they map.
#: What is left are rare Han beyond the basic plane, old Korean, and scripts that few or none write today.
_RANGES = """
5EF 860-89F 8B5 8BF-8D2 B55 C3C C5D CDD E86 E89 E8C E8E-E93 E98 EA0 EA8-EA9 EAC EBA 1113 1116-111B 111F 1121 1124-1126
1128 112A 1130-1131 1133-1135 1137-113F 1141-1146 1148-114B 114D-1156 115A-1183 1186-1187 1189-1190 1193 1195-119D
119F-11A0 11A2-11A7 11C3-11C6 11C9-11CB 11CD 11CF-11D2 11D4-11D6 11D8 11DA-11DB 11DE 11E0-11E1 11E3-11E5 11E9 11EC-11ED
11EF 11F3 11F5-11F8 11FA-11FF 170D 1715-171F 180F 1AC1-1ACE 1B4C 1CFA 1DFA 2C2F 2C5F 302A-302F 3031-303C 3095-3096 309F
30F7-30FA 30FF 312A-312F 31A0-31FF 4DB6-4DBF 9FC4-9FFF A7C0-A7C1 A7D0-A7F4 A960-A97C D7B0-D7FB FA2E-FAD9 FFA0-FFDC
10570-105BC 10780-107BA 10E80-10EB1 10F70-10FC4 11070-11075 110C2 11147 11700-1183A 11900-119E4 11AB0-11ABF 11EE0-11FB0
12F90-12FF0 16A70-16ABE 16FE0 16FE3-18D08 1AFF0-1B167 1CF00-1D244 1DF00-1DF1E 1E100-1E2AE 1E7E0-1E7FE 20000-3FFFF
"""


def _pattern() -> re.Pattern[str]:
    ends = (each.partition("-")[::2] for each in _RANGES.split())
    return re.compile(
        "[" + "".join(f"{chr(int(first, 16))}-{chr(int(last or first, 16))}" for first, last in ends) + "]"
    )


_LACKING = _pattern()
#: nobody's letters, and those of a Unicode that is newer than ours
_UNKNOWN = ("Cn", "Co", "Cs")


def drawable(text: str) -> str:
    """Return the text as it can be drawn: with 〓 in place of each letter that there is no form of."""
    known = "".join(MISSING if unicodedata.category(sign) in _UNKNOWN else sign for sign in text)
    return _LACKING.sub(MISSING, known)
