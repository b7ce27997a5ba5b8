"""One case: who it is, what is blocking, coverage, consents, the plan, and everything that happened."""

from dataclasses import replace
from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import readmodel, wording
from services.dashboard.clients import Answer
from services.dashboard.desk import desk
from services.dashboard.timeline import is_automatic, sentence
from services.dashboard.views import case_moves, contact, coverage, frame, plan
from services.dashboard.waiting import moment
from shared import clock

_PRODUCERS = {"intake": "Admissions", "insurance": "Insurance", "aftercare": "Aftercare"}


def page() -> None:
    try:
        case_id = UUID(st.query_params.get("id", ""))
    except ValueError:
        st.html('<h1 class="title">Case</h1>')
        frame.notice("Open a case from the list. Its address can be kept and shared with colleagues.")
        return
    answer = _read(case_id)
    if _is_hidden(answer):
        st.html('<h1 class="title">Case</h1>')
        frame.notice("There is no such case for you to see.")
        return
    known = answer.body is not None
    _case(case_id, alone=not known)
    if not known:
        return  # intake has not said yet whether this person may see the case
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html("<h2>What happened</h2>")
        _history(case_id)
    with right:
        st.html("<h2>Coverage</h2>")
        coverage.panel(case_id)
        st.html("<h2>After the stay</h2>")
        plan.panel(case_id)


@st.fragment(run_every="3s")
def _case(case_id: UUID, *, alone: bool) -> None:
    """`alone`: the timeline and the panels are not below it yet."""
    who = frame.staff()
    frame.notices()
    answer = _read(case_id)
    if _is_hidden(answer) or (alone and answer.body is not None):
        st.rerun()  # the whole page: the timeline and the panels go, or come
    frame.age(answer)
    if answer.body is None:
        return
    case = answer.body
    st.html(_header(case))
    st.html(contact.reach(case))
    with st.container(horizontal=True, gap="xsmall", key="moves"):
        case_moves.moves(case, who)
    _blocking(case)
    st.html(_tracks(case))
    with st.expander("Identity, insurance, consents and notes", icon=":material/badge:", key="details"):
        st.html(_details(case))


def _read(case_id: UUID) -> Answer:
    """The list row is asked for every time ("unchanged" discloses nothing); the person's details only when it
    has changed, because each reading of them is audited.
    """
    listed = frame.ask("intake", "/api/v1/cases", {"id": str(case_id)}, fresh_for=frame.POLL)
    answer = frame.ask_again_when(str(listed.rows("cases")), "intake", f"/api/v1/cases/{case_id}")
    if listed.trouble and not answer.trouble:
        return replace(answer, trouble=listed.trouble)
    return answer


def _is_hidden(answer: Answer) -> bool:
    """Not there and not yours to see are the same: the difference would tell who is a client."""
    return answer.status in {403, 404}


def _header(case: dict[str, Any]) -> str:
    now, zone = clock.now(), desk().zone
    labels = [(wording.STAGES.get(case["stage"], case["stage"]), "stage")]
    if case["priority"] == "P0":
        labels.append(("‼ P0 Danger", "danger"))
    until = moment(case.get("owned_until"))
    over = case["stage"] in {"discharged", "closed"}
    if case.get("owner_id") and until and now < until and not over:
        name = frame.reader().name(case["owner_id"])
        labels.append((f"{name} holds it {wording.span(until - now)} more", "mine"))
    received = moment(case["received_at"])
    asked = wording.clock(received, zone, now) if received else ""
    channel = wording.CHANNELS.get(case["channel"], case["channel"])
    return (
        f'<h1 class="title">{escape(case.get("name_to_use") or "No name given")} {frame.chips(labels)}</h1>'
        f'<p class="quiet">{escape(case["reference"])} · {channel} · asked for help {asked}</p>'
    )


