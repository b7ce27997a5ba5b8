"""Any history of one meeting, day by day: the counting and a look at the whole row of days agree."""

import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.meetings.normal_form import ListingState
from services.aftercare.meetings.sighting import Known, Sighted, look
from shared.contracts.fact import new_id

from .invented_meetings import TODAY

# One letter a day: seen, missing, refused or not looked at.
HISTORIES = st.text(alphabet="10r", max_size=60)


def follow(days: str, looks: int) -> tuple[Known, list[str]]:
    """The meeting after these days with so many looks on each, and what those who go there were told."""
    known = Known(new_id(), ListingState.ACTIVE, listed=True, unseen=0, last_seen=TODAY)
    told: list[str] = []
    for number, day in enumerate(days, start=1):
        today = TODAY + timedelta(days=number)
        for look_of_day in range(looks if day != "r" else 0):
            present = [Sighted(known, ListingState.ACTIVE, False)] if day == "1" else []
            absent = [known] if day == "0" else []
            outcome = look(present, absent, today, first_of_day=look_of_day == 0)
            told += [name for name, ids in vars(outcome.changes).items() if ids]
            if outcome.seen:
                known = replace(known, listed=True, unseen=0, last_seen=today)
            if outcome.gone:
                known = replace(known, listed=False)
            if outcome.counted:
                known = replace(known, unseen=known.unseen + 1)
            if outcome.withdrawn or outcome.offered_anew:
                known = replace(known, withdrawn=bool(outcome.withdrawn))
    return known, told


@given(days=HISTORIES, looks=st.integers(1, 3))
def test_a_meeting_is_withdrawn_at_the_ninth_missing_day_in_a_row_and_doubtful_at_the_second(
    days: str, looks: int
) -> None:
    known, told = follow(days, looks)
    good = days.replace("r", "")
    missing = len(good) - len(good.rstrip("0"))
    assert (known.unseen, known.withdrawn) == (min(9, missing), missing >= 9)
    gaps = [len(gap) for gap in re.findall("0+", good)]
    expected = [
        *(["unconfirmed"] * sum(gap >= 2 for gap in gaps)),
        *(["withdrawn"] * sum(gap >= 9 for gap in gaps)),
        *(["seen_again"] * len(re.findall("(?<!0)0{2,8}1", good))),
    ]
    assert sorted(told) == sorted(expected)


@given(days=HISTORIES)
def test_refused_snapshots_and_more_looks_a_day_make_no_difference(days: str) -> None:
    plain, told = follow(days.replace("r", ""), 1)
    disturbed, told_too = follow(days, 4)
    assert (plain.unseen, plain.withdrawn, plain.listed) == (
        disturbed.unseen,
        disturbed.withdrawn,
        disturbed.listed,
    )
    assert told == told_too
