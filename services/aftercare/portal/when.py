"""Days and times on the client's clock, as people say them in either language. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.aftercare.meetings.normal_form import Frequency, Recurrence
from services.aftercare.portal.wording import WORDS
from services.aftercare.smart.days import time_in_words


def day_words(day: date, today: date, language: str) -> str:
    """ "Today", "Tomorrow", "Yesterday", else "Wednesday, November 25" or "Miércoles 25 de noviembre"."""
    words = WORDS[language]["when"]
    near = words["near"].get(str((day - today).days))
    weekday, month = words["weekdays"][day.isoweekday() % 7], words["months"][day.month - 1]
    return near or _begun(words["day"].format(weekday=weekday, month=month, number=day.day))


def moment_words(at: datetime, zone: str, now: datetime, language: str) -> str:
    """ "Tomorrow, 6:00 pm" on the clock of `zone`."""
    here, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{day_words(here.date(), today, language)}, {time_in_words(here, language)}"


def there_words(at: datetime, zone: str, own: str, language: str) -> str:
    """The meeting's own time and place name when its clock differs from the client's at that moment."""
    here, there = at.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(own))
    if here.utcoffset() == there.utcoffset():
        return ""
    words = WORDS[language]["when"]
    weekday = words["weekdays"][there.isoweekday() % 7]
    return _begun(
        words["there"].format(weekday=weekday, time=time_in_words(there, language), place=place_of(own))
    )


def place_of(zone: str) -> str:
    """ "America/Los_Angeles" -> "Los Angeles": people know places, not offsets."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def rhythm_words(rule: Recurrence | None, language: str) -> str:
    """How often, on the meeting's own calendar: "Tuesdays", "every other Tuesday", "1st and last Tuesday"."""
    words = WORDS[language]["when"]
    if rule is None:
        return ""
    day = words["weekdays"][rule.byday]
    if rule.freq is Frequency.MONTHLY:
        ordinals = words["and"].join(words["ordinals"][str(position)] for position in rule.setpos)
        return str(words["monthly"].format(ordinals=ordinals, weekday=day))
    weekly = words["weekly"] if rule.interval == 1 else words["every_other"]
    return str(weekly.format(weekday=day, weekdays=words["plural_weekdays"][rule.byday]))


def _begun(text: str) -> str:
    """With a capital, as a line begins; Spanish weekdays have none of their own."""
    return text[:1].upper() + text[1:]
