"""Words of a reply that cannot wait for anybody to read it. Pure.

A short list, English and Spanish, of what people write about ending their life, harming themselves or an
overdose. Too much rather than too little: a hit calls a person, and a person decides.
"""

import re
import unicodedata

from shared.contracts.aftercare import ConcernCause

_OVERDOSE = (
    r"overdos\w*",
    r"\bod(?:'?ed|'d|'?ing)?\b",
    r"took (?:way )?too (?:many|much)\b(?! time)",
    r"sobredosis",
    r"tom[eo] demasiad[ao]s?",
)
_SELF_HARM = (
    r"suicid\w*",
    r"\bkms\b",
    r"kill(?:ing)? (?:my ?self|me)\b",
    r"\bend(?:ing)? (?:my life|it all|it now|everything)",
    r"tak(?:e|ing) my (?:own )?life",
    r"(?:want|wanna|going|gonna|ready|rather|wish i could) (?:to )?(?:die|be dead)\b",
    r"wish i (?:was|were) (?:dead|never born)",
    r"better off (?:dead|without me)",
    r"(?:don'?t|do not|dont) (?:want to|wanna) (?:live|be here|be alive|wake up|exist|go on)",
    r"(?:can'?t|cannot|cant) (?:go on|do this any ?more|live like this|take it any ?more)",
    r"no (?:reason|point) (?:to|in) (?:live|living|going on)",
    r"(?:hurt|harm|cut)(?:ting|ing)? my ?self",
    r"self[- ]?harm\w*",
    r"goodbye (?:forever|world)",
    r"matarme",
    r"me (?:voy a|quiero) matar",
    r"quitarme la vida",
    r"acabar con (?:mi vida|todo)",
    r"(?:quiero|quisiera|prefiero) (?:morir|morirme|estar muert[oa])",
    r"(?:no|ya no) quiero (?:vivir|seguir|despertar)",
    r"(?:hacerme|me hago|hacer me) dano",
    r"cortarme",
    r"no puedo mas",
    r"no vale la pena vivir",
)
_CAUSES = {
    ConcernCause.OVERDOSE: re.compile("|".join(_OVERDOSE)),
    ConcernCause.SELF_HARM: re.compile("|".join(_SELF_HARM)),
}


def danger_in(words: str) -> ConcernCause | None:
    """OVERDOSE, SELF_HARM, or None. Accents, case, line breaks and typographic apostrophes do not matter."""
    plain = unicodedata.normalize("NFKD", words.replace("\u2019", "'").lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = " ".join(plain.split())
    return next((cause for cause, pattern in _CAUSES.items() if pattern.search(plain)), None)
