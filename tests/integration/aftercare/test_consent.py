"""The client agrees to aftercare, withdraws it, agrees again: what follows, and who may know of them."""

from pathlib import Path

import httpx2
import pytest

from services.aftercare.tables import EnrolmentState, PlanState
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientDischarged, ConsentGiven, ConsentItem, ConsentRevoked, DischargeType
from shared.identity import Role

from .conftest import Aftercare, bearer, discharged
from .telling import corrected


def withdrawn(fact: ClientDischarged) -> ConsentRevoked:
    return ConsentRevoked(case_id=fact.case_id, consent_id=new_id(), item=ConsentItem.AFTERCARE)


def agreed(fact: ClientDischarged, item: ConsentItem = ConsentItem.AFTERCARE) -> ConsentGiven:
    return ConsentGiven(case_id=fact.case_id, consent_id=new_id(), item=item)


async def test_a_revoked_consent_cancels_what_was_arranged(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    assert fact.aftercare_consent_id
    consent = {"case_id": fact.case_id, "consent_id": fact.aftercare_consent_id}
    await aftercare.hear(ConsentRevoked(**consent, item=ConsentItem.TEXTS))
    assert {one.state for one in await aftercare.enrolments(fact.case_id)} == {EnrolmentState.ACTIVE}

    await aftercare.hear(ConsentRevoked(**consent, item=ConsentItem.AFTERCARE))
    await aftercare.hear(ConsentRevoked(**consent, item=ConsentItem.AFTERCARE))
    enrolments = await aftercare.enrolments(fact.case_id)
    assert [(one.state, one.sequence) for one in enrolments] == [(EnrolmentState.ENDED, 1)] * 3
    assert (await aftercare.said(fact.case_id))[-6:] == ["enrolment_ended", "invitation_issued"] * 3


async def test_a_consent_revoked_before_the_choice_leaves_nothing_to_suggest(aftercare: Aftercare) -> None:
    fact = discharged()
    assert fact.aftercare_consent_id
    revoked = ConsentRevoked(
        case_id=fact.case_id, consent_id=fact.aftercare_consent_id, item=ConsentItem.AFTERCARE
    )
    await aftercare.hear(fact, revoked)
    await aftercare.run_jobs()
    assert await aftercare.said(fact.case_id) == ["plan_drafted"]


@pytest.mark.parametrize("consent", [True, False])
async def test_after_a_no_nothing_is_suggested_and_staff_cannot_enrol(
    aftercare: Aftercare, web: httpx2.AsyncClient, consent: bool
) -> None:
    fact = discharged(consent=consent)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    await aftercare.hear(withdrawn(fact))
    wishes = f"/api/v1/cases/{fact.case_id}/preferences"
    assert (await web.put(wishes, json=(await web.get(wishes)).json())).status_code == 200
    await aftercare.run_jobs()
    enrolments = await aftercare.enrolments(fact.case_id)
    assert {one.state for one in enrolments} == {EnrolmentState.ENDED}
    yes = await web.post(f"/api/v1/cases/{fact.case_id}/plan/enrolments/{enrolments[0].id}/accept")
    assert (yes.status_code, yes.json()["code"]) == (409, "consent_missing")


async def test_a_consent_given_after_discharge_enrols_once(aftercare: Aftercare) -> None:
    fact = discharged(consent=False)
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    yes = agreed(fact)
    again = yes.model_copy(update={"event_id": new_id()})
    await aftercare.hear(agreed(fact, ConsentItem.TEXTS), yes, again)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert (plan.state, plan.consent_id) == (PlanState.ACTIVE, yes.consent_id)
    said = await aftercare.said(fact.case_id)
    assert (said.count("meetings_suggested"), said.count("meeting_enrolled")) == (2, 3)


async def test_a_consent_given_anew_puts_the_meetings_back_on_the_calendar(aftercare: Aftercare) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    await aftercare.hear(withdrawn(fact), agreed(fact))
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert (plan.state, plan.consent_revoked_at) == (PlanState.ACTIVE, None)
    enrolments = await aftercare.enrolments(fact.case_id)
    assert [(one.state, one.sequence) for one in enrolments] == [(EnrolmentState.ACTIVE, 2)] * 3


async def test_the_alumni_team_knows_only_clients_who_agreed(
    aftercare: Aftercare, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    web.headers.update(bearer(keys_dir, Role.ALUMNI))
    silent, willing = discharged(consent=False), discharged()
    await aftercare.hear(silent, willing)
    await aftercare.run_jobs()
    (row,) = (await web.get("/api/v1/roster")).json()["plans"]
    assert row["case_id"] == str(willing.case_id)
    (suggested, *_) = await aftercare.enrolments(silent.case_id)
    case = f"/api/v1/cases/{silent.case_id}"
    answers = [
        await web.get(f"{case}/plan"),
        await web.get(f"{case}/preferences"),
        await web.put(f"{case}/preferences", json={"zone": "America/Los_Angeles"}),
        await web.post(f"{case}/plan/enrolments/{suggested.id}/accept"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (await web.get(f"/api/v1/cases/{willing.case_id}/plan")).status_code == 200


async def test_a_no_said_after_the_plan_was_over_holds_when_it_opens_again(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.DECEASED)
    await aftercare.hear(fact, withdrawn(fact))
    alive = corrected(fact, DischargeType.COMPLETED).model_copy(update={"aftercare_consent_id": None})
    await aftercare.hear(alive)
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert (plan.state, plan.consent_id) == (PlanState.DRAFT, None)
    assert await aftercare.enrolments(fact.case_id) == []


async def test_a_yes_said_after_the_plan_was_over_counts_when_it_opens_again(aftercare: Aftercare) -> None:
    fact = discharged(kind=DischargeType.DECEASED, consent=False)
    yes = agreed(fact)
    await aftercare.hear(fact, yes)
    await aftercare.hear(corrected(fact, DischargeType.COMPLETED))
    await aftercare.run_jobs()
    (plan,) = await aftercare.plans(fact.case_id)
    assert (plan.state, plan.consent_id) == (PlanState.ACTIVE, yes.consent_id)


async def test_a_no_said_after_the_plan_was_over_hides_it_from_the_alumni_team(
    aftercare: Aftercare, web: httpx2.AsyncClient, keys_dir: Path
) -> None:
    fact = discharged()
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    assert (await web.post(f"/api/v1/cases/{fact.case_id}/plan/end")).status_code == 200
    web.headers.update(bearer(keys_dir, Role.ALUMNI))
    assert (await web.get(f"/api/v1/cases/{fact.case_id}/plan")).status_code == 200
    await aftercare.hear(withdrawn(fact))
    assert (await web.get(f"/api/v1/cases/{fact.case_id}/plan")).status_code == 404
