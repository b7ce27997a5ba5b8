"""What intake makes of an answer that grew too old or says something else than the one before."""

from uuid import UUID

import pytest

from services.intake.handlers import (
    on_coverage_changed,
    on_coverage_confirmed,
    on_coverage_expired,
    on_verification_started,
)
from shared.clock import now
from shared.contracts.fact import new_id
from shared.contracts.insurance import (
    CoverageChanged,
    CoverageConfirmed,
    CoverageExpired,
    Difference,
    ExpiryReason,
    VerificationStarted,
)
from shared.contracts.intake import VerificationRequested
from shared.identity import Role
from tests.integration.intake.conftest import Desk


async def verified(desk: Desk) -> tuple[str, UUID]:
    case_id = await desk.inquiry()
    (asked,) = await desk.said(VerificationRequested)
    await confirm(desk, case_id, asked.verification_id)
    return case_id, asked.verification_id


async def confirm(desk: Desk, case_id: str, verification_id: UUID) -> None:
    await desk.tell(
        on_coverage_confirmed,
        CoverageConfirmed(
            case_id=UUID(case_id), verification_id=verification_id, fresh_until=now().replace(year=2099)
        ),
    )


def expired(case_id: str, verification_id: UUID) -> CoverageExpired:
    return CoverageExpired(
        case_id=UUID(case_id), verification_id=verification_id, reason=ExpiryReason.MONTH_BEGAN
    )


def changed(case_id: str, verification_id: UUID, previous_id: UUID) -> CoverageChanged:
    return CoverageChanged(
        case_id=UUID(case_id),
        verification_id=verification_id,
        previous_id=previous_id,
        differences=(Difference.DEDUCTIBLE, Difference.PLAN),
    )


async def test_an_answer_of_last_month_is_not_admitted_on(desk: Desk) -> None:
    case_id, verification_id = await verified(desk)
    await desk.tell(on_coverage_expired, expired(case_id, verification_id))
    case = await desk.case(case_id)
    assert (case["coverage"], case["coverage_detail"]) == ("expired", {"reason": "month_began"})
    assert "coverage" in {gate["gate"] for gate in case["blocking"]}
    await confirm(desk, case_id, verification_id)
    assert (await desk.case(case_id))["coverage"] == "verified"


async def test_an_older_answer_that_expires_says_nothing_about_the_newer_one(desk: Desk) -> None:
    case_id, first = await verified(desk)
    second = new_id()
    await desk.tell(
        on_verification_started, VerificationStarted(case_id=UUID(case_id), verification_id=second)
    )
    await desk.tell(on_coverage_expired, expired(case_id, first))
    assert (await desk.case(case_id))["coverage"] == "requested"
    await confirm(desk, case_id, second)
    await desk.tell(on_coverage_expired, expired(case_id, first))
    assert (await desk.case(case_id))["coverage"] == "verified"


async def test_whoever_pays_for_themselves_is_not_told_that_an_answer_grew_old(desk: Desk) -> None:
    case_id, verification_id = await verified(desk)
    await desk.tell(on_coverage_expired, expired(case_id, verification_id))
    await desk.move(Role.COORDINATOR, case_id, "actions/choose_self_pay")
    await desk.tell(on_coverage_expired, expired(case_id, verification_id))
    assert (await desk.case(case_id))["coverage"] == "self_pay"


@pytest.mark.parametrize("answer_first", [True, False])
async def test_what_changed_is_noted_beside_the_track_whichever_comes_first(
    desk: Desk, answer_first: bool
) -> None:
    case_id, first = await verified(desk)
    second = new_id()
    await desk.tell(
        on_verification_started, VerificationStarted(case_id=UUID(case_id), verification_id=second)
    )
    if answer_first:
        await confirm(desk, case_id, second)
    before = await desk.case(case_id)
    await desk.tell(on_coverage_changed, changed(case_id, second, first))
    noted = await desk.case(case_id)
    assert (noted["coverage"], noted["version"] > before["version"]) == (before["coverage"], True)
    if not answer_first:
        await confirm(desk, case_id, second)
    case = await desk.case(case_id)
    assert case["coverage"] == "verified"
    assert case["coverage_detail"] == {"differences": ["deductible", "plan"]}


async def test_a_difference_between_two_superseded_answers_is_not_noted(desk: Desk) -> None:
    case_id, verification_id = await verified(desk)
    await desk.tell(on_coverage_changed, changed(case_id, new_id(), verification_id))
    assert (await desk.case(case_id))["coverage_detail"] == {}
