"""A payer that does not answer is left alone, and looked at every two minutes."""

from datetime import UTC, datetime, timedelta

from services.insurance.rules.breaker import CLOSED, OPENS_AFTER, PROBE_EVERY, WITHIN, Breaker

NOON = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


def failing(times: int, apart: timedelta = timedelta(seconds=10)) -> Breaker:
    breaker = CLOSED
    for number in range(times):
        breaker = breaker.failed(NOON + apart * number)
    return breaker


def test_four_failures_change_nothing() -> None:
    assert failing(OPENS_AFTER - 1).wait(NOON) == timedelta()


def test_the_fifth_failure_within_ten_minutes_leaves_the_payer_alone() -> None:
    breaker = failing(OPENS_AFTER)
    opened = NOON + timedelta(seconds=40)
    assert breaker.open_since == opened
    assert breaker.wait(opened) == PROBE_EVERY
    assert breaker.wait(opened + PROBE_EVERY) == timedelta()


def test_failures_far_apart_never_add_up() -> None:
    assert failing(20, apart=WITHIN).open_since is None


def test_one_question_looks_whether_the_payer_is_back_and_the_others_wait() -> None:
    breaker = failing(OPENS_AFTER)
    probe = NOON + timedelta(minutes=5)
    assert breaker.probing(probe).wait(probe) == PROBE_EVERY


def test_a_failed_probe_leaves_it_open_since_when_it_was() -> None:
    breaker = failing(OPENS_AFTER)
    probe = NOON + timedelta(minutes=5)
    after = breaker.probing(probe).failed(probe)
    assert after.open_since == breaker.open_since
    assert after.wait(probe) == PROBE_EVERY


def test_one_answer_closes_it_and_forgets_the_failures() -> None:
    assert failing(OPENS_AFTER).succeeded() == CLOSED


def test_a_closed_breaker_knows_no_probe() -> None:
    assert CLOSED.probing(NOON) == CLOSED
