"""A verification as FHIR R4B resources (insurance.md 3): coverage, question and answer. Pure.

A read view, not a record: what FHIR has no place for stands in extensions or only in our own API.
Returned as JSON values; figures are JSON numbers of cents at most, as FHIR wants its decimals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from services.insurance.findings import Findings
from services.insurance.payers.payer import Payer
from services.insurance.rules.levels_of_care import administrator
from services.insurance.rules.shares import Share, ShareKind
from services.insurance.rules.statements import Statement
from services.insurance.rules.states import State
from services.insurance.x12.answers import Benefit, Rejection
from services.insurance.x12.codes import NETWORK, PERIOD, SERVICE_TYPE, TOTAL_PERIODS

FHIR_VERSION: Final = "4.3.0"
OURS: Final = "https://docs.throughcare.example/fhir"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
X12_SERVICE_TYPE: Final = "https://codesystem.x12.org/005010/1365"
X12_REJECTION: Final = "https://codesystem.x12.org/005010/901"

Json = dict[str, Any]

NETWORKS: Final = {"Y": "in", "N": "out"}
UNITS: Final = {"IND": "individual", "FAM": "family"}
TERMS: Final = {"23": "annual", "22": "annual", "25": "annual", "7": "day", "32": "lifetime"}
# EB01 -> FHIR's benefit type; the cap has no code there.
BENEFIT_TYPES: Final = {"C": "deductible", "B": "copay", "A": "copay-percent"}
COPAY_TYPES: Final = {
    ShareKind.DEDUCTIBLE: "deductible",
    ShareKind.OUT_OF_POCKET: "maxoutofpocket",
    ShareKind.COPAY: "copay",
    ShareKind.COINSURANCE: "copaypct",
}
RELATIONSHIPS: Final = {"18": "self", "01": "spouse", "19": "child", "53": "common"}
OUTCOMES: Final = {
    State.REQUESTED: "queued",
    State.QUERYING: "queued",
    State.PAYER_UNAVAILABLE: "queued",
    State.NEEDS_CORRECTION: "error",
    State.MANUAL_REVIEW: "partial",
}
IN_FORCE: Final = {State.VERIFIED_ACTIVE: True, State.EXPIRED: True, State.VERIFIED_INACTIVE: False}
# EB09: what a limit counts.
COUNTED: Final = {"DY": "day", "VS": "visit"}


@dataclass(frozen=True, slots=True)
class Membership:
    """What the raw answer says of the person, while it is kept: INS02 for `relationship`."""

    member_id: str = ""
    group_number: str = ""
    relationship: str = ""


def coverage(found: Findings, payer: Payer | None, member: Membership) -> Json:
    """The insurance itself. Cancelled when the plan is not active, draft while nobody knows."""
    row = found.verification
    in_force = IN_FORCE.get(State(row.state))
    begins_on, ends_on = found.plan_dates
    relationship = RELATIONSHIPS.get(member.relationship, "other") if member.relationship else None
    classes = [("group", member.group_number), ("plan", found.plan_name or "")]
    return _without_empty(
        {
            "resourceType": "Coverage",
            "id": str(row.id),
            "status": {True: "active", False: "cancelled", None: "draft"}[in_force],
            "beneficiary": _patient(row.case_id),
            "payor": [_insurer(payer)],
            "subscriberId": member.member_id,
            "relationship": _concept(f"{TERMINOLOGY}/subscriber-relationship", relationship),
            "period": _period(begins_on, ends_on),
            "class": [
                {"type": _concept(f"{TERMINOLOGY}/coverage-class", kind), "value": value}
                for kind, value in classes
                if value
            ],
            "costToBeneficiary": [cost for one in found.shares if (cost := _cost(one)) is not None],
        }
    )


def request(found: Findings, payer: Payer | None, traces: Sequence[str]) -> Json:
    """What was asked. `traces`: the TRN02 of each time it left the house."""
    row = found.verification
    types = list(dict.fromkeys(code for one in found.questions for code in one.service_types))
    return _without_empty(
        {
            "resourceType": "CoverageEligibilityRequest",
            "id": str(row.id),
            "identifier": [{"system": f"{OURS}/trace", "value": trace} for trace in dict.fromkeys(traces)],
            "status": "cancelled" if row.state == State.CLOSED else "active",
            "purpose": ["benefits", "validation"],
            "patient": _patient(row.case_id),
            "created": _instant(row.requested_at),
            "servicedDate": _day(row.service_date),
            "insurer": _insurer(payer),
            "insurance": [{"coverage": {"reference": f"Coverage/{row.id}"}}],
            "item": [{"category": _service_types([code])} for code in types],
        }
    )


def response(found: Findings, payer: Payer | None, refusals: Sequence[Rejection]) -> Json:
    """What was answered. Of an answer nobody can read as a yes or a no, `inforce` is left out."""
    row = found.verification
    state = State(row.state)
    named = administrator(found.statements)
    begins_on, ends_on = found.plan_dates
    pointing = {one.position for one in named.evidence} if named else set()
    contained = [] if named is None else [_organisation(named.name, named.phones)]
    insurance: Json = {
        "coverage": {"reference": f"Coverage/{row.id}"},
        "inforce": IN_FORCE.get(state),
        "benefitPeriod": _period(begins_on, ends_on),
        "item": _items(found.statements, pointing),
    }
    return _without_empty(
        {
            "resourceType": "CoverageEligibilityResponse",
            "id": str(row.id),
            "contained": contained if _mentioned(insurance) else [],
            "status": "cancelled" if state is State.CLOSED else "active",
            "purpose": ["benefits", "validation"],
            "patient": _patient(row.case_id),
            "created": _instant(row.answered_at or row.requested_at),
            "servicedDate": _day(row.service_date),
            "request": {"reference": f"CoverageEligibilityRequest/{row.id}"},
            "outcome": OUTCOMES.get(state, "complete"),
            "disposition": row.reason,
            "insurer": _insurer(payer),
            "insurance": [_without_empty(insurance)],
            "error": [_error(one) for one in refusals],
        }
    )


def capability_statement(at: datetime) -> Json:
    """What this view offers: three resources, each read by the verification's id."""
    resources = ("Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse")
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _instant(at),
        "kind": "instance",
        "implementation": {"description": "Throughcare insurance, read only"},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [{"type": name, "interaction": [{"code": "read"}]} for name in resources],
            }
        ],
    }


