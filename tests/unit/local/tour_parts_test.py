"""What the tour sends is what a browser and an EHR would send."""

from datetime import UTC, date, datetime

import hl7
import pytest

from shared.local.ehr import discharge_message
from shared.local.front_desk import Unexpected
from shared.local.html_form import read_form
from shared.local.people import MARISOL, PEOPLE
from shared.local.tour import StepFailed, step

PAGE = """
<form method="get" action="/search"><input name="q"></form>
<form method="post" action="/en/help">
  <input type="hidden" name="token" value="abc">
  <input name="first_name"><textarea name="note"></textarea>
  <input type="checkbox" name="consents" value="contact" checked>
  <input type="checkbox" name="consents" value="insurer">
  <input type="radio" name="danger" value="no">
</form>
<input name="outside">
"""


def test_a_form_is_read_as_a_browser_reads_it() -> None:
    form = read_form(PAGE)
    assert form is not None
    assert form.action == "/en/help"
    assert form.values == {"token": ["abc"], "first_name": [""], "note": [""], "consents": ["contact"]}
    assert form.names == {"token", "first_name", "note", "consents", "danger"}


def test_a_page_without_a_posted_form_has_none() -> None:
    assert read_form("<p>Closed</p>") is None


def test_the_discharge_message_says_who_left_when_and_where_to() -> None:
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    message = hl7.parse(discharge_message("HBR-1", "Marisol", "Okafor", date(1988, 4, 12), at).decode())
    assert str(message["MSH.F9.R1.C2"]) == "A03"
    assert str(message["PID.F3.R1.C1"]) == "HBR-1"
    assert str(message["PID.F7"]) == "19880412"
    assert str(message["PV1.F36"]) == "01"
    assert str(message["PV1.F45"]) == "20260302093000+0000"


def test_a_step_that_fails_says_what_was_expected_and_seen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StepFailed), step("the door opens"):
        raise Unexpected("an open door", "a wall")
    assert "expected an open door, saw a wall" in capsys.readouterr().out


def test_everybody_in_the_demo_is_reachable_at_a_number_nobody_has() -> None:
    assert MARISOL in PEOPLE
    assert all(person.phone.startswith("(555) 555-01") for person in PEOPLE)
    assert len({person.phone for person in PEOPLE}) == len(PEOPLE)
