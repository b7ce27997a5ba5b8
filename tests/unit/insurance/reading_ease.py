"""How hard a text is to read: Flesch-Kincaid grade for English, Fernández Huerta and INFLESZ for Spanish.

Syllables are counted by rule, without a dictionary, which is exact for Spanish and near enough for English.
Figures and addresses of web pages are no words.
"""

import re

from services.insurance.words.plain_words import Language

STRONG, WEAK = "aeoáéíóú", "iuüy"
VOWELS = STRONG + WEAK
# Words of client texts in which neighbouring vowels are two syllables, or an "e" within is silent.
ENGLISH = {"medicaid": 3, "medical": 3, "being": 2, "ideas": 3, "sometime": 2, "anew": 2, "themselves": 2}


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text: the school year in which it is understood."""
    words, sentences = _words(text), _sentences(text)
    syllables = sum(map(_english, words))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def fernandez_huerta(text: str) -> float:
    """0 to 100, the higher the easier: 60 is understood in the eighth school year, 70 in the sixth."""
    words, sentences = _words(text), _sentences(text)
    return 206.84 - 60 * sum(map(spanish, words)) / len(words) - 1.02 * len(words) / sentences


def inflesz(text: str) -> float:
    """Szigriszt-Pazos on the INFLESZ scale: 55 and more is normal, 65 and more fairly easy."""
    words, sentences = _words(text), _sentences(text)
    return 206.835 - 62.3 * sum(map(spanish, words)) / len(words) - len(words) / sentences


def is_easy(text: str, language: Language) -> bool:
    """Whether an eighth-grade reader understands it."""
    if language is Language.ENGLISH:
        return grade(text) <= 8
    return fernandez_huerta(text) >= 60 and inflesz(text) >= 55


def _words(text: str) -> list[str]:
    plain = re.sub(r"www\.\S+|\$?\d[\d,.:-]*%?", " ", text.lower())
    return re.findall(r"[a-záéíóúüñ']+", plain)


def _sentences(text: str) -> int:
    """Lines end sentences; the point within a figure does not."""
    return max(len([part for part in re.split(r"[.?!:](?=\s|$)|\n", text) if re.search(r"[a-z]", part)]), 1)


def _english(word: str) -> int:
    word = word.replace("'s", "").replace("'", "")
    if word in ENGLISH:
        return ENGLISH[word]
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyszcxg]es$", word) or re.search(
        r"[aeiouy]le$", word
    )
    return max(groups - bool(silent and groups > 1), 1)


def spanish(word: str) -> int:
    """The syllables of a Spanish word: one for each strong vowel, or each group of weak ones alone."""
    word = re.sub(r"([gq])u([eiéí])", r"\1\2", word)
    word = re.sub(r"y(?=[aeiouáéíóú])", "j", word)
    count = 0
    for group in re.findall(f"[{VOWELS}]+", word):
        count += max(sum(vowel in STRONG for vowel in group), 1)
    return max(count, 1)