def operation_outcome(code: str, text: str) -> Json:
    """A refusal, in FHIR's words (issue type `code`)."""
    issue = {"severity": "error", "code": code, "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _items(statements: Sequence[Statement], pointing: set[int | None]) -> list[Json]:
    """One item a row; rows of one accumulator (total, used, remaining) together."""
    items: list[Json] = []
    sums: dict[tuple[Any, ...], list[Benefit]] = {}
    for one in statements:
        row = one.benefit
        if row.information in ("C", "G"):
            key = (one.question_id, row.information, row.service_types, row.network, row.coverage_level)
            sums.setdefault(key, []).append(row)
        else:
            items.append(_item(row, [_benefit(row)], refers=row.position in pointing))
    items += [_item(rows[0], [_accumulated(rows)], refers=False) for rows in sums.values()]
    return items


def _item(row: Benefit, benefits: Sequence[Json | None], *, refers: bool) -> Json:
    network = NETWORKS.get(row.network)
    return _without_empty(
        {
            "category": _service_types(row.service_types),
            "excluded": True if row.information in ("I", "E") else None,
            "name": row.plan,
            "description": " ".join(row.messages),
            "provider": {"reference": "#administrator"} if refers else None,
            "network": _concept(f"{TERMINOLOGY}/benefit-network", network)
            or ({"text": NETWORK[row.network]} if row.network in NETWORK else None),
            "unit": _concept(f"{TERMINOLOGY}/benefit-unit", UNITS.get(row.coverage_level)),
            "term": _concept(f"{TERMINOLOGY}/benefit-term", TERMS.get(row.period))
            or ({"text": PERIOD[row.period]} if row.period in PERIOD else None),
            "benefit": [one for one in benefits if one],
            "authorizationRequired": {"Y": True, "N": False}.get(row.authorization),
        }
    )


def _benefit(row: Benefit) -> Json | None:
    match row.information:
        case "B" if row.amount is not None:
            return {"type": _benefit_type("B"), "allowedMoney": _money(row.amount)}
        case "A" if row.percent is not None:
            part = row.percent / 100 if row.percent > 1 else row.percent
            return {"type": _benefit_type("A"), "allowedString": f"{(part * 100).normalize():f}%"}
        case "F" if row.quantity is not None and row.quantity_qualifier in COUNTED:
            kind = {"text": COUNTED[row.quantity_qualifier]}
            return {"type": kind, "allowedUnsignedInt": int(row.quantity)} if row.quantity >= 0 else None
    return None


def _accumulated(rows: Sequence[Benefit]) -> Json | None:
    """Total as allowed, what is used up as used, what is left in an extension."""

    def dearest(*periods: str) -> Decimal | None:
        return max((r.amount for r in rows if r.amount is not None and r.period in periods), default=None)

    total, used, left = dearest(*TOTAL_PERIODS), dearest("24"), dearest("29")
    if used is None and total is not None and left is not None and left <= total:
        used = total - left
    found = {
        "extension": [{"url": f"{OURS}/benefit-remaining", "valueMoney": _money(left)}]
        if left is not None
        else [],
        "type": _benefit_type(rows[0].information),
        "allowedMoney": _money(total) if total is not None else None,
        "usedMoney": _money(used) if used is not None else None,
    }
    return _without_empty(found) if total is not None or used is not None or left is not None else None


def _benefit_type(information: str) -> Json:
    code = BENEFIT_TYPES.get(information)
    ours = {"coding": [{"system": f"{OURS}/benefit-type", "code": "out-of-pocket-maximum"}]}
    return _concept(f"{TERMINOLOGY}/benefit-type", code) or ours


def _cost(one: Share) -> Json | None:
    kind = _concept(f"{TERMINOLOGY}/coverage-copay-type", COPAY_TYPES[one.kind])
    amount = one.amount if one.kind is ShareKind.COPAY else one.total
    if one.fraction is not None:
        percent = {"value": _number(one.fraction * 100), "unit": "%", "system": "http://unitsofmeasure.org"}
        return {"type": kind, "valueQuantity": percent | {"code": "%"}}
    return None if amount is None else {"type": kind, "valueMoney": _money(amount)}


def _error(one: Rejection) -> Json:
    followup = {"url": f"{OURS}/follow-up", "valueCode": one.followup}
    code = {"coding": [{"system": X12_REJECTION, "code": one.reason}]} if one.reason else {"text": "refused"}
    return {"code": code} | ({"extension": [followup]} if one.followup else {})


def _organisation(name: str, phones: Sequence[str]) -> Json:
    telecom = [{"system": "phone", "value": phone} for phone in phones if phone]
    named: Json = {"resourceType": "Organization", "id": "administrator", "name": name or "Administrator"}
    return named | ({"telecom": telecom} if telecom else {})


def _mentioned(insurance: Json) -> bool:
    """A contained resource has to be pointed at."""
    return any("provider" in item for item in insurance["item"])


def _service_types(codes: Sequence[str]) -> Json | None:
    coding = [
        _without_empty({"system": X12_SERVICE_TYPE, "code": code, "display": SERVICE_TYPE.get(code)})
        for code in codes
    ]
    return {"coding": coding} if coding else None


def _patient(case_id: UUID) -> Json:
    """By its case: who that is, intake alone knows."""
    return {"type": "Patient", "identifier": {"system": f"{OURS}/case", "value": str(case_id)}}


def _insurer(payer: Payer | None) -> Json:
    if payer is None:
        return {"type": "Organization", "display": "Not known"}
    identifier = {"system": f"{OURS}/payer", "value": payer.code}
    return {"type": "Organization", "identifier": identifier, "display": payer.name}


def _concept(system: str, code: str | None) -> Json | None:
    return {"coding": [{"system": system, "code": code}]} if code else None


def _period(begins_on: date | None, ends_on: date | None) -> Json | None:
    if begins_on and ends_on and ends_on < begins_on:
        return None  # FHIR refuses a period that ends before it begins
    return _without_empty({"start": _day(begins_on), "end": _day(ends_on)}) or None


def _money(amount: Decimal) -> Json:
    return {"value": _number(amount), "currency": "USD"}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _without_empty(values: Json) -> Json:
    """FHIR has no empty value: what is not known is not there."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