def _blocking(case: dict[str, Any]) -> None:
    if case["stage"] not in frame.OPEN_STAGES:
        return
    gates = case.get("blocking") or []
    if not gates:
        st.html('<p class="clear">✓ Nothing is blocking the admission.</p>')
        return
    with st.container(border=True, key="blocking"):
        st.html(f"<h3>Blocking <span class='quiet'>{len(gates)} to settle before admission</span></h3>")
        for gate in gates:
            with st.container(horizontal=True, vertical_alignment="center", key=f"gate-{gate['gate']}"):
                st.html(f'<p class="gate">{escape(gate["message"])}</p>', width="stretch")
                case_moves.fix(case, gate)


def _tracks(case: dict[str, Any]) -> str:
    zone, now = desk().zone, clock.now()
    reached, stay = moment(case.get("reached_at")), case.get("stay") or {}
    admitted, discharged = moment(stay.get("admitted_at")), moment(stay.get("discharged_at"))
    contact_words = f"reached {wording.clock(reached, zone, now)}" if reached else "not reached yet"
    paying, stay_words = case["coverage"], "none yet"
    if admitted:
        stay_words = f"since {wording.clock(admitted, zone, now)}"
    if discharged:
        kind = wording.DISCHARGES.get(str(stay.get("discharge_type")), "type not stated")
        stay_words = f"ended {wording.clock(discharged, zone, now)}: {kind.lower()}"
    tracks = (
        ("Contact", contact_words, bool(reached)),
        ("Coverage", wording.COVERAGE.get(paying, paying), paying in {"verified", "self_pay"}),
        ("Consents", f"{len(_given(case))} given", bool(_given(case))),
        ("Stay", stay_words, bool(admitted)),
    )  # fmt: skip
    return '<dl class="tracks">' + "".join(
        f'<div class="{"settled" if settled else "open"}"><dt>{name}</dt><dd>{escape(words)}</dd></div>'
        for name, words, settled in tracks
    ) + "</dl>"  # fmt: skip


def _given(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in case.get("consents") or [] if each["state"] == "given"]


def _details(case: dict[str, Any]) -> str:
    """A field that is null is either unknown or not for this role; the screen does not tell which."""
    facts = (
        ("Legal name", " ".join(filter(None, (case.get("first_name"), case.get("last_name"))))),
        ("Birth date", case.get("birth_date")),
        ("Insurer", case.get("payer")),
        ("Member number", case.get("member_id")),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(str(value or '·'))}</dd></div>" for name, value in facts)
    consents = [
        f"{wording.CONSENTS[each['item']]}: {wording.CONSENT_STATES[each['state']]}"
        for each in case.get("consents") or []
    ]
    notes = [_note(contact) for contact in case.get("contacts") or [] if contact.get("note")]
    return (
        f'<dl class="facts">{rows}</dl>'
        f"<h4>Consents</h4>{_listed(consents, 'None recorded yet.')}"
        f"<h4>Notes</h4>{_listed(notes, 'None written, or not for your role.')}"
    )


def _note(contact: dict[str, Any]) -> str:
    at = moment(contact["at"])
    when = wording.clock(at, desk().zone, clock.now()) if at else ""
    return f"{when}, {frame.reader().name(contact.get('staff_id'))}: {contact['note']}"


def _listed(lines: list[str], otherwise: str) -> str:
    if not lines:
        return f'<p class="quiet">{otherwise}</p>'
    return f'<ul class="consents">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>'


@st.fragment(run_every="3s")
def _history(case_id: UUID) -> None:
    frame.staff()
    entries = desk().run(readmodel.history(desk().database, case_id))
    chosen = frame.choice("of", "Of whom", {"all": "Everything"} | _PRODUCERS)
    shown = [entry for entry in entries if chosen in {"all", entry.producer}]
    if not shown:
        st.html('<p class="quiet">Nothing is known here yet. What happens appears within seconds.</p>')
        return
    reader, now, lines = frame.reader(), clock.now(), []
    for entry in shown:
        by_itself = '<span class="chip plain">by itself</span>' if is_automatic(entry) else ""
        exact, short = wording.clock(entry.at, reader.zone), wording.clock(entry.at, reader.zone, now)
        lines.append(
            f'<li class="{entry.producer}"><time title="{exact}">{short}</time>'
            f"<span>{escape(sentence(entry, reader))} {by_itself}</span></li>"
        )
    st.html(f'<ol class="timeline">{"".join(lines)}</ol>')
