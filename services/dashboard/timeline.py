"""Pure: a fact becomes a timeline entry, and an entry becomes a sentence without a personal value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.contracts.fact import Fact

_ENVELOPE = {"event_id", "occurred_at", "case_id", "case_seq", "causation_id"}


@dataclass(frozen=True)
class Entry:
    """One line of a case's history. `codes` holds ids, codes, counts and ISO 8601 times, no words."""

    event_id: UUID
    case_id: UUID
    producer: str
    case_seq: int
    kind: str
    at: datetime
    codes: dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """For whom a sentence is written: the centre's clock, and what colleagues are called (id -> name)."""

    zone: ZoneInfo
    staff: Mapping[UUID, str]

    def name(self, staff_id: object) -> str:
        return self.staff.get(UUID(str(staff_id)), "A colleague") if staff_id else "A colleague"

    def clock(self, iso: object) -> str:
        """`14:05` on the centre's clock; with the date, because a lease or a stay may end on another day."""
        moment = datetime.fromisoformat(str(iso)).astimezone(self.zone)
        return f"{moment:%H:%M} on {moment.day} {moment:%B}"


def entry_of(fact: Fact) -> Entry:
    """The subject says who speaks and of what: `events.<producer>.<kind>.v<n>`."""
    _, producer, kind, _ = fact.subject.split(".")
    codes = fact.model_dump(mode="json", exclude=_ENVELOPE, exclude_none=True)
    return Entry(fact.event_id, fact.case_id, producer, fact.case_seq, kind, fact.occurred_at, codes)


def sentence(entry: Entry, reader: Reader) -> str:
    """What happened, in the staff's words. A kind this version does not know is still shown, by its name."""
    tell = _SENTENCES.get(entry.kind)
    return tell(entry.codes, reader) if tell else entry.kind.replace("_", " ").capitalize() + "."


def is_automatic(entry: Entry) -> bool:
    """True when the system acted by itself; marked, so that nobody takes it for a colleague."""
    return entry.producer != "intake" or entry.kind in {"verification_requested"}


CHANNELS = {
    "web": "on the web form",
    "partner": "through a partner",
    "phone": "by phone",
    "chat": "by chat",
    "ehr": "through the health record",
}
CONTACT_CHANNELS = {
    "call": "by phone",
    "text": "by text message",
    "email": "by e-mail",
    "in_person": "in person",
}
CONSENTS = {
    "contact": "being contacted",
    "texts": "text messages",
    "insurer": "asking the insurer",
    "sud_benefits": "asking about substance-use benefits",
    "treatment": "treatment",
    "aftercare": "aftercare",
    "introduction": "being introduced at a meeting",
}
DISCHARGES = {
    "completed": "treatment completed",
    "against_advice": "left against advice",
    "transferred": "transferred",
    "administrative": "administrative discharge",
    "deceased": "deceased",
    "home": "went home; the type is still to be confirmed",
    "unknown": "type not stated",
}
UNCLEAR = {
    "payer_refused": "the payer refused to answer",
    "not_readable": "the answer could not be read",
    "identity_not_echoed": "the answer does not name the same person",
    "status_pending": "the payer says the plan is pending",
    "status_not_stated": "the payer did not say whether the plan is active",
    "tried_too_often": "the payer was asked too often without an answer",
    "unknown_payer": "no payer is known by that name",
}
DECLINED = {
    "inactive": "the plan is not active",
    "no_medical_coverage": "the plan has no medical coverage",
    "consent_withdrawn": "the consent was withdrawn",
}
UNAVAILABLE = {
    "timed_out": "did not answer in time",
    "cannot_respond": "cannot answer at the moment",
    "transport_failed": "could not be reached",
}
EXPIRED = {
    "aged": "the answer has grown too old",
    "month_began": "a new month has begun",
    "plan_year_began": "a new plan year has begun",
}
DIFFERENCES = {
    "status": "whether it is active",
    "plan": "the plan itself",
    "dates": "its dates",
    "deductible": "the deductible",
    "out_of_pocket": "the out-of-pocket limit",
    "cost_share": "the client's share",
    "authorization": "prior authorization",
    "level_of_care": "what is covered at a level of care",
}
CORRECTABLE = {
    "member_id": "member number",
    "name": "name",
    "birth_date": "birth date",
    "payer": "insurer",
    "service_date": "date of service",
    "facility": "facility",
}


def _contact(codes: dict[str, Any], reader: Reader) -> str:
    who, how = reader.name(codes.get("staff_id")), CONTACT_CHANNELS[codes["channel"]]
    return {
        "reached": f"{who} spoke with them {how}.",
        "left_word": f"{who} left word {how}.",
        "no_answer": f"{who} tried {how}; no answer.",
        "wrong_contact": f"{who} tried {how}; it was the wrong contact.",
    }[codes["outcome"]]


