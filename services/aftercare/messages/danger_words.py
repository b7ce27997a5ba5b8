"""Words of a reply that cannot wait for anybody to read it. Pure.

A short list, English and Spanish, of what people write about ending their life, harming themselves or an
overdose. Too much rather than too little: a hit calls a person, and a person decides. But a page for "I can't
go on Tuesday" would teach staff to sleep through pages: what makes such words an everyday phrase is named
behind them.
"""

import re
import unicodedata

from shared.contracts.aftercare import ConcernCause

# What follows "I can't go on …" or "I don't want to go on …" when it is about going somewhere.
_TO_A_PLACE = (
    r"(?! (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satu?r?|sun)(?:days?)?\b"
    r"| (?:foot|time|vacation|holiday|line|zoom|\d)\b| (?:the|that|this) (?:day|bus|train|trip|date|call|\d)"
    r"| (?:my|a) (?:day off|bike|trip|date|break|bus|train))"
)
_WITH_SOMEBODY = (
    r"(?! (?:with(?! (?:this|it|myself))|in(?! (?:this|pain|fear))|at|there|near|next|on|by|alone)\b)"
)
_EARLY = r"(?! (?:early|late|so|at|before|that|hung|every|on)\b)"
_ABOUT_TIME = (
    r"(?! (?:times?|shifts?|days?|work|hours?|classes|calls|breaks?|notes|photos|pictures|space|room)\b)"
)
_TIEMPO = r"(?! (?:tiempo|trabajo|cafe|dias|horas|agua|fotos|notas)\b)"
_ES_CON = r"con(?! (?:esto|este dolor|mi vida))|en(?! este mundo)"

_OVERDOSE = (
    r"overdos\w*",
    r"\bod(?:'?ed|'d|'?ing)?\b",
    rf"took (?:way )?too (?:many|much)\b{_ABOUT_TIME}",
    r"took (?:all (?:of )?(?:my|the|his|her)|the (?:whole|entire)|a whole) "
    r"(?:bottle|pills|meds|tablets|medication|medicine)",
    r"sobredosis",
    r"me pase (?:de|con) (?:la |las )?(?:dosis|pastillas)",
    rf"\btom[eo] demasiad[ao]s?\b{_TIEMPO}",
    r"\btom[eo] todas (?:mis|las) (?:pastillas|medicinas)",
)
_SELF_HARM = (
    r"suicid\w*",
    r"\bkms\b",
    r"\bunaliv\w*",
    r"kill(?:ing)? my ?self",
    r"(?:just|please|some(?:one|body)|god) (?:please )?kill me\b",
    r"\bkill me (?:now|please|already)\b",
    r"\bend(?:ing)? (?:my life|it all|it now|everything)",
    r"tak(?:e|ing) my (?:own )?life",
    r"(?:want|wanna|going|gonna|ready|rather|wish i could) (?:to )?(?:die|be dead)\b"
    r"(?! (?:for|of(?! this)|laughing)\b| than (?:drink|use|go back)\b)",
    r"wish i (?:was|were) (?:dead|never born)",
    r"better off (?:dead|without me)",
    rf"(?:don'?t|do not|no longer) (?:want to|wanna) live\b{_WITH_SOMEBODY}",
    r"(?:don'?t|do not|no longer) (?:want to|wanna) (?:be alive|exist)\b",
    rf"(?:don'?t|do not|no longer) (?:want to|wanna) (?:be here|wake up)\b{_EARLY}",
    rf"(?:don'?t|do not|no longer) (?:want to|wanna) go on\b{_TO_A_PLACE}",
    rf"(?:can'?t|cannot) go on\b{_TO_A_PLACE}",
    r"(?:can'?t|cannot) (?:do this any ?more|live like this|take it any ?more)",
    r"no (?:reason|point) (?:to|in) (?:live|living|going on)",
    r"nothing (?:left )?to live for",
    r"(?:hurt|harm)(?:ing)? my ?self\b(?! (?:playing|running|working|lifting|falling|at (?:work|the gym))\b)",
    r"cut(?:ting)? my ?self\b(?! (?:off|some slack|a break|a deal|shaving|cooking|out)\b)",
    r"self[- ]?harm\w*",
    r"(?:hang|hanging|shoot|shooting|drown|drowning) my ?self\b(?! in the foot)",
    r"jump(?:ing)? off (?:the|a|that) (?:bridge|roof|building)",
    r"(?:slit|slitting|cut|cutting) my wrists?",
    r"goodbye (?:forever|world)",
    r"\bmatarme\b(?! (?:trabajando|de (?:la )?risa))",
    r"me (?:voy a|quiero) (?:matar|ahorcar|colgar)\b(?! (?:trabajando|de (?:la )?risa))",
    r"\bahorcarme",
    r"quitarme la vida",
    r"acabar con (?:mi vida|todo)",
    r"(?:quiero|quisiera|prefiero) (?:morir|morirme|estar muert[oa])\b"
    r"(?! de (?:la )?(?:risa|verguenza|hambre))",
    r"mejor (?:estar )?muert[oa]",
    rf"no quiero vivir\b(?! (?:{_ES_CON}|ahi|alli|alla|solo|sola|cerca)\b)",
    r"no quiero estar (?:aqui|viv[oa])\b(?! (?:tan|hasta|a las))",
    rf"no quiero seguir\b(?! \w+[aei]ndo\b| (?:{_ES_CON}|a|el|la|los|las|mi|tu|su)\b)",
    r"no quiero seguir (?:viviendo|sufriendo)",
    r"no quiero despertar(?:me)?\b(?! (?:a|al|temprano|tarde|tan)\b)",
    r"(?:hacerme|me hago|hacer me) dano",
    r"\bcortarme\b(?! (?:el|un|las unas|la barba)\b)",
    r"no puedo mas\b(?! (?:tarde|temprano|pronto|cerca)\b)",
    r"no vale la pena vivir",
)
_CAUSES = {
    ConcernCause.OVERDOSE: re.compile("|".join(_OVERDOSE)),
    ConcernCause.SELF_HARM: re.compile("|".join(_SELF_HARM)),
}
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"))


def danger_in(words: str) -> ConcernCause | None:
    """OVERDOSE, SELF_HARM, or None. Accents, case, line breaks, typographic apostrophes and characters
    nobody sees do not matter."""
    plain = unicodedata.normalize("NFKD", words.translate(_APOSTROPHES).lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    plain = " ".join(plain.split())
    return next((cause for cause, pattern in _CAUSES.items() if pattern.search(plain)), None)
