"""What a plan needs a person for, in one sentence; the most urgent only. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from services.aftercare.matching.fitness import STALE_DAYS
from services.aftercare.meetings.normal_form import Listing
from services.aftercare.plans.states import ON_CALENDAR
from services.aftercare.tables import OVER, Enrolment, EnrolmentState, Plan, PlanState
from shared.contracts.intake import DischargeType

_IN_TIME = timedelta(hours=48)
_ASKED = (EnrolmentState.SUGGESTED, EnrolmentState.WAITING)


def needs(
    plan: Plan, enrolments: Iterable[Enrolment], listings: Mapping[UUID, Listing], now: datetime
) -> str:
    """ "" when nothing. `enrolments`: the plan's; `listings` by meeting."""
    if plan.state in OVER or plan.state is PlanState.PAUSED:
        return ""
    counted = [one for one in enrolments if not one.fall_back]
    going = [one for one in counted if one.state in ON_CALENDAR]
    if plan.left_at is None:
        return _before_leaving(plan, counted)
    if plan.disposition is DischargeType.TRANSFERRED:
        return "Waits for the next house's discharge."
    if plan.disposition is DischargeType.UNKNOWN:
        return "Say how the stay ended."
    if plan.consent_revoked_at and not going:
        return "Aftercare consent was withdrawn: talk before offering anything."
    if plan.chosen_at is None and not going:
        return ""  # the matcher is about to run
    if plan.state is PlanState.LOST_CONTACT:
        return "Contact was lost: any sign of life makes the plan go on."
    if not going:
        asked = any(one.state in _ASKED for one in counted)
        return (
            "Ask the client about the suggested meetings."
            if asked
            else "No meeting fits: look for one together with the client."
        )
    if any(_gone(listings[one.meeting_id], now.date()) for one in going):
        return "A meeting is no longer listed: call, and look for another."
    first = min(one.first_occurrence_at for one in going)
    if first > max(plan.left_at + _IN_TIME, now):
        return "First meeting is more than 48 hours after discharge: call before then."
    if any(one.state is EnrolmentState.SUGGESTED for one in counted):
        return "Ask the client about the suggested meetings."
    return ""


def _before_leaving(plan: Plan, counted: list[Enrolment]) -> str:
    if plan.held or plan.chosen_at is None:
        return ""
    if any(one.state is EnrolmentState.ACCEPTED for one in counted):
        return ""
    if any(one.state in _ASKED for one in counted):
        return "Leaves soon: pick meetings together from the shortlist."
    return "No meeting fits: look for one together with the client."


def _gone(listing: Listing, today: date) -> bool:
    return not listing.meeting.offerable or (today - listing.last_seen).days > STALE_DAYS
