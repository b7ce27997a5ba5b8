"""A message put into words: subject, e-mail, text. Pure; what it says is decided before (sending.py)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.texts import language_of
from services.aftercare.messages.texts.language import Kind, Language
from shared.contracts.aftercare import InvitationMethod

# Texts that name the crisis lines and STOP themselves, or are for staff.
_COMPLETE = frozenset(
    {
        Purpose.STOPPED,
        Purpose.RESUMED,
        Purpose.HELP,
        Purpose.ANSWERED,
        Purpose.CRISIS,
        Purpose.PAGE_STAFF,
    }
)


@dataclass(frozen=True)
class Said:
    """What a message says. `what` is the meeting's name where the client wants that, else "".

    `first`: nothing has been texted to this client before. `invitation`: which of the INVITATION's texts.
    `instead`: what CHANGED is another meeting in the place of one that is gone.
    """

    zone: str
    language: str
    when: datetime | None = None
    answer_by: datetime | None = None
    fall_back: datetime | None = None
    next_chance: datetime | None = None
    what: str = ""
    link: str = ""
    stop: str = ""
    desk: str = ""
    phone: str = ""
    first: bool = False
    instead: bool = False
    invitation: Kind | None = None


@dataclass(frozen=True)
class Attached:
    """A calendar entry that travels with an e-mail (RFC 6047)."""

    method: InvitationMethod
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """One message ready to leave. Never logged: `repr` shows the id only.

    `id` makes it the same message however often it is handed over: Message-ID, Idempotency-Key.
    """

    id: UUID
    language: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    short: str = field(repr=False)
    stop: str = field(default="", repr=False)
    attached: Attached | None = field(default=None, repr=False)


def write(message_id: UUID, purpose: Purpose, said: Said, attached: Attached | None = None) -> Letter:
    words = language_of(said.language)
    text = words.invitations[said.invitation] if said.invitation else words.texts[purpose]
    if said.instead:
        text = words.instead
    long, short = _values(said, words, short=False), _values(said, words, short=True)
    ends = [words.crisis]
    if said.phone:
        ends.append(words.questions.format(phone=said.phone))
    if said.stop:
        ends.append(words.stop.format(stop=said.stop))
    body = text.body.format(**long)
    if said.next_chance:
        body += "\n\n" + words.next_chance.format(**long)
    if said.fall_back:
        body += "\n\n" + words.fall_back.format(**long)
    return Letter(
        id=message_id,
        language=words.code,
        subject=text.subject.format(**long),
        body=body if purpose is Purpose.PAGE_STAFF else f"{body}\n\n" + "\n".join(ends),
        short=" ".join([text.short.format(**short), *_endings(purpose, said, words)]) if text.short else "",
        stop=said.stop,
        attached=attached,
    )


def _endings(purpose: Purpose, said: Said, words: Language) -> list[str]:
    """The first text of a thread says how to end it; that one and every check-in name the crisis lines."""
    if purpose in _COMPLETE:
        return []
    crisis = [words.crisis_short] if said.first or purpose is Purpose.CHECK_IN else []
    return [words.stop_short, *crisis] if said.first else crisis


def _values(said: Said, words: Language, *, short: bool) -> dict[str, str]:
    def moment(at: datetime | None) -> str:
        if at is None:
            return words.see_page
        here = at.astimezone(ZoneInfo(said.zone))
        return words.names.short(here) if short else words.names.long(here)

    return {
        "when": moment(said.when),
        "answer_by": moment(said.answer_by),
        "fall_back": moment(said.fall_back),
        "next_chance": moment(said.next_chance),
        "what": said.what or words.group,
        "link": said.link,
        "phone": said.phone,
        "desk": said.desk,
    }
