"""The aftercare plan of one case: the meetings found, why these, and accepting or declining them."""

from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import readmodel, wording
from services.dashboard.clients import Answer
from services.dashboard.desk import desk
from services.dashboard.views import client_link, frame
from services.dashboard.waiting import moment
from shared import clock
from shared.identity import Role

# What waits for somebody is amber, what goes on is green; the rest is plain.
_KINDS = {
    "active": "fine",
    "accepted": "fine",
    "offered": "held",
    "suggested": "held",
    "waiting": "held",
    "suspended": "held",
    "lost_contact": "held",
}
_OVER = {"completed", "ended_by_client", "superseded", "closed"}
_ON_CALENDAR = {"active", "suspended"}
# What came of a yes: a place at once, one from the discharge on, or one in a full group's queue.
_AFTER_YES = {
    "active": "enrolled",
    "accepted": "on the calendar from the discharge on",
    "waiting": "the group is full, they are in its queue",
}
# The matcher's criteria (aftercare.md 6.3) as reasons, the weightiest first.
_CRITERIA = {
    "modality": "the way of attending they want",
    "travel": "near",
    "audience": "people like them",
    "language": "their language",
    "pathway": "the pathway they chose",
    "stability": "a steady listing",
    "verification": "gives proof of attendance",
}
MAY_DECIDE = {Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR}


@st.fragment(run_every="10s")
def panel(case_id: UUID) -> None:
    who = frame.staff()
    answer = plan_of(case_id)
    if answer.status == 404:
        st.html('<p class="quiet">No plan yet. It is opened at discharge.</p>')
        return
    if answer.status == 403:
        st.html('<p class="quiet">Your role does not see aftercare plans.</p>')
        return
    frame.age(answer)
    if answer.body:
        show(case_id, answer.body, who.role)


def plan_of(case_id: UUID) -> Answer:
    mark = desk().run(readmodel.mark(desk().database, "aftercare", case_id))
    return frame.ask_again_when(mark, "aftercare", f"/api/v1/cases/{case_id}/plan")


def show(case_id: UUID, plan: dict[str, Any], role: Role) -> None:
    enrolments = plan.get("enrolments") or []
    count, target = sum(_is_on(each) for each in enrolments), plan.get("target")
    aim = f" of {target} meetings a week" if isinstance(target, int) else " meetings"
    pathway = f" · {wording.PATHWAYS[plan['pathway']]}" if plan.get("pathway") in wording.PATHWAYS else ""
    st.html(f'<p class="answer">{state(plan["state"])} <span class="quiet">{count}{aim}{pathway}</span></p>')
    if plan.get("needs"):
        st.html(f'<p class="needs">{escape(plan["needs"])}</p>')
    if not enrolments:
        st.html('<p class="quiet">No meeting fits so far: a person has to look for one.</p>')
    for enrolment in enrolments:
        _enrolment(case_id, enrolment, role)
    if refused := plan.get("rejected"):
        with st.expander(f"Meetings that do not fit ({len(refused)})", key=f"refused-{case_id}"):
            lines = (f"{each['name']}: {each.get('words') or each['reason']}" for each in refused)
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            st.html(f'<ul class="consents">{items}</ul>')
    with st.expander("Links for the client", key=f"links-{case_id}"):
        if address := plan.get("calendar_url"):
            st.html(f"<dl><div><dt>Calendar</dt><dd><code>{escape(address)}</code></dd></div></dl>")
        if role in MAY_DECIDE and plan["state"] not in _OVER:
            client_link.offer(case_id)


def _enrolment(case_id: UUID, enrolment: dict[str, Any], role: Role) -> None:
    key = enrolment["enrolment_id"]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"enrolment-{key}"):
        st.html(_meeting(enrolment), width="stretch")
        if enrolment["state"] == "suggested" and role in MAY_DECIDE:
            for words, action in (("Accept", "accept"), ("Decline", "decline")):
                st.button(
                    words, key=f"{action}-{key}", type="primary" if action == "accept" else "secondary",
                    on_click=_decide, args=(case_id, enrolment, action),
                )  # fmt: skip


def _meeting(enrolment: dict[str, Any]) -> str:
    upcoming = moment(enrolment.get("next_occurrence_at"))
    next_words = f"next {wording.clock(upcoming, desk().zone, clock.now())}" if upcoming else "no date yet"
    when = escape(str(enrolment.get("when") or ""))
    elsewhere = enrolment.get("timezone")
    if elsewhere and elsewhere != desk().zone.key:
        when += f" {escape(wording.city(elsewhere))} time"
    why = f'<p class="quiet">Why: {escape(_reasons(enrolment.get("reasons") or []))}.</p>'
    programme = escape(wording.programme(str(enrolment.get("programme") or "")))
    return (
        f'<p class="who"><b>{escape(enrolment["name"])}</b> {state(enrolment["state"])}</p>'
        f'<p class="next">{when} <span class="quiet">{next_words} · {programme}</span></p>{why}'
    )


def _decide(case_id: UUID, enrolment: dict[str, Any], action: str) -> None:
    address = f"/api/v1/cases/{case_id}/plan/enrolments/{enrolment['enrolment_id']}/{action}"
    answered = frame.act("aftercare", address)
    if answered is not None:
        came = _AFTER_YES.get(answered["state"], "enrolled") if action == "accept" else "declined"
        frame.done(f"{enrolment['name']}: {came}.")


def state(code: str) -> str:
    return frame.chips([(wording.plan_state(code), _KINDS.get(code, "plain"))])


def _is_on(enrolment: dict[str, Any]) -> bool:
    return enrolment["state"] in _ON_CALENDAR


def _reasons(points: list[dict[str, Any]]) -> str:
    """`near 18, their language 10`: the points are shown because they decided."""
    best = sorted(points, key=lambda each: -int(each["points"]))
    words = ((_CRITERIA.get(each["criterion"], each["criterion"]), each["points"]) for each in best)
    return ", ".join(f"{reason} {weight}" for reason, weight in words)
