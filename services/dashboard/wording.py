"""Pure: codes and times in the staff's words. One place, so that a code reads the same on every page."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")  # all of ASCII punctuation may be escaped (CommonMark 2.4)
# Icons, emoji names and addresses are looked for after the escapes are read; a joiner of no width hides them.
_LATE_MARKUP = re.compile(r"(?<=:)(?=[\w+/-]+:|//)|(?<=@)|(?<=www)(?=\.)", re.IGNORECASE)

PRIORITIES = {"P0": "Danger", "P1": "Asked for now", "P2": "New", "P3": "Follow-up"}
CHANNELS = {"web": "Web", "partner": "Partner", "phone": "Phone", "chat": "Chat", "ehr": "Health record"}
STAGES = {
    "new": "New",
    "working": "Working",
    "assessing": "Assessing",
    "cleared": "Cleared",
    "scheduled": "Scheduled",
    "admitted": "Admitted",
    "discharged": "Discharged",
    "closed": "Closed",
}
COVERAGE = {
    "none": "not asked",
    "awaiting_consent": "waits for consent",
    "requested": "insurer asked",
    "verified": "verified",
    "declined": "declined",
    "unclear": "needs a person",
    "correction_needed": "needs correcting",
    "unavailable": "payer not answering",
    "self_pay": "pays themselves",
    "expired": "too old",
}
# Benefits, from the most to the least intensive care.
LEVELS_OF_CARE = {
    "withdrawal": "Detox",
    "residential": "Residential",
    "partial": "Day programme (PHP)",
    "intensive": "Intensive outpatient (IOP)",
    "outpatient": "Outpatient",
}
NETWORKS = {"in": "in network", "out": "out of network"}
COVERED = {"yes": "covered", "no": "not covered", "unknown": "not known"}
# How an answer was come by: what was not said of addiction treatment itself is marked.
BASES = {
    "stated": "the payer said so",
    "inherited_mental_health": "taken from mental health benefits",
    "inherited_plan": "taken from the plan as a whole",
    "human": "told on the phone",
}
CONSENTS = {
    "contact": "Being contacted",
    "texts": "Text messages",
    "insurer": "Asking the insurer",
    "sud_benefits": "Substance-use benefits",
    "treatment": "Treatment",
    "aftercare": "Aftercare",
    "introduction": "Being introduced at a meeting",
}
CONSENT_STATES = {"given": "yes", "refused": "no", "revoked": "withdrawn", "expired": "expired"}
CONSENT_CHANNELS = {"in_person": "In person", "paper": "On paper", "phone": "By phone"}
PROGRAMMES = {
    "smart": "SMART Recovery",
    "smart_family": "SMART Family & Friends",
    "smart_life_skills": "SMART Life Skills",
    "aa": "Alcoholics Anonymous",
    "na": "Narcotics Anonymous",
}
PATHWAYS = {
    "smart_only": "SMART only",
    "smart_first": "SMART first",
    "both": "SMART and twelve steps",
    "twelve_first": "twelve steps first",
}
# Of a plan, and of a meeting in it.
PLAN_STATES = {
    "draft": "Draft",
    "offered": "Offered",
    "active": "Active",
    "paused": "Paused",
    "lost_contact": "Lost contact",
    "completed": "Completed",
    "ended_by_client": "Ended by the client",
    "superseded": "A later stay's plan took over",
    "closed": "Closed",
}
ENROLMENT_STATES = {
    "suggested": "Suggested",
    "accepted": "Accepted, from the discharge on",
    "waiting": "Waits for a seat",
    "active": "Active",
    "suspended": "Listing in doubt",
    "replaced": "Replaced",
    "declined": "Declined",
    "ended": "Ended",
}
DISCHARGES = {
    "completed": "Completed",
    "against_advice": "Left against advice",
    "transferred": "Transferred",
    "administrative": "Administrative",
    "home": "Went home (type to be confirmed)",
    "deceased": "Deceased",
    "unknown": "Not stated",
}
OUTCOMES = {
    "reached": "Spoke with them",
    "left_word": "Left word",
    "no_answer": "No answer",
    "wrong_contact": "Wrong contact",
}
CONTACT_CHANNELS = {"call": "Call", "text": "Text", "email": "E-mail", "in_person": "In person"}


def safe_contact(wishes: dict[str, bool]) -> list[tuple[str, bool]]:
    """What the person asked for when we call, as (words, allowed). What is not stated is not allowed."""
    return [
        ("voicemail ok" if wishes.get("voicemail") else "no voicemail", bool(wishes.get("voicemail"))),
        ("texts ok" if wishes.get("texts") else "no texts", bool(wishes.get("texts"))),
        (
            "may say who calls" if wishes.get("say_who_calls") else "do not say who calls",
            bool(wishes.get("say_who_calls")),
        ),
    ]


def phone(number: str) -> str:
    """`+15555550112` as it is read out here: `(555) 555-0112`; other countries' numbers keep their prefix."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def plan_state(code: str) -> str:
    """Of a plan or of a meeting in it; where both have a code it means the same."""
    return PLAN_STATES.get(code) or ENROLMENT_STATES.get(code) or code.replace("_", " ").capitalize()


def programme(code: str) -> str:
    return PROGRAMMES.get(code, code.replace("_", " ").capitalize())


def level_of_care(code: str, network: str | None) -> str:
    """`Detox, in network`. A code this version does not know is shown as it is."""
    name = LEVELS_OF_CARE.get(code, code.replace("_", " ").capitalize())
    return f"{name}, {NETWORKS.get(network, network)}" if network else name


def span(length: timedelta) -> str:
    """`40 s`, `3 min`, `2 h 05`, `4 days`: one glance, no more precision than helps."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02}"
    return f"{seconds // 86400} days"


def until(due: datetime, now: datetime) -> tuple[str, bool]:
    """A wait timer: (`4:07 left`, False) or (`3 min over`, True)."""
    left = due - now
    if left <= timedelta():
        return f"{span(-left)} over", True
    seconds = int(left.total_seconds())
    return (f"{seconds // 60}:{seconds % 60:02} left" if seconds < 3600 else f"{span(left)} left"), False


def clock(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Wall clock of the centre; with the date unless `at` is on the same day as `now`."""
    local = at.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def city(zone: str) -> str:
    """The place a zone is called after: `America/New_York` is `New York`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def zone_name(zone: ZoneInfo, now: datetime) -> str:
    """`Los Angeles time (PST)`."""
    return f"{city(zone.key)} time ({now.astimezone(zone):%Z})"


def literal(text: str) -> str:
    """For Streamlit's labels, toasts and tables, which read Markdown: what was typed is shown as typed."""
    one_line = " ".join(text.split())
    return _MARKUP.sub(r"\\\g<0>", _LATE_MARKUP.sub("\u2060", one_line))
