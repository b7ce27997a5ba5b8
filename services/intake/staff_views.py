"""What staff see of a case. Who sees which personal field is one table (spec 9.3), read here only."""

import hashlib
import json
from collections.abc import Container, Iterable
from datetime import datetime
from typing import Any

from services.intake.admission_rules import blocking
from services.intake.case import BEFORE_ADMISSION, CaseState, Stage, coverage_now, held
from services.intake.consent_rules import may_disclose
from services.intake.next_steps import allowed_actions, next_step
from services.intake.records import state
from services.intake.refusals import gate_json
from services.intake.tables import Case, ConsentRow, Contact, Stay
from services.intake.urgency import urgency
from shared.contracts.intake import ConsentItem, Priority
from shared.identity import Caller, Role
from shared.sealing import Box

_CONTACT = frozenset({"name_to_use", "first_name", "last_name", "phone", "email"})
_RESULT = frozenset({"payer"})  # coverage as a result names the plan; "all" adds what the card says
_CARD = frozenset({"payer", "member_id", "group_number"})
# A third person's identity: for those who settle the plan with the payer and nobody else.
_HOLDER = frozenset({"holder"})
_SITUATION = frozenset({"contact_notes", "override_reason"})

VISIBLE: dict[Role, frozenset[str]] = {
    Role.COORDINATOR: _CONTACT | _RESULT | _HOLDER | _SITUATION | {"birth_date"},
    Role.VOB: _CONTACT | _CARD | _HOLDER | {"birth_date"},
    Role.CLINICIAN: _CONTACT | _RESULT | _SITUATION | {"birth_date"},
    Role.CASE_MANAGER: _CONTACT | _RESULT | _SITUATION | {"birth_date"},
    Role.ALUMNI: _CONTACT,
    Role.DIRECTOR: _CONTACT | _CARD | _HOLDER | _SITUATION | {"birth_date"},
}
READERS = tuple(VISIBLE)
_KNOW_COVERAGE = frozenset(VISIBLE) - {Role.ALUMNI}
_SHOWN_ALONE = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_date",
    "payer",
    "member_id",
    "group_number",
)


def may_see(case: CaseState, role: Role, now: datetime) -> bool:
    """Alumni staff see the living who have left and want to hear from us; the others every case."""
    if role is not Role.ALUMNI:
        return True
    left = case.stage is Stage.DISCHARGED and not case.deceased
    return left and may_disclose(case.consents, ConsentItem.AFTERCARE, now) is not None


def without_names(case: Case, known: CaseState, caller: Caller, now: datetime) -> dict[str, Any]:
    """Everything of a list row that is ids, codes and times: also what the list's ETag is made of."""
    return {
        "case_id": str(case.id),
        "reference": case.reference,
        "stage": case.stage,
        "priority": case.priority,
        "received_at": _time(case.received_at),
        "respond_by": _time(case.respond_by),
        "first_attempt_at": _time(case.first_attempt_at),
        "reached_at": _time(case.reached_at),
        "owner_id": str(case.owner_id) if case.owner_id else None,
        "owned_until": _time(case.owned_until),
        "coverage": coverage_now(known, now).value if caller.role in _KNOW_COVERAGE else None,
        "channel": case.channel,
        "language": case.language,
        "suspicion": case.suspicion,
        "safe_contact": {
            "voicemail": case.voicemail_ok,
            "texts": case.texts_ok,
            "say_who_calls": case.say_who_calls_ok,
        },
        "version": case.version,
        "next_step": next_step(known, now),
        "allowed_actions": allowed_actions(known, caller.role, caller.id, now),
    }


def ranked(
    cases: Iterable[Case],
    consents: dict[Any, list[ConsentRow]],
    deceased: Container[Any],
    caller: Caller,
    now: datetime,
) -> list[dict[str, Any]]:
    """The rows this caller may see, most urgent first, still without names."""
    rows = []
    for case in cases:
        known = state(case, consents.get(case.id, ()), deceased=case.id in deceased)
        if may_see(known, caller.role, now):
            place = urgency(
                # Whoever is here, or was, has been met, call or no call.
                reached=known.reached_at is not None or known.stage not in BEFORE_ADMISSION,
                tried=known.first_attempt_at is not None,
                held=held(known, now),
                priority=Priority(case.priority),
                respond_by=case.respond_by,
                received_at=case.received_at,
                now=now,
            )
            rows.append((place, case.id, without_names(case, known, caller, now)))
    return [row for _, _, row in sorted(rows, key=lambda entry: entry[:2])]


