"""The data door: identifiers leave only with a consent that holds now, and never without a trace.

Consent check, disclosure row and answer are one transaction. The same request twice is one row in the
accounting (2.25), but the consent is looked at anew: it may have been taken back in between.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.case import CaseState, Coverage
from services.intake.consent_rules import Consent, may_disclose
from services.intake.coverage_details import HOLDER, NEEDED, SEALED_DETAILS
from services.intake.records import state_of, take
from services.intake.tables import ConsentRow, Disclosure, of
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem
from shared.database import insert_or_ignore
from shared.identity import Caller
from shared.sealing import box

NOTICE_VERSION = 1
# The first wording of the consent to ask the insurer that names the policy holder and the card's other
# numbers; the one before it ends with "nothing else".
WHOLE_CARD_SINCE = 2


class Purpose(StrEnum):
    """Why a payer is asked: whether the plan is active, or what it pays for addiction treatment by name."""

    ELIGIBILITY = "eligibility"
    BEHAVIOURAL_BENEFITS = "behavioural_benefits"


class ConsentMissing(Exception):
    """No consent of this person allows it now: none given, expired, taken back, a plan not to be told,
    or somebody who pays for themselves."""


class RequestIdTaken(Exception):
    """The request id was used before, for another case or another purpose."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the policy when the client does not. `relationship`: what the client is to them."""

    first_name: str
    last_name: str
    birth_date: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one question is answered with. `values` has every name of NEEDED, empty where nothing is known.

    `levels_of_care` and `admission_on` say what to ask and by when. Whether the payer may learn of the levels
    is the purpose's matter, not theirs.
    """

    consent_id: UUID
    service_date: date
    values: dict[str, str]
    holder: Holder | None
    group_number: str | None
    levels_of_care: tuple[str, ...]
    admission_on: date | None


async def disclose(
    session: AsyncSession,
    caller: Caller,
    case_id: UUID,
    request_id: UUID,
    purpose: Purpose,
    zone: ZoneInfo,
) -> Told:
    """What a payer needs for one question. Raises CaseNotFound, ConsentMissing, RequestIdTaken.

    `service_date` is the centre's today on the first request and stays that for its repeats.
    """
    now = clock.now()
    # A refusal below rolls it back together with everything else.
    await audit.record(session, caller, "case.disclose", case_id, SEALED_DETAILS)
    # Locked: a revocation waits for us or we for it, so no answer leaves on a consent already gone.
    case = await take(session, case_id)
    known = await state_of(session, case)
    asking = _holding(known, ConsentItem.INSURER, now)
    # Taking back the consent to ask the insurer ends this one too: it only widens what may be asked.
    named = (
        _holding(known, ConsentItem.SUD_BENEFITS, now) if purpose is Purpose.BEHAVIOURAL_BENEFITS else asking
    )
    whole_card = (await session.get_one(ConsentRow, asking.id)).wording_version >= WHOLE_CARD_SINCE
    if case.holder_relationship and not whole_card:
        raise ConsentMissing  # without the holder the payer finds nobody, and the holder may not be named
    await session.refresh(case, SEALED_DETAILS)
    # Minimum necessary (2.13(a)): what a payer needs to find this member, and nothing more.
    columns = (
        *NEEDED,
        *(["group_number"] if whole_card and case.group_number else []),
        *(HOLDER if case.holder_relationship else []),
    )
    classes = [
        *columns,
        *(["holder_relationship"] if case.holder_relationship else []),
        *(["levels_of_care"] if purpose is Purpose.BEHAVIOURAL_BENEFITS and case.levels_of_care else []),
    ]
    service_date = await account_for(
        session,
        {
            "id": new_id(),
            "case_id": case_id,
            "consent_id": named.id,
            "request_id": request_id,
            "recipient": "payer_of_the_case",
            "purpose": purpose.value,
            "classes": classes,
            "notice_version": NOTICE_VERSION,
            "service_date": now.astimezone(zone).date(),
            "at": now,
        },
    )
    opened = await box(session, case_id)
    values = {
        name: opened.open(f"cases.{name}", case_id, sealed) if (sealed := getattr(case, name)) else ""
        for name in columns
    }
    return Told(
        consent_id=named.id,
        service_date=service_date,
        values={name: values[name] for name in NEEDED},
        holder=_holder(values, case.holder_relationship),
        group_number=values.get("group_number"),
        levels_of_care=tuple(case.levels_of_care),
        admission_on=case.admission_on,
    )


def _holding(known: CaseState, item: ConsentItem, now: datetime) -> Consent:
    consent = may_disclose(known.consents, item, now, restricted=known.restricted)
    # Who pays for themselves has left the insurer out, until they ask for it again.
    if consent is None or known.coverage is Coverage.SELF_PAY:
        raise ConsentMissing
    return consent


def _holder(values: dict[str, str], relationship: str | None) -> Holder | None:
    if relationship is None:
        return None
    first_name, last_name, birth_date = (values[name] for name in HOLDER)
    return Holder(first_name, last_name, birth_date, relationship)


async def account_for(session: AsyncSession, row: dict[str, Any]) -> date:
    """The disclosure's one row. A repeat after a correction may tell more than the first time: the row then
    says so, and keeps its date."""
    await insert_or_ignore(session, of(Disclosure), [row], ["request_id"])
    query = select(Disclosure.case_id, Disclosure.purpose, Disclosure.service_date, Disclosure.classes)
    kept = (await session.execute(query.where(Disclosure.request_id == row["request_id"]))).one()
    if (kept.case_id, kept.purpose) != (row["case_id"], row["purpose"]):
        raise RequestIdTaken
    if more := [name for name in row["classes"] if name not in kept.classes]:
        same = Disclosure.request_id == row["request_id"]
        await session.execute(update(Disclosure).where(same).values(classes=[*kept.classes, *more]))
    told: date = kept.service_date
    return told
