"""Every text in every language, by every channel: silent about its subject, short enough, never without the
crisis lines where they belong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.aftercare.calendar.entry import SUMMARIES, Entry, SingleDate
from services.aftercare.calendar.series import (
    Parties,
    calendar_of,
    invitation_of,
)
from services.aftercare.messages.channels.smtp import mail
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.texts import LANGUAGES
from services.aftercare.messages.texts.language import Kind
from services.aftercare.messages.texts.loud_words import loud_part_of, loud_word_in
from services.aftercare.messages.writing import Attached, Letter, Said, write
from shared.contracts.aftercare import InvitationMethod

from .worked_example import MEETINGS

ID = UUID("0192f000-0000-7000-8000-000000000001")
BASE = "https://week.example.org"
SAID = Said(
    zone="America/Los_Angeles",
    language="en",
    when=datetime(2026, 10, 28, 2, tzinfo=UTC),  # Tuesday evening, the longest day name is Wednesday's
    answer_by=datetime(2026, 10, 28, 16, tzinfo=UTC),
    link=f"{BASE}/my/enter/bcdfghjkmnpqrstvwxz23456789",
    stop=f"{BASE}/stop/{'0' * 64}",
    desk="https://desk.example.org",
    phone="(555) 010-0199",
)
SENDER = "Harbour Bridge <hello@week.example.org>"
# Letters of GSM 03.38's basic set; one other letter and a text holds 70 characters instead of 160.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
LETTERS = [
    pytest.param(
        write(ID, purpose, replace(SAID, language=language, first=first)), id=f"{purpose}-{language}-{first}"
    )
    for language in LANGUAGES
    for purpose in Purpose
    if purpose is not Purpose.INVITATION
    for first in (False, True)
] + [
    pytest.param(
        write(ID, Purpose.CHANGED, replace(SAID, language=language, instead=True, first=first)),
        id=f"instead-{language}-{first}",
    )
    for language in LANGUAGES
    for first in (False, True)
]
INVITATIONS = [
    write(ID, Purpose.INVITATION, replace(SAID, language=language, invitation=kind))
    for language in LANGUAGES
    for kind in Kind
]


@pytest.mark.parametrize("letter", LETTERS)
def test_a_message_never_tells_what_somebody_is_being_helped_with(letter: Letter) -> None:
    for text in (letter.subject, letter.body, letter.short):
        assert loud_word_in(text) is None
    assert loud_word_in(mail(SENDER, "rowan@example.org", letter).as_string()) is None


def test_a_calendar_message_never_does_either() -> None:
    for letter in INVITATIONS:
        assert loud_word_in(letter.subject) is None
        assert loud_word_in(letter.body) is None


@pytest.mark.parametrize("summary", SUMMARIES.values())
def test_no_calendar_of_any_meeting_ever_does(summary: str) -> None:
    first = datetime(2026, 10, 24, 3, tzinfo=UTC)
    for listing in MEETINGS:
        entry = Entry(ID, listing.meeting, 1, first, first, date(2027, 10, 22), summary=summary)
        one = SingleDate(first, first, first + timedelta(hours=1), unconfirmed=True)
        entry = replace(entry, dates=(one,))
        parties = Parties("hello@week.example.org", "rowan@example.org")
        files = [calendar_of([entry], f"{BASE}/my", "hello@week.example.org")]
        for method in (InvitationMethod.REQUEST, InvitationMethod.CANCEL):
            for about in (None, first):
                files.append(invitation_of(entry, method, parties, f"{BASE}/my", first, about))
        for content in files:
            unfolded = content.decode().replace("\r\n ", "")
            assert loud_word_in(unfolded) is None
            assert listing.meeting.name not in unfolded


def test_the_word_list_knows_such_words_when_it_sees_them() -> None:
    for loud in (
        "SMART Recovery", "an AA meeting", "NA tonight", "rehab", "your addiction", "stay sober",
        "su adicción",
        "recuperación", "clínica", "12-step", "treatment plan", "Alcohólicos", "drogas", "sobriedad",
    ):  # fmt: skip
        assert loud_word_in(loud), loud
    for neutral in ("a smarter week", "banana", "Nathan", "su grupo", "your group", "mañana", "Aaron"):
        assert loud_word_in(neutral) is None, neutral
    for sender in ("hello@harbourbridgerecovery.org", "SMART <a@b.org>", "https://aa.example.org/"):
        assert loud_part_of(sender), sender
    assert loud_part_of("Harbour Bridge <hello@harbourbridge.example.org>") is None


def test_the_meetings_name_shows_only_for_somebody_who_wants_it() -> None:
    asked = replace(SAID, what="4-Point Recovery, Tuesday")
    assert "4-Point Recovery" in write(ID, Purpose.REMINDER_DAY, asked).short
    assert "4-Point Recovery" in write(ID, Purpose.REMINDER_DAY, asked).body


@pytest.mark.parametrize("letter", LETTERS)
def test_a_text_fits_in_one_part_unless_it_is_the_first_of_all(letter: Letter) -> None:
    assert set(letter.short) <= GSM, set(letter.short) - GSM
    assert letter.short
    assert len(letter.short) <= 306  # two parts of 153


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.INVITATION])
def test_a_later_text_is_one_part(purpose: Purpose, language: str) -> None:
    short = write(ID, purpose, replace(SAID, language=language)).short
    assert len(short) <= 160, (len(short), short)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_somebody_gets_first_are_one_part_too(language: str) -> None:
    for purpose in (Purpose.WELCOME, Purpose.SUGGESTIONS, Purpose.CHECK_IN, Purpose.NEW_LINK):
        short = write(ID, purpose, replace(SAID, language=language, first=True)).short
        assert len(short) <= 160, (len(short), short)


def test_every_e_mail_names_the_crisis_lines_and_how_to_end_them() -> None:
    for letter in (*(one.values[0] for one in LETTERS), *INVITATIONS):
        assert isinstance(letter, Letter)
        if letter.subject.startswith(("Somebody needs", "Alguien le necesita")):
            continue
        assert "988" in letter.body
        assert "911" in letter.body
        assert SAID.stop in letter.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_text_and_every_check_in_name_the_crisis_lines(language: str) -> None:
    for purpose, first in ((Purpose.WELCOME, True), (Purpose.CHECK_IN, False), (Purpose.CRISIS, False)):
        short = write(ID, purpose, replace(SAID, language=language, first=first)).short
        assert "988" in short
        assert "911" in short
    stop = "STOP" if language == "en" else "ALTO"
    assert stop in write(ID, Purpose.REMINDER_DAY, replace(SAID, language=language, first=True)).short


def test_the_time_is_the_clients_in_the_clients_words() -> None:
    english = write(ID, Purpose.REMINDER_DAY, SAID)
    assert "Tuesday 27 October, 7:00 pm" in english.body
    assert "Tue 27 Oct 7:00 pm" in english.short
    spanish = write(ID, Purpose.REMINDER_DAY, replace(SAID, language="es", zone="America/New_York"))
    assert "martes 27 de octubre, 22:00" in spanish.body
    assert "mar 27 oct 22:00" in spanish.short


def test_a_letter_never_shows_its_words_where_it_is_printed() -> None:
    letter = write(ID, Purpose.WELCOME, SAID, Attached(InvitationMethod.REQUEST, b"BEGIN:VCALENDAR"))
    assert "week" not in repr(letter)
    assert "VCALENDAR" not in repr(letter)


def test_an_e_mail_is_marked_as_sent_by_a_machine_and_can_be_ended_by_one_click() -> None:
    message = mail(SENDER, "rowan@example.org", write(ID, Purpose.WELCOME, SAID))
    assert message["Message-ID"] == f"<{ID}@week.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<{SAID.stop}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "text/plain"


def test_an_invitation_travels_beside_its_words_with_its_method_in_the_type() -> None:
    attached = Attached(InvitationMethod.CANCEL, b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n")
    letter = write(ID, Purpose.INVITATION, replace(SAID, invitation=Kind.SERIES_ENDS), attached)
    message = mail(SENDER, "rowan@example.org", letter)
    assert message.get_content_type() == "multipart/alternative"
    words, calendar = message.iter_parts()
    assert words.get_content_type() == "text/plain"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "CANCEL"
    assert calendar.get_payload(decode=True) == attached.content


@pytest.mark.parametrize(
    ("language", "gone", "new"), [("en", "no longer there", "A new one"), ("es", "Ya no", "nuevo")]
)
def test_a_meeting_in_the_place_of_one_that_is_gone_is_not_called_a_new_time(
    language: str, gone: str, new: str
) -> None:
    letter = write(ID, Purpose.CHANGED, replace(SAID, language=language, instead=True))
    for text in (letter.body, letter.short):
        assert gone.lower() in text.lower()
        assert new.lower() in text.lower()
    assert letter.body != write(ID, Purpose.CHANGED, replace(SAID, language=language)).body