def _corrections(codes: dict[str, Any], _: Reader) -> str:
    fields = " and ".join(CORRECTABLE[field] for field in codes["fields"]) or "details"
    return f"The payer could not find the plan: the {fields} needs correcting."


def _changes(codes: dict[str, Any], _: Reader) -> str:
    *others, last = [DIFFERENCES[found] for found in codes["differences"]] or ["details"]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"The plan differs from the answer before: {listed}."


def _estimate(codes: dict[str, Any], _: Reader) -> str:
    if codes.get("verification_id"):
        return "An estimate of what the stay may cost is ready."
    return "A Good Faith Estimate for paying themselves is ready."


def _suggested(codes: dict[str, Any], _: Reader) -> str:
    found = codes["found"]
    if not found:
        return "No meeting fits: a person has to look for one."
    return f"{found} meeting{'s' if found > 1 else ''} suggested."


def _inquiry(codes: dict[str, Any], reader: Reader) -> str:
    due = reader.clock(codes["respond_by"])
    return f"Asked for help {CHANNELS[codes['channel']]}; an answer is due by {due}."


def _claimed(codes: dict[str, Any], reader: Reader) -> str:
    return f"{reader.name(codes['staff_id'])} took the case until {reader.clock(codes['until'])}."


def _discharged(codes: dict[str, Any], _: Reader) -> str:
    consent = "agreed to aftercare" if codes.get("aftercare_consent_id") else "no aftercare consent"
    return f"Discharged: {DISCHARGES[codes['type']]}; {consent}."


def _enrolled(codes: dict[str, Any], reader: Reader) -> str:
    return f"Enrolled in a meeting; the first is at {reader.clock(codes['first_occurrence_at'])}."


PAUSES = {
    "readmitted": "the client is in treatment again",
    "custody": "the client is in custody",
    "client_wish": "the client wishes it",
}
PLAN_ENDS = {
    "deceased": "The aftercare plan ended.",
    "ended_by_client": "The client ended the aftercare plan.",
    "completed": "The year of aftercare is complete.",
    "superseded": "The plan of a later stay took the place of this one.",
}
REPLACEMENTS = {
    "withdrawn": "is no longer listed",
    "moved": "moved to a time that does not fit",
    "not_fitting": "no longer fits the client's week",
    "client_wish": "is not what the client wants any more",
}
LISTING_CHANGES = {
    "changed": "A meeting in the plan changed its time, place or way in.",
    "inactive": "A meeting in the plan is closed for now.",
    "unconfirmed": "A meeting in the plan was missing from its list: nothing is cancelled yet.",
    "seen_again": "A meeting in the plan is listed again.",
    "withdrawn": "A meeting in the plan is no longer held.",
    "suspect": "A meeting in the plan was reported twice as not held.",
}
OCCURRENCES = {
    "moved": "One date of a meeting moved to",
    "cancelled": "One date of a meeting was called off:",
    "unconfirmed": "One date of a meeting is not confirmed:",
    "confirmed": "One date of a meeting is confirmed:",
}
ATTENDED = {
    "attended": "Went to a meeting",
    "partly": "Went to part of a meeting",
    "missed": "Did not make it to a meeting",
    "excused": "Was excused from a meeting",
    "not_held": "Came to a meeting that was not held",
    "unknown": "Whether they went to a meeting is not known",
}
EVIDENCE = {1: "own word", 2: "a document", 3: "the facilitator's word", 4: "proof on the spot"}
FOLLOW_UPS = {
    "first_call": "first call after leaving",
    "call": "follow-up call",
    "review": "plan review",
    "no_meeting": "look for a meeting together",
    "late_start": "call before the first meeting",
    "ask_client": "ask about the suggested meetings",
    "say_how_it_ended": "say how the stay ended",
    "same_day_call": "call the same day",
    "rematch": "offer another meeting",
    "peer_call": "call by a peer",
    "counsellor": "counsellor's call",
    "support_person": "turn to the support person",
    "light_touch": "light touch",
    "use_reported": "call about use, the same day",
    "check_contact": "check how to reach the client",
}
FOLLOW_UP_OUTCOMES = {
    "reached": "reached",
    "left_word": "left word",
    "no_answer": "no answer",
    "declined": "the client did not want it",
    "wrong_contact": "wrong contact",
    "done": "done",
}
INSTRUMENTS = {"weekly": "weekly check-in", "bam": "Brief Addiction Monitor", "phq9": "PHQ-9"}
TOOLS = {
    "soc": "stages of change",
    "hov": "hierarchy of values",
    "cba": "cost-benefit analysis",
    "cpw": "change plan",
    "gol": "goals",
    "urg": "urge log",
    "deads": "DEADS",
    "disarm": "DISARM",
    "ant": "anticipating scenarios",
    "reh": "rehearsing responses",
    "abc": "ABC",
    "usa": "unconditional self-acceptance",
    "lbp": "lifestyle balance",
    "vaci": "absorbing interests",
}


