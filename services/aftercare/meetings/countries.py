"""The time zone of a country or province with only one, from the tables that come with tzdata. Pure.

A town that a zone is named after has that zone: Vancouver, Sydney, São Paulo. What lies in several zones and
names no such town stays unknown: an hour wrong is worse than not offered.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib import resources

US = "US"
ELSEWHERE = "?"  # abroad, but we cannot tell where

_ALSO_CALLED = {
    "usa": US, "u.s.": US, "u.s.a.": US, "united states of america": US, "estados unidos": US,
    "uk": "GB", "u.k.": "GB", "gbr": "GB", "united kingdom": "GB", "great britain": "GB", "britain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "republic of ireland": "IE", "eire": "IE", "irl": "IE", "can": "CA", "aus": "AU", "nzl": "NZ",
    "deutschland": "DE", "osterreich": "AT", "schweiz": "CH", "suisse": "CH", "espana": "ES", "italia": "IT",
    "belgique": "BE", "belgie": "BE", "nederland": "NL", "the netherlands": "NL", "holland": "NL",
    "czechia": "CZ", "turkiye": "TR", "south korea": "KR", "korea": "KR", "brasil": "BR", "u.a.e.": "AE",
    "uae": "AE", "hong kong": "HK", "the bahamas": "BS", "polska": "PL", "sverige": "SE", "norge": "NO",
    "danmark": "DK", "suomi": "FI",
}  # fmt: skip
# Two zones on the map: Büsingen keeps Berlin's time, and the Chatham Islands name themselves.
_MAINLY = {"DE": "Europe/Berlin", "NZ": "Pacific/Auckland"}
_NOT_MAINLY = {"chatham", "chatham islands"}

_PROVINCES = {
    "CA": {
        "AB": ("alberta", "America/Edmonton"), "BC": ("british columbia", ""),
        "MB": ("manitoba", "America/Winnipeg"), "NB": ("new brunswick", "America/Moncton"),
        "NL": ("newfoundland and labrador", ""), "NS": ("nova scotia", "America/Halifax"),
        "NT": ("northwest territories", ""), "NU": ("nunavut", ""), "ON": ("ontario", ""),
        "PE": ("prince edward island", "America/Halifax"), "QC": ("quebec", ""),
        "SK": ("saskatchewan", "America/Regina"), "YT": ("yukon", "America/Whitehorse"),
    },
    "AU": {
        "ACT": ("australian capital territory", "Australia/Sydney"),
        "NSW": ("new south wales", "Australia/Sydney"), "NT": ("northern territory", "Australia/Darwin"),
        "QLD": ("queensland", "Australia/Brisbane"), "SA": ("south australia", "Australia/Adelaide"),
        "TAS": ("tasmania", "Australia/Hobart"), "VIC": ("victoria", "Australia/Melbourne"),
        "WA": ("western australia", "Australia/Perth"),
    },
}  # fmt: skip
_NAMES = {name: (country, code) for country, all_ in _PROVINCES.items() for code, (name, _) in all_.items()}
# These codes alone, without their country, are nobody else's.
_TELLING = dict.fromkeys(("AB", "BC", "MB", "NB", "NS", "ON", "QC"), "CA") | {"NSW": "AU", "QLD": "AU"}
_NEIGHBOURS = {"lloydminster", "creighton", "broken hill"}  # keep the clock of the next province
_CANADIAN = re.compile(r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z])[ -]?\d[A-Z]\d\b", re.IGNORECASE)
# By the first letters of a Canadian postal code; the lists leave out whatever crosses a zone.
_BY_POST = (
    (re.compile("[BC]"), "America/Halifax"), (re.compile("E"), "America/Moncton"),
    (re.compile("[HJKLMN]"), "America/Toronto"), (re.compile("R"), "America/Winnipeg"),
    (re.compile("S(?!9V|0P)"), "America/Regina"), (re.compile("T"), "America/Edmonton"),
    (re.compile("V[2-9]"), "America/Vancouver"),
)  # fmt: skip


def plain(words: str) -> str:
    """Lower case, without accents and apostrophes."""
    letters = unicodedata.normalize("NFD", words.strip().lower())
    return "".join(one for one in letters if not unicodedata.combining(one) and one not in "'\u2019")


def country_of(name: str) -> str:
    """ISO 3166's two letters for a country's name or code; "" for what is none."""
    key = plain(name)
    return _ALSO_CALLED.get(key) or _countries().get(key) or _ALSO_CALLED.get(key.rstrip(".")) or ""


def province_of(words: str, country: str) -> tuple[str, str]:
    """(country, code) of "Alberta", "AB T6E 4E8" or "Sydney NSW 2000"; ("", "") when it names none."""
    words = re.sub(r"\b\d{4}\b", "", _CANADIAN.sub("", words)).strip(" .,")
    if (found := _NAMES.get(plain(words))) and country in ("", found[0]):
        return found
    last = words.split()[-1] if words else ""
    if country in _PROVINCES and last.upper() in _PROVINCES[country]:
        return country, last.upper()
    return (_TELLING[last], last) if not country and last in _TELLING else ("", "")


def has_canadian_code(*texts: str) -> bool:
    return any(map(_CANADIAN.search, texts))


def named_after(country: str, *towns: str) -> str | None:
    """The zone of this country that is named after one of these towns."""
    names = (plain(town).replace("st. ", "st ") for town in towns)
    return next(filter(None, (_towns().get((country, name)) for name in names)), None)


def zone_abroad(country: str, province: str, towns: tuple[str, ...], postal_code: str) -> str | None:
    if found := named_after(country, *towns):
        return found
    if any(plain(town) in _NEIGHBOURS | _NOT_MAINLY for town in towns):
        return None
    if country == "CA" and (code := _CANADIAN.search(postal_code)):
        area = code[1].upper()
        if zone := next((zone for start, zone in _BY_POST if start.match(area)), None):
            return zone
    if province:
        return _PROVINCES[country][province][1] or None
    zones = _zones().get(country, [])
    return zones[0] if len(zones) == 1 else _MAINLY.get(country)


def _table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in tzdata(name).splitlines() if line and not line.startswith("#")]


@cache
def _countries() -> dict[str, str]:
    found = {plain(name): code for code, name in _table("iso3166.tab")}
    return found | {code.lower(): code for code, _ in _table("iso3166.tab")}


@cache
def _zones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, _, zone, *_ in _table("zone.tab"):
        found[code].append(zone)
    return found


@cache
def _towns() -> dict[tuple[str, str], str]:
    """Also the towns of zones that are one with another today: Montreal's is Toronto's."""
    country = {zone: code for code, zones in _zones().items() for zone in zones}
    links = (line.split(" ") for line in tzdata("tzdata.zi").splitlines() if line.startswith("L "))
    named = [(old, zone) for _, zone, old in links if zone in country and _region(old) == _region(zone)]
    return {
        (country[zone], name.rsplit("/", 1)[-1].replace("_", " ").lower()): zone
        for name, zone in [*named, *((zone, zone) for zone in country)]
        if "/" in name
    }


def _region(zone: str) -> str:
    return zone.split("/")[0]


def tzdata(name: str) -> str:
    return resources.files("tzdata.zoneinfo").joinpath(name).read_text("utf-8")
