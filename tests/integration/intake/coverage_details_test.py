"""Staff correct what the payer needs to know, and ask again."""

from typing import Any

import pytest
from sqlalchemy import select

from services.intake.handlers import (
    on_correction_needed,
    on_coverage_confirmed,
    on_coverage_declined,
    on_coverage_expired,
    on_coverage_unclear,
    on_payer_unavailable,
)
from services.intake.tables import Case
from shared.audit import audit
from shared.clock import now
from shared.contracts.fact import Fact, new_id
from shared.contracts.insurance import (
    CorrectableField,
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageDeclined,
    CoverageExpired,
    CoverageUnclear,
    DeclinedReason,
    ExpiryReason,
    PayerUnavailable,
    UnavailableReason,
    UnclearReason,
)
from shared.contracts.intake import VerificationRequested
from shared.identity import Role
from tests.integration.intake.conftest import Desk

OLIVE = {
    "first_name": "Olive",
    "last_name": "Moss",
    "birth_date": "1958-11-02",
    "relationship": "spouse",
}
REFUSED_TEXT = "Zanzibarova"


async def asked(desk: Desk) -> dict[str, Any]:
    """The ids of the question that is out."""
    fact = (await desk.said(VerificationRequested))[-1]
    return {"case_id": fact.case_id, "verification_id": fact.verification_id}


async def confirmed(desk: Desk) -> None:
    await desk.tell(
        on_coverage_confirmed, CoverageConfirmed(**await asked(desk), fresh_until=now().replace(year=2099))
    )


async def test_a_member_number_that_was_read_wrong_is_corrected_and_the_payer_asked_again(desk: Desk) -> None:
    case_id = await desk.inquiry()
    fact = CoverageCorrectionNeeded(**await asked(desk), fields=(CorrectableField.MEMBER_ID,))
    await desk.tell(on_correction_needed, fact)
    corrected = await desk.correct(case_id, member_id=" HM-0042-A ")
    assert corrected.status_code == 200, corrected.text
    assert (corrected.json()["member_id"], corrected.json()["first_name"]) == ("HM-0042-A", "Dee")
    again = await desk.move(Role.VOB, case_id, "actions/request_verification")
    assert again.json()["coverage"] == "requested"
    assert len(await desk.said(VerificationRequested)) == 2
    assert (await desk.knock(case_id, "eligibility", new_id())).json()["member_id"] == "HM-0042-A"


async def test_what_is_absent_stays_and_null_clears(desk: Desk) -> None:
    case_id = await desk.inquiry()
    whole = await desk.correct(
        case_id,
        group_number="GRP-77",
        holder=OLIVE,
        levels_of_care=["outpatient", "residential", "outpatient"],
        admission_on="2026-12-01",
    )
    assert whole.status_code == 200, whole.text
    assert whole.json()["holder"] == OLIVE
    assert whole.json()["levels_of_care"] == ["residential", "outpatient"]
    cleared = (await desk.correct(case_id, holder=None, levels_of_care=None)).json()
    assert (cleared["holder"], cleared["levels_of_care"]) == (None, [])
    assert (cleared["group_number"], cleared["admission_on"]) == ("GRP-77", "2026-12-01")
    async with desk.database.reading() as session:
        sealed = (Case.holder_first_name, Case.holder_last_name, Case.holder_birth_date)
        assert (await session.execute(select(*sealed))).one() == (None, None, None)


