"""What a language needs to write every message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.aftercare.messages.purposes import Purpose


class Kind(StrEnum):
    """What an invitation by e-mail is about."""

    SERIES = "series"
    SERIES_ENDS = "series_ends"
    DATE = "date"
    DATE_OFF = "date_off"


@dataclass(frozen=True)
class Text:
    """One message. Placeholders: {when} {was} {what} {link} {answer_by} {phone} {desk}.

    `short` is the text message: characters of GSM 03.38 only, so that 160 of them fit in one part. Empty
    for what goes by e-mail alone.
    """

    subject: str
    body: str
    short: str = ""


@dataclass(frozen=True)
class Names:
    """Days from Monday and months from January, long and short."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    short_days: tuple[str, ...]
    short_months: tuple[str, ...]
    long_form: str  # of {day} {number} {month} {clock}
    short_form: str
    half_days: bool  # 6:00 pm rather than 18:00

    def long(self, moment: datetime) -> str:
        return self._fill(self.long_form, moment, self.days, self.months)

    def short(self, moment: datetime) -> str:
        return self._fill(self.short_form, moment, self.short_days, self.short_months)

    def _fill(self, form: str, moment: datetime, days: tuple[str, ...], months: tuple[str, ...]) -> str:
        half = "am" if moment.hour < 12 else "pm"
        clock = f"{moment.hour % 12 or 12}:{moment:%M} {half}" if self.half_days else f"{moment:%H:%M}"
        return form.format(
            day=days[moment.weekday()], number=moment.day, month=months[moment.month - 1], clock=clock
        )


@dataclass(frozen=True)
class Language:
    code: str
    texts: Mapping[Purpose, Text]
    invitations: Mapping[Kind, Text]
    instead: Text  # a CHANGED that is another meeting
    names: Names
    group: str  # a meeting, in neutral words
    see_page: str  # instead of a time nobody knows
    crisis: str  # at the end of every e-mail
    crisis_short: str  # at the end of the first text, and of every check-in
    stop_short: str  # how to end texts, in the first one
    questions: str  # {phone}
    next_chance: str  # {next_chance}: after a date that was not held
    fall_back: str  # {fall_back}: under an e-mail about a doubtful date
    stop: str  # {stop}: at the end of every e-mail
