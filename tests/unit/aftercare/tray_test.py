"""What the demonstration's tray keeps of a letter: never the address, which is not ours to keep."""

from icalendar import Calendar, Event, vCalAddress

from services.aftercare.messages.channels.tray import kept
from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.texts.language import Kind
from services.aftercare.messages.writing import Attached, Said, write
from shared.contracts.aftercare import InvitationMethod
from shared.contracts.fact import new_id

ADDRESS = "rowan.of.a.very.long.name.that.no.line.holds@a.house.with.a.long.name.too.example.org"


def test_an_invitation_is_kept_without_its_attendee_however_the_line_was_folded() -> None:
    event = Event()
    event.add("uid", "1")
    attendee = vCalAddress(f"mailto:{ADDRESS}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    event.add("attendee", attendee, encode=False)
    event.add("summary", "Group")
    calendar = Calendar()
    calendar.add_component(event)
    content = calendar.to_ical()
    assert ADDRESS.encode() not in content  # folded in the middle of it
    said = Said(zone="America/Los_Angeles", language="en", invitation=Kind.SERIES)
    letter = write(new_id(), Purpose.INVITATION, said, Attached(InvitationMethod.REQUEST, content))
    shown = kept("email", letter)["calendar"]
    (left,) = Calendar.from_ical(shown).walk("VEVENT")
    assert (left["summary"], "attendee" in left) == ("Group", False)
    assert "rowan" not in shown
    assert "example.org" not in shown
