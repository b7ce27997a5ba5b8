"""What a stay may cost: prepared, read, and held against what was paid in the end."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from sqlalchemy import select

from services.insurance import estimates
from services.insurance.desk import shown
from services.insurance.desk.caveats import sentence
from services.insurance.desk.estimate_bodies import (
    NewActual,
    NewEstimate,
    NewGoodFaithEstimate,
    chosen,
    steps,
)
from services.insurance.desk.requests import (
    Config,
    Db,
    Key,
    Reader,
    Writer,
    Zone,
    id_for,
    key_used,
    may_read,
    not_found,
    staff_id,
    verification_of,
)
from services.insurance.episodes import RatesMissing, expected_services, in_order
from services.insurance.estimates import Kept
from services.insurance.findings import findings
from services.insurance.rates import EVERYBODY, RateKind, load_rates
from services.insurance.rules.good_faith import GoodFaithEstimate, Provider, due_by, missing
from services.insurance.settings import Settings
from services.insurance.tables import Estimate
from services.insurance.words.good_faith_letter import document
from services.insurance.words.plain_words import Language, as_text
from shared import clock
from shared.audit import record
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(tags=["estimates"])

Accountant = Annotated[Caller, Depends(allowed(Role.COORDINATOR, Role.VOB, Role.DIRECTOR))]


@router.post("/verifications/{verification_id}/estimates", status_code=201)
async def prepare_estimate(
    verification_id: UUID,
    database: Db,
    zone: Zone,
    caller: Writer,
    body: NewEstimate,
    key: Key = None,
) -> dict[str, Any]:
    """Low, likely and high for a planned stay. The same Idempotency-Key again is the first estimate."""
    with answered():
        async with database.transaction() as session:
            verification = await verification_of(session, verification_id)
            await record(session, caller, "estimate.prepare", verification.case_id, ("benefits",))
            kept = await estimates.prepare(
                session,
                id_for(session, "estimates", verification_id, key),
                await findings(session, verification),
                steps(body.episode),
                network=body.network,
                today=_today(zone),
                next_plan_year=body.plan_year_start,
                ways=chosen(body.options),
                staff_id=staff_id(caller),
            )
            await session.flush()
            return _full(kept)


@router.post("/cases/{case_id}/good_faith_estimates", status_code=201)
async def prepare_good_faith_estimate(
    case_id: UUID,
    database: Db,
    zone: Zone,
    settings: Config,
    caller: Writer,
    body: NewGoodFaithEstimate,
    key: Key = None,
) -> dict[str, Any]:
    """The written estimate the law promises whoever pays without a plan, and by when it is due."""
    today = _today(zone)
    dated = in_order(steps(body.episode), body.scheduled_for or today)
    with answered():
        async with database.transaction() as session:
            await record(session, caller, "estimate.good_faith", case_id, ("name", "birth_date"))
            estimate_id = id_for(session, "good_faith", case_id, key)
            asked = body.model_dump(mode="json")
            if (before := await estimates.asked_before(session, estimate_id, asked)) is not None:
                return _full(before)
            services = expected_services(dated, await load_rates(session, EVERYBODY))
            one = GoodFaithEstimate(
                patient_name=body.patient_name,
                birth_date=body.birth_date,
                provider=_provider(settings),
                services=services,
                prepared_on=today,
                scheduled_for=body.scheduled_for,
                diagnosis_codes=tuple(body.diagnosis_codes),
                separately_scheduled=tuple(body.separately_scheduled),
            )
            due = due_by(body.requested_on or today, body.scheduled_for)
            kept = await estimates.prepare_good_faith(
                session, estimate_id, case_id, one, asked, due, staff_id=staff_id(caller)
            )
            await session.flush()
            return _full(kept)


@router.get("/estimates/accuracy", dependencies=[may_read])
async def show_accuracy(database: Db) -> dict[str, Any]:
    """Per payer: how far the likely figure lay from what was paid, and how often the range held."""
    async with database.reading() as session:
        found = await estimates.accuracy(session)
    return {
        "payers": [
            {
                "payer": one.payer_code,
                "count": one.count,
                "median_error": str(one.median_error),
                "median_bias": str(one.median_bias),
                "within_range": str(one.within_range),
            }
            for one in found
        ]
    }


@router.get("/estimates/{estimate_id}")
async def show_estimate(estimate_id: UUID, database: Db, caller: Reader) -> dict[str, Any]:
    with answered():
        async with database.transaction() as session:
            row = await session.get(Estimate, estimate_id)
            await record(session, caller, "estimate.read", row.case_id if row else None, ("estimate",))
            return _full(await estimates.load_estimate(session, estimate_id))


@router.get("/estimates/{estimate_id}/document")
async def show_document(
    estimate_id: UUID, database: Db, caller: Reader, language: Language = Language.ENGLISH
) -> dict[str, Any]:
    """A Good Faith Estimate as the letter to hand over, in the client's language."""
    with answered():
        async with database.transaction() as session:
            row = await session.get(Estimate, estimate_id)
            fields = ("estimate", "name", "birth_date")
            await record(session, caller, "estimate.document", row.case_id if row else None, fields)
            kept = await estimates.load_estimate(session, estimate_id)
    if kept.good_faith is None:
        detail = "This estimate stands on a plan. What the client reads is the verification's summary."
        raise Problem(409, "no_document", "No letter", detail)
    parts = document(kept.good_faith, language)
    return {"language": language, "parts": shown.parts(parts), "text": as_text(parts)}