def _attendance(codes: dict[str, Any], _: Reader) -> str:
    known_by = EVIDENCE.get(codes["evidence"])
    return f"{ATTENDED[codes['outcome']]}{f' ({known_by})' if known_by else ''}."


def _stopped(codes: dict[str, Any], _: Reader) -> str:
    channel = {"text": "text messages", "email": "e-mail"}.get(codes.get("channel") or "")
    return f"Asked for no more {channel}." if channel else "Asked not to be written to any more."


_INVITATIONS = {
    "PUBLISH": "The calendar entry is ready to add.",
    "REQUEST": "The calendar invitation was issued.",
    "CANCEL": "The calendar entry was cancelled.",
}

_SENTENCES: dict[str, Callable[[dict[str, Any], Reader], str]] = {
    "inquiry_received": _inquiry,
    "case_claimed": _claimed,
    "contact_logged": _contact,
    "client_reached": lambda c, r: f"First conversation, with {r.name(c.get('staff_id'))}.",
    "consent_given": lambda c, _: f"Consented to {CONSENTS[c['item']]}.",
    "consent_revoked": lambda c, _: f"Withdrew the consent to {CONSENTS[c['item']]}.",
    "verification_requested": lambda _codes, _: "Coverage check requested, with consent.",
    "client_admitted": lambda c, r: f"Admitted at {r.clock(c['admitted_at'])}.",
    "discharge_planned": lambda c, r: f"Discharge planned for {r.clock(c['planned_for'])}.",
    "client_discharged": _discharged,
    "discharge_cancelled": lambda _codes, _: "The discharge was cancelled: still in the house.",
    "verification_started": lambda _codes, _: "The insurer was asked.",
    "coverage_confirmed": lambda c, r: (
        f"Coverage confirmed; good to admit on until {r.clock(c['fresh_until'])}."
    ),
    "coverage_declined": lambda c, _: f"No coverage: {DECLINED[c['reason']]}.",
    "coverage_unclear": lambda c, _: f"Coverage needs a person: {UNCLEAR[c['reason']]}.",
    "coverage_correction_needed": _corrections,
    "payer_unavailable": lambda c, r: (
        f"The payer {UNAVAILABLE[c['reason']]}; asked again at {r.clock(c['next_attempt_at'])}."
    ),
    "coverage_expired": lambda c, _: f"Coverage is to be asked for again: {EXPIRED[c['reason']]}.",
    "coverage_changed": _changes,
    "estimate_prepared": _estimate,
    "plan_drafted": lambda _codes, _: "An aftercare plan was opened.",
    "plan_activated": lambda _codes, _: "The aftercare plan is active.",
    "plan_paused": lambda c, _: f"The aftercare plan rests: {PAUSES[c['reason']]}.",
    "plan_withdrawn": lambda _codes, _: "The aftercare plan is a draft again; the calendar was cleared.",
    "contact_lost": lambda _codes, _: "No sign of the client for thirty days.",
    "plan_ended": lambda c, _: PLAN_ENDS[c["reason"]],
    "meetings_suggested": _suggested,
    "meeting_enrolled": _enrolled,
    "enrolment_replaced": lambda c, _: f"A meeting was replaced: it {REPLACEMENTS[c['reason']]}.",
    "enrolment_ended": lambda _codes, _: "An enrolment ended.",
    "listing_changed": lambda c, _: LISTING_CHANGES[c["change"]],
    "occurrence_changed": lambda c, r: f"{OCCURRENCES[c['change']]} {r.clock(c['starts_at'])}.",
    "attendance_recorded": _attendance,
    "verification_due": lambda c, r: f"Proof of attendance can be had until {r.clock(c['due_by'])}.",
    "follow_up_due": lambda c, r: f"Due by {r.clock(c['due_by'])}: {FOLLOW_UPS[c['kind']]}.",
    "follow_up_completed": lambda c, _: f"Follow-up done: {FOLLOW_UP_OUTCOMES[c['outcome']]}.",
    "follow_up_overdue": lambda c, _: f"Overdue: {FOLLOW_UPS[c['kind']]}.",
    "check_in_scored": lambda c, _: f"Answered: {INSTRUMENTS[c['instrument']]}.",
    "concern_raised": lambda c, r: (
        f"Concern of level {c['level']}: somebody must see to it by {r.clock(c['due_by'])}."
    ),
    "concern_acknowledged": lambda c, r: f"{r.name(c['staff_id'])} sees to the concern.",
    "concern_resolved": lambda c, r: f"{r.name(c['staff_id'])} closed the concern.",
    "messages_stopped": _stopped,
    "point_progressed": lambda c, _: f"Point {c['point']} of the 4-Point Program: {c['stage']}.",
    "worksheet_completed": lambda c, _: f"Worksheet filled in: {TOOLS[c['tool']]}.",
    "invitation_issued": lambda c, _: _INVITATIONS[c["method"]],
}
