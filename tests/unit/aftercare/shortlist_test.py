"""What is shown to choose from; and somebody who must attend always sees a secular meeting that fits."""

from dataclasses import replace

import pytest

from services.aftercare.matching.report import report_of
from services.aftercare.matching.sets import match
from services.aftercare.matching.shortlist import secular_choice, shortlist
from services.aftercare.matching.wishes import Client, Pathway
from services.aftercare.meetings.normal_form import Listing, Programme

from .worked_example import LA, MEETINGS, A, listing

AA_ALL_WEEK = [
    listing(30 + day, "AA", f"{name} 18:30", LA, 60, (34.0760, -118.3540), 800)
    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri"))
]
MUST = replace(A, mandated=True, pathway=Pathway.TWELVE_FIRST)


def secular_aa(number: int, slot: str) -> Listing:
    one = listing(number, "AA", slot, LA, 60, (34.0522, -118.2437), 40)
    return replace(one, meeting=replace(one.meeting, types=("A", "O")))


def test_five_are_shown_the_chosen_ones_first() -> None:
    found = match(A, MEETINGS)
    shown = [one.id for one in shortlist(A, found)]
    assert shown[:3] == [one.id for one in found.chosen]
    assert sorted(shown) == ["M01", "M03", "M05", "M09", "M10"]


def test_each_meeting_shown_says_what_speaks_for_it() -> None:
    report = report_of(A, match(A, MEETINGS))
    saturday = next(one for one in report["shortlist"] if one["meeting_id"] == "M03")
    assert saturday["why"] == ["first_way", "near", "audience", "language", "steady", "pathway", "soon"]
    assert (saturday["chosen"], saturday["secular"], saturday["score"]) == (True, True, 86)


def test_a_mandated_client_on_twelve_steps_first_is_shown_a_secular_meeting() -> None:
    listings = [*AA_ALL_WEEK, *MEETINGS]
    relaxed, must = (match(one, listings) for one in (replace(MUST, mandated=False), MUST))
    assert [one.id for one in must.chosen] == [one.id for one in relaxed.chosen]  # the choice is the same
    shown = shortlist(MUST, must)
    assert len(shown) == 5
    assert [one.id for one in shown if one.is_smart] == ["M03"]
    assert not any(one.is_smart for one in shortlist(replace(MUST, mandated=False), relaxed))
    assert report_of(MUST, must)["secular"] == {"meeting_id": "M03"}


def test_a_secular_meeting_of_another_fellowship_will_do() -> None:
    listings = [*AA_ALL_WEEK, secular_aa(50, "Sat 12:00")]
    choice = secular_choice(MUST, match(MUST, listings))
    assert choice is not None
    assert choice.shown is not None
    assert choice.shown.id == "M50"
    assert choice.shown.meeting.listing.meeting.programme is Programme.AA


@pytest.mark.parametrize("pathway", list(Pathway))
def test_whatever_the_pathway_a_mandated_client_sees_a_secular_meeting(pathway: Pathway) -> None:
    client = replace(MUST, pathway=pathway)
    choice = secular_choice(client, match(client, [*AA_ALL_WEEK, *MEETINGS]))
    assert choice is not None
    assert choice.shown is not None


def test_when_no_secular_meeting_fits_that_is_said_with_the_nearest_and_its_reason() -> None:
    at_noon = listing(60, "S", "Mon 12:00", LA, 60, (34.0522, -118.2437), 40)
    report = report_of(MUST, match(MUST, [*AA_ALL_WEEK, at_noon]))
    assert report["secular"] == {
        "meeting_id": None,
        "words": "No secular meeting fits. The nearest is Meeting 60: At no time the client is free.",
    }


def test_when_no_secular_meeting_is_listed_at_all_that_is_said() -> None:
    report = report_of(MUST, match(MUST, AA_ALL_WEEK))
    assert report["secular"] == {"meeting_id": None, "words": "No secular meeting is listed."}


@pytest.mark.parametrize("client", [A, replace(A, pathway=Pathway.TWELVE_FIRST)])
def test_nothing_of_it_is_shown_to_somebody_who_comes_freely(client: Client) -> None:
    assert report_of(client, match(client, MEETINGS))["secular"] is None