@router.get("/cases/{case_id}/estimates")
async def list_estimates(case_id: UUID, database: Db, caller: Reader) -> dict[str, Any]:
    """A case's estimates, the newest first."""
    async with database.transaction() as session:
        await record(session, caller, "estimate.list", case_id, ("estimate",))
        query = select(Estimate).where(Estimate.case_id == case_id)
        rows = await session.scalars(query.order_by(Estimate.prepared_at.desc(), Estimate.id.desc()))
        return {"estimates": [_row(row) for row in rows]}


@router.post("/estimates/{estimate_id}/actual")
async def add_actual(estimate_id: UUID, database: Db, caller: Accountant, body: NewActual) -> dict[str, Any]:
    """What the client really paid. Sending it again corrects it."""
    with answered():
        async with database.transaction() as session:
            row = await session.get(Estimate, estimate_id)
            await record(session, caller, "estimate.actual", row.case_id if row else None)
            return _row(await estimates.record_actual(session, estimate_id, body.amount))


@contextmanager
def answered() -> Generator[None]:
    """Around a use case: its refusals leave as problems."""
    try:
        yield
    except estimates.EstimateNotFound:
        raise not_found("estimate") from None
    except estimates.EstimateDiffers:
        raise key_used() from None
    except estimates.NotVerified:
        detail = "The plan is not verified as active. Settle that first, or make a Good Faith Estimate."
        raise Problem(409, "not_verified", "Nothing to estimate from", detail) from None
    except RatesMissing as rates:
        found = rates.missing
        said = "; ".join(f"{_KIND[one.kind]} for {one.level.value} on {one.day}" for one in found)
        detail = f"There is no {said}. A director adds rates under PUT /rates."
        raise Problem(
            422,
            "rates_missing",
            "A rate is missing",
            detail,
            missing=[{"level": o.level, "kind": o.kind, "on": o.day.isoformat()} for o in found],
        ) from None


_KIND = {
    RateKind.IN: "in-network rate of this payer",
    RateKind.OUT: "out-of-network rate of this payer",
    RateKind.CHARGE: "charge of ours",
    RateKind.SELF_PAY: "self-pay rate of ours",
}


def _today(zone: ZoneInfo) -> date:
    return clock.now().astimezone(zone).date()


def _provider(settings: Settings) -> Provider:
    return Provider(
        name=settings.centre_name,
        npi=settings.facility_npi,
        tin=settings.facility_tax_id,
        address=settings.facility_address,
        phone=settings.centre_phone,
    )


def _row(row: Estimate) -> dict[str, Any]:
    return {
        "estimate_id": row.id,
        "case_id": row.case_id,
        "verification_id": row.verification_id,
        "kind": "plan" if row.verification_id else "good_faith",
        "payer": row.payer_code,
        "ruleset": row.ruleset,
        "prepared_at": row.prepared_at,
        "prepared_by": row.prepared_by,
        "low": row.low,
        "likely": row.likely,
        "high": row.high,
        "actual": row.actual,
        "actual_at": row.actual_at,
    }


def _full(kept: Kept) -> dict[str, Any]:
    if kept.good_faith is not None:
        return _row(kept.row) | {
            "services": _services(kept.good_faith),
            "total": str(kept.good_faith.total),
            "due_by": kept.due_by,
            "missing": list(missing(kept.good_faith)),
        }
    result, inputs = kept.result, kept.inputs
    assert result is not None
    assert inputs is not None
    return _row(kept.row) | {
        "network": inputs.network,
        "caveats": [{"code": one, "sentence": sentence(one)} for one in result.caveats],
        "readings": {name: shown.priced(getattr(result, name)) for name in ("low", "likely", "high")},
        "evidence": shown.evidence(result.evidence),
    }


def _services(one: GoodFaithEstimate) -> list[dict[str, Any]]:
    return [
        {
            "level": each.level,
            "codes": list(each.codes),
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
            "units": each.units,
            "rate": str(each.rate),
            "charge": str(each.charge),
        }
        for each in one.services
    ]
