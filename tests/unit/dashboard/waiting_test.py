"""Who waits, what the strip says of them, and what a list that stands still is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.dashboard.waiting import Row, after, chosen, news, strip_of
from shared.contracts.fact import new_id

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ANA, BEN = new_id(), new_id()
MINUTE = timedelta(minutes=1)


def row(**known: object) -> Row:
    new = {
        "case_id": str(new_id()),
        "reference": "TC-7K4M-92QX",
        "name_to_use": "Dee",
        "stage": "new",
        "priority": "P2",
        "channel": "web",
        "coverage": "none",
        "received_at": (NOW - 3 * MINUTE).isoformat(),
        "respond_by": (NOW + 12 * MINUTE).isoformat(),
        "version": 1,
        "next_step": "Claim and call.",
        "allowed_actions": ["claim"],
    }
    return replace(Row.of(new), **known)  # type: ignore[arg-type]


def held_by(staff_id: UUID, minutes: int = 5) -> dict[str, object]:
    return {"owner_id": staff_id, "owned_until": NOW + minutes * MINUTE}


def test_somebody_nobody_holds_and_nobody_reached_is_waiting() -> None:
    assert row().is_waiting(NOW)
    assert not row(**held_by(BEN)).is_waiting(NOW)
    assert not row(reached_at=NOW).is_waiting(NOW)


def test_a_lapsed_lease_puts_the_person_back_among_the_waiting() -> None:
    assert row(**held_by(BEN, minutes=-1)).is_waiting(NOW)


def test_the_strip_counts_the_waiting_the_urgent_and_mine() -> None:
    rows = [
        row(received_at=NOW - 9 * MINUTE),
        row(priority="P0"),
        row(**held_by(ANA)),
        row(priority="P0", reached_at=NOW),
    ]
    strip = strip_of(rows, ANA, NOW)
    assert (strip.waiting, strip.oldest, strip.urgent, strip.mine) == (2, 9 * MINUTE, 1, 1)


def test_nobody_waiting_has_no_oldest_wait() -> None:
    assert strip_of([], ANA, NOW).oldest is None


def test_each_number_of_the_strip_has_exactly_its_rows() -> None:
    waits, mine, urgent = row(), row(**held_by(ANA)), row(priority="P0", **held_by(BEN))
    rows = [waits, mine, urgent]
    assert chosen(rows, "waiting", ANA, NOW) == [waits]
    assert chosen(rows, "mine", ANA, NOW) == [mine]
    assert chosen(rows, "urgent", ANA, NOW) == [urgent]
    assert chosen(rows, "anything else", ANA, NOW) == rows


def test_a_list_that_stands_still_offers_what_is_new_and_says_what_is_urgent() -> None:
    frozen = [row(), row()]
    assert news(frozen, [row(priority="P0"), row(), *frozen]).sentence() == "2 new, 1 urgent: show"
    assert news(frozen, [row(), *frozen]).sentence() == "1 new: show"


def test_a_list_that_stands_still_says_when_a_row_changed_or_left() -> None:
    first, second = row(), row()
    assert news([first, second], [replace(first, version=2)]).sentence() == "2 changed: show"
    assert news([first, second], [first, second]).sentence() == ""


def test_next_goes_round_and_starts_at_the_top() -> None:
    first, second = row(), row()
    assert after([first, second], None) == first
    assert after([first, second], first.case_id) == second
    assert after([first, second], second.case_id) == first
    assert after([first, second], new_id()) == first
    assert after([], None) is None