def etag(rows: list[dict[str, Any]]) -> str:
    """Changes with every change of a row, and with time where time changes a row (leases, deadlines)."""
    return f'"{hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]}"'


def personal(case: Case, box: Box, role: Role) -> dict[str, str | None]:
    """The sealed answers this role may see; the others are not opened at all and stay null."""
    seen = VISIBLE[role]

    def opened(name: str) -> str | None:
        sealed = getattr(case, name) if name in seen else None
        return box.open(f"cases.{name}", case.id, sealed) if sealed else None

    return {name: opened(name) for name in ("name_to_use", *_SHOWN_ALONE)}


def holder_json(case: Case, box: Box, role: Role) -> dict[str, str] | None:
    """Who holds the policy; null when the client does, and for roles that do not settle the plan."""
    if case.holder_relationship is None or "holder" not in VISIBLE[role]:
        return None
    names = {name: getattr(case, f"holder_{name}") for name in ("first_name", "last_name", "birth_date")}
    opened = {name: box.open(f"cases.holder_{name}", case.id, sealed) for name, sealed in names.items()}
    return opened | {"relationship": case.holder_relationship}


def details(
    case: Case,
    known: CaseState,
    consents: Iterable[ConsentRow],
    contacts: Iterable[Contact],
    stay: Stay | None,
    box: Box,
    caller: Caller,
    now: datetime,
) -> dict[str, Any]:
    """One case in full, as far as this caller may see it."""
    situation = "contact_notes" in VISIBLE[caller.role]
    newest_first = sorted(consents, key=lambda row: row.id, reverse=True)
    return (
        without_names(case, known, caller, now)
        | personal(case, box, caller.role)
        | coverage_json(case, caller.role)
        | {
            "holder": holder_json(case, box, caller.role),
            "for_whom": case.for_whom,
            "consents": [consent_json(row, now) for row in newest_first],
            "contacts": [contact_json(row, box if situation else None) for row in contacts],
            "stay": stay_json(stay) if stay else None,
            "blocking": [gate_json(gate) for gate in blocking(known, now)],
        }
    )


def coverage_json(case: Case, role: Role) -> dict[str, Any]:
    """How the coverage track stands; null for those whose work does not touch it."""
    fields = {
        "coverage_detail": case.coverage_detail,
        "coverage_fresh_until": _time(case.coverage_fresh_until),
        "verification_id": str(case.verification_id) if case.verification_id else None,
        "restricted": case.restricted,
        "levels_of_care": case.levels_of_care,
        "admission_on": case.admission_on.isoformat() if case.admission_on else None,
    }
    return fields if role in _KNOW_COVERAGE else dict.fromkeys(fields)


def consent_json(row: ConsentRow, now: datetime) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= now
    standing = (
        "refused" if row.refused_at else "revoked" if row.revoked_at else "expired" if expired else "given"
    )
    return {
        "consent_id": str(row.id),
        "item": row.item,
        "state": standing,
        "given": row.given_at is not None,
        "wording_version": row.wording_version,
        "wording_sha256": row.wording_sha256.hex(),
        "language": row.language,
        "channel": row.channel,
        "given_at": _time(row.given_at),
        "refused_at": _time(row.refused_at),
        "expires_at": _time(row.expires_at),
        "revoked_at": _time(row.revoked_at),
    }


def contact_json(row: Contact, box: Box | None) -> dict[str, Any]:
    """Without a box the note stays shut."""
    note = box.open("contacts.note", row.id, row.note) if box and row.note else None
    return {
        "contact_id": str(row.id),
        "staff_id": str(row.staff_id),
        "channel": row.channel,
        "outcome": row.outcome,
        "at": _time(row.at),
        "note": note,
    }


def stay_json(stay: Stay) -> dict[str, Any]:
    return {
        "stay_id": str(stay.id),
        "admitted_at": _time(stay.admitted_at),
        "admitted_via": stay.admitted_via,
        "gates_missing": stay.gates_missing,
        "planned_discharge_at": _time(stay.planned_discharge_at),
        "discharged_at": _time(stay.discharged_at),
        "discharge_type": stay.discharge_type,
        "discharged_via": stay.discharged_via,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
