"""What a payer with these members says to one checked question. Pure but for the time of day it is given."""

import re
from datetime import datetime

from services.insurance.payers.invented import INVENTED
from services.insurance.simulator import members, plans, refusals, replies
from services.insurance.simulator.checking import Named, Question
from services.insurance.simulator.members import SeededMember
from services.insurance.simulator.refusals import Refusal
from services.insurance.simulator.replies import Patient

PAYER_IDS = frozenset(one.id for payer in INVENTED for ids in payer.ids.values() for one in ids)
UNKNOWN_PAYER = Refusal("2100A", "79")
NOT_FOUND = Refusal("2100C", "75")
DUPLICATE = Refusal("2100C", "76")


def asked_id(question: Question) -> str:
    """The id the question goes by, letters and digits only: the dependant's own, else the card's."""
    own = question.dependant.member_id if question.dependant else ""
    return re.sub(r"[^A-Z0-9]", "", (own or question.subscriber.member_id).upper())


def answer(question: Question, now: datetime) -> str:
    """The 271, with benefits or with the AAA a payer would give."""
    if question.payer_id not in PAYER_IDS:
        return replies.rejected(question, UNKNOWN_PAYER, now)
    member = members.find(asked_id(question), question.payer_id)
    if member is None:
        return replies.rejected(question, NOT_FOUND, now)
    refusal = refusals.asked_for(member.member_id) or _mismatch(question, member)
    if refusal and refusal.loop != "2110C":
        return replies.rejected(question, refusal, now)
    rows = plans.answer(member.plan, question.service_types, question.service_date.year)
    return replies.eligible(question, _patient(question, member), rows, now, refusal)


def _mismatch(question: Question, member: SeededMember) -> Refusal | None:
    """58/71 for another birth date, 65/73 for another name than the card's; None when all fits."""
    if not member.first_name:
        return None
    asked = question.dependant or question.subscriber
    people = [(one.first_name, one.last_name, one.birth_date) for one in member.dependants]
    if not question.dependant and member.birth_date:
        people.append((member.first_name, member.last_name, member.birth_date))
    if any(_same(asked, *person) for person in people):
        return DUPLICATE if member.duplicate else None
    named = any(_same(asked, first, last, asked.birth_date) for first, last, _ in people)
    if question.dependant:
        return Refusal("2100D", "58" if named else "65")
    return Refusal("2100C", "71" if named else "73")


def _patient(question: Question, member: SeededMember) -> Patient:
    """Who stands on which level. Like many payers this one also finds a dependant asked for as subscriber."""
    asked = question.dependant or question.subscriber
    if not member.dependants:
        return Patient(question.subscriber, question.dependant)
    subscriber = Named(member.first_name, member.last_name, member.member_id, member.birth_date)
    for one in member.dependants:
        if _same(asked, one.first_name, one.last_name, one.birth_date):
            named = Named(one.first_name, one.last_name, "", one.birth_date)
            return Patient(subscriber, named, one.relationship)
    return Patient(subscriber)


def _same(asked: Named, first: str, last: str, birth_date: object) -> bool:
    return (asked.first_name, asked.last_name, asked.birth_date) == (first, last, birth_date)