async def test_a_payer_cannot_be_asked_until_the_details_are_complete_again(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await confirmed(desk)
    await desk.correct(case_id, member_id=None)
    refused = await desk.move(Role.VOB, case_id, "actions/request_verification")
    assert [gate["gate"] for gate in refused.json()["missing"]] == ["insurance_details"]
    await desk.correct(case_id, member_id="HM-0043")
    assert (await desk.move(Role.VOB, case_id, "actions/request_verification")).status_code == 200


async def test_a_corrected_name_finds_the_same_person_as_the_form_would(desk: Desk) -> None:
    wrong = await desk.inquiry(first_name="De", last_name="Mos")
    await desk.inquiry()
    await desk.correct(wrong, first_name="Dee", last_name="Moss")
    async with desk.database.reading() as session:
        assert len(set(await session.scalars(select(Case.name_birth_index)))) == 1
    await desk.correct(wrong, birth_date=None)
    async with desk.database.reading() as session:
        assert None in set(await session.scalars(select(Case.name_birth_index)))


async def test_sending_what_is_known_already_changes_nothing(desk: Desk) -> None:
    case_id = await desk.inquiry()
    before = (await desk.case(case_id))["version"]
    same = await desk.correct(case_id, member_id="HM-0042", birth_date="1985-03-27", holder=None)
    assert same.json()["version"] == before
    assert (await desk.correct(case_id, seen=before, group_number="GRP-77")).json()["version"] > before


async def test_a_correction_of_a_case_somebody_else_changed_meanwhile_is_refused(desk: Desk) -> None:
    case_id = await desk.inquiry()
    seen = (await desk.case(case_id))["version"]
    await desk.correct(case_id, Role.COORDINATOR, seen=seen, group_number="GRP-77")
    late = await desk.correct(case_id, seen=seen, group_number="GRP-78")
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert (await desk.case(case_id))["group_number"] == "GRP-77"


async def test_the_audit_names_the_fields_that_were_corrected_and_no_value(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.correct(case_id, member_id="HM-0043", holder=OLIVE)
    async with desk.database.reading() as session:
        query = select(audit.c.fields).where(audit.c.action == "case.set_coverage_details")
        assert (await session.scalars(query)).all() == ["holder,member_id"]


async def test_an_answer_about_other_identifiers_no_longer_counts(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await confirmed(desk)
    kept = await desk.correct(case_id, group_number="GRP-77", levels_of_care=["partial"])
    assert kept.json()["coverage"] == "verified"
    moved = await desk.correct(case_id, member_id="HM-0043")
    assert moved.json()["coverage"] == "expired"
    assert moved.json()["coverage_detail"] == {"reason": "details_changed"}


async def test_an_answer_still_on_its_way_about_other_identifiers_does_not_count_when_it_comes(
    desk: Desk,
) -> None:
    case_id = await desk.inquiry()
    late = CoverageConfirmed(**await asked(desk), fresh_until=now().replace(year=2099))
    assert (await desk.correct(case_id, member_id="HM-0043")).json()["coverage"] == "expired"
    await desk.tell(on_coverage_confirmed, late)
    assert (await desk.case(case_id))["coverage"] == "expired"
    again = await desk.move(Role.VOB, case_id, "actions/request_verification")
    assert again.json()["coverage"] == "requested"


async def test_a_plan_named_for_the_first_time_waits_for_the_persons_consent(desk: Desk) -> None:
    case_id = await desk.inquiry(payer="", member_id="", consents=["contact"])
    assert (await desk.correct(case_id, levels_of_care=["residential"])).json()["coverage"] == "none"
    named = await desk.correct(case_id, payer="Harbour Mutual", member_id="HM-0042")
    assert named.json()["coverage"] == "awaiting_consent"


async def test_only_those_who_settle_the_plan_see_whose_it_is_and_correct_it(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.correct(case_id, holder=OLIVE, group_number="GRP-77", levels_of_care=["partial"])
    for role, group in ((Role.VOB, "GRP-77"), (Role.DIRECTOR, "GRP-77"), (Role.COORDINATOR, None)):
        seen = await desk.case(case_id, role)
        assert (seen["holder"], seen["group_number"]) == (OLIVE, group)
        assert "set_coverage_details" in seen["allowed_actions"]
    for role in (Role.CLINICIAN, Role.CASE_MANAGER):
        seen = await desk.case(case_id, role)
        assert (seen["holder"], seen["group_number"], seen["levels_of_care"]) == (None, None, ["partial"])
        assert (await desk.correct(case_id, role, group_number="GRP-1")).status_code == 403


@pytest.mark.parametrize(
    ("details", "pointer", "code"),
    [
        ({"birth_date": REFUSED_TEXT}, "/birth_date", "not_a_date"),
        ({"birth_date": 480000000}, "/birth_date", "not_a_date"),
        ({"birth_date": "2999-01-01"}, "/birth_date", "in_future"),
        ({"birth_date": "0085-03-27"}, "/birth_date", "too_early"),
        ({"admission_on": "2099-01-01"}, "/admission_on", "implausible"),
        ({"holder": OLIVE | {"birth_date": "2999-01-01"}}, "/holder/birth_date", "in_future"),
        ({"holder": OLIVE | {"last_name": " \u200b"}}, "/holder/last_name", "missing"),
        ({"holder": {"first_name": REFUSED_TEXT}}, "/holder/last_name", "missing"),
        ({"holder": OLIVE | {"relationship": REFUSED_TEXT}}, "/holder/relationship", "enum"),
        ({"levels_of_care": [REFUSED_TEXT]}, "/levels_of_care/0", "enum"),
        ({"member_id": REFUSED_TEXT * 20}, "/member_id", "string_too_long"),
        ({"payer": {"name": REFUSED_TEXT}}, "/payer", "string_type"),
        ({"diagnosis": REFUSED_TEXT}, "/", "extra_forbidden"),
    ],
)
async def test_what_cannot_be_is_refused_without_being_repeated(
    desk: Desk, details: dict[str, Any], pointer: str, code: str
) -> None:
    case_id = await desk.inquiry()
    refused = await desk.correct(case_id, **details)
    assert refused.status_code == 422
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in refused.json()["errors"]}
    assert REFUSED_TEXT not in refused.text
    assert (await desk.case(case_id))["birth_date"] == "1985-03-27"


async def test_half_a_character_is_refused(desk: Desk) -> None:
    case_id = await desk.inquiry()
    async with desk.client(Role.VOB) as client:
        refused = await client.put(
            f"/api/v1/cases/{case_id}/coverage_details",
            content=b'{"first_name": "\\ud800"}',
            headers={"content-type": "application/json"},
        )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unreadable")


async def test_a_zero_byte_is_no_part_of_a_number(desk: Desk) -> None:
    case_id = await desk.inquiry()
    assert (await desk.correct(case_id, member_id="HM-\x0043")).json()["member_id"] == "HM-43"


def _answer(state: str, ids: dict[str, Any]) -> tuple[Any, Fact]:
    return {
        "unclear": (on_coverage_unclear, CoverageUnclear(**ids, reason=UnclearReason.STATUS_PENDING)),
        "correction_needed": (on_correction_needed, CoverageCorrectionNeeded(**ids, fields=())),
        "unavailable": (
            on_payer_unavailable,
            PayerUnavailable(**ids, reason=UnavailableReason.TIMED_OUT, next_attempt_at=now()),
        ),
        "declined": (on_coverage_declined, CoverageDeclined(**ids, reason=DeclinedReason.INACTIVE)),
        "verified": (
            on_coverage_confirmed,
            CoverageConfirmed(**ids, fresh_until=now().replace(year=2099)),
        ),
        "expired": (on_coverage_expired, CoverageExpired(**ids, reason=ExpiryReason.AGED)),
    }[state]


ANSWERED = ["unclear", "correction_needed", "unavailable", "declined", "verified", "expired"]


@pytest.mark.parametrize("state", ANSWERED)
async def test_the_payer_may_be_asked_again_after_every_kind_of_answer(desk: Desk, state: str) -> None:
    case_id = await desk.inquiry()
    if state == "expired":
        await confirmed(desk)
    await desk.tell(*_answer(state, await asked(desk)))
    shown = await desk.case(case_id, Role.VOB)
    assert shown["coverage"] == state
    assert {"request_verification", "set_coverage_details", "record_consent"} <= set(shown["allowed_actions"])
    assert (await desk.move(Role.VOB, case_id, "actions/request_verification")).status_code == 200


@pytest.mark.parametrize("before", ["unclear", "correction_needed", "unavailable"])
@pytest.mark.parametrize("settled", ["verified", "declined"])
async def test_a_person_settles_by_phone_what_the_payers_answer_left_open(
    desk: Desk, before: str, settled: str
) -> None:
    case_id = await desk.inquiry()
    for state in (before, settled):
        await desk.tell(*_answer(state, await asked(desk)))
        assert (await desk.case(case_id))["coverage"] == state
