"""The figures of a case depend on what is known of it, not on the order in which it became known."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.dashboard.metrics import Figures, figures_of, last_hour
from services.dashboard.timeline import Entry, entry_of
from shared.contracts import aftercare, insurance, intake
from shared.contracts.fact import Fact, new_id

T = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CASE, ANA, PLAN = new_id(), new_id(), new_id()


def minutes(count: float) -> datetime:
    return T + timedelta(minutes=count)


def story_facts() -> list[Fact]:
    """Asked at 10:00, tried at 10:04, reached at 10:08, covered, admitted, discharged, enrolled."""
    verification = new_id()
    intake_says: list[Fact] = [
        intake.InquiryReceived(
            case_id=CASE,
            occurred_at=T,
            channel=intake.Channel.WEB,
            priority=intake.Priority.P2,
            respond_by=minutes(15),
        ),
        intake.CaseClaimed(case_id=CASE, occurred_at=minutes(2), staff_id=ANA, until=minutes(12)),
        _contact(4, intake.ContactOutcome.NO_ANSWER),
        _contact(8, intake.ContactOutcome.REACHED),
        intake.ClientReached(case_id=CASE, occurred_at=minutes(8), staff_id=ANA),
        intake.ClientAdmitted(
            case_id=CASE, occurred_at=minutes(60), stay_id=new_id(), admitted_at=minutes(59)
        ),
        intake.ClientDischarged(
            case_id=CASE,
            occurred_at=minutes(9000),
            stay_id=new_id(),
            discharged_at=minutes(8990),
            type=intake.DischargeType.AGAINST_ADVICE,
        ),
    ]
    insurance_says: list[Fact] = [
        insurance.VerificationStarted(case_id=CASE, occurred_at=minutes(10), verification_id=verification),
        insurance.PayerUnavailable(
            case_id=CASE,
            occurred_at=minutes(11),
            verification_id=verification,
            reason=insurance.UnavailableReason.TIMED_OUT,
            next_attempt_at=minutes(16),
        ),
        insurance.CoverageConfirmed(
            case_id=CASE, occurred_at=minutes(16), verification_id=verification, fresh_until=minutes(4000)
        ),
    ]
    aftercare_says: list[Fact] = [_enrolled(9001, 9900), _enrolled(9001, 9500)]
    return [
        fact.model_copy(update={"case_seq": number})
        for facts in (intake_says, insurance_says, aftercare_says)
        for number, fact in enumerate(facts, start=1)
    ]


def story() -> list[Entry]:
    return [entry_of(fact) for fact in story_facts()]


def _contact(at: float, outcome: intake.ContactOutcome) -> Fact:
    return intake.ContactLogged(
        case_id=CASE,
        occurred_at=minutes(at),
        staff_id=ANA,
        channel=intake.ContactChannel.CALL,
        outcome=outcome,
    )


def _enrolled(at: float, first: float) -> Fact:
    return aftercare.MeetingEnrolled(
        case_id=CASE,
        occurred_at=minutes(at),
        plan_id=PLAN,
        enrolment_id=new_id(),
        meeting_id=new_id(),
        mode=aftercare.EnrolmentMode.SELF_ATTEND,
        first_occurrence_at=minutes(first),
    )


def test_a_whole_night_folds_into_its_times() -> None:
    assert figures_of(CASE, story()) == Figures(
        CASE,
        channel="web",
        priority="P2",
        received_at=T,
        respond_by=minutes(15),
        claimed_at=minutes(2),
        first_contact_at=minutes(4),
        contacts=2,
        reached_at=minutes(8),
        coverage="confirmed",
        coverage_answered_at=minutes(16),
        admitted_at=minutes(59),
        discharged_at=minutes(8990),
        discharge_type="against_advice",
        enrolled_at=minutes(9001),
        first_meeting_at=minutes(9500),
    )


@given(st.permutations(story()))
def test_the_order_of_arrival_changes_nothing(arrived: list[Entry]) -> None:
    assert figures_of(CASE, arrived) == figures_of(CASE, story())


def test_the_last_hour_counts_who_came_and_how_long_they_waited() -> None:
    figures = [
        Figures(new_id(), received_at=minutes(-90), first_contact_at=minutes(-60)),
        Figures(new_id(), received_at=minutes(-50), first_contact_at=minutes(-46)),
        Figures(new_id(), received_at=minutes(-30), first_contact_at=minutes(-22)),
        Figures(new_id(), received_at=minutes(-1)),
    ]
    hour = last_hour(figures, T)
    assert hour.sentence() == "Last hour: 3 came, 2 answered, median 6 min."
    assert hour.last_received_at == minutes(-1)


def test_a_quiet_hour_says_so() -> None:
    assert last_hour([], T).sentence() == "Last hour: nobody asked for help."
