"""Aftercare roster: everybody whose stay has ended, what they have, what they need from us."""

from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import readmodel, wording
from services.dashboard.clients import Answer
from services.dashboard.desk import desk
from services.dashboard.views import frame, plan
from services.dashboard.waiting import moment
from shared import clock

# Leaving early gets its own tab: those people need a call soonest, and elsewhere nobody makes it.
TABS = {
    "completed": ("Completed", {"completed", "home"}),
    "early": ("Left early", {"against_advice", "administrative"}),
    "transferred": ("Transferred", {"transferred"}),
    "other": ("Other", {"unknown", "deceased"}),
}
_AT_ONCE = 50  # ids in one question; the address of a request has a length


def page() -> None:
    st.html('<h1 class="title">Aftercare</h1>')
    _roster()


@st.fragment(run_every="10s")
def _roster() -> None:
    who = frame.staff()
    frame.notices()
    mark = desk().run(readmodel.mark(desk().database, "aftercare"))
    answer = frame.ask_again_when(mark, "aftercare", "/api/v1/roster")
    frame.age(answer)
    if answer.body is None:
        return
    plans = answer.rows("plans")
    counts = {tab: sum(_in(each, tab) for each in plans) for tab in TABS}
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        labels = {name: f"{title} {counts[name]}" for name, (title, _) in TABS.items()}
        tab = frame.choice("tab", "How the stay ended", labels)
        as_table = st.toggle("As a table", key="table", bind="query-params")
    shown = sorted((each for each in plans if _in(each, tab)), key=_urgency)
    names, trouble = _names([each["case_id"] for each in shown])
    if trouble:
        frame.age(trouble)
    if not shown:
        st.html(
            '<div class="empty"><p>Nobody here.</p><p>People appear as soon as their stay ends.</p></div>'
        )
    elif as_table:
        st.table(
            [_cells(each, names) for each in shown], hide_index=True, border="horizontal",
            alt="The aftercare roster, one person a row",
        )  # fmt: skip
    else:
        for each in shown:
            _person(each, names, can_decide=who.role in plan.MAY_DECIDE)


def _in(entry: dict[str, Any], tab: str) -> bool:
    kind = entry.get("discharge_type") or "unknown"
    known = set().union(*(kinds for _, kinds in TABS.values()))
    return kind in TABS[tab][1] or (tab == "other" and kind not in known)


def _urgency(entry: dict[str, Any]) -> tuple[bool, str]:
    """Those who need something first, the longest discharged before the others."""
    return not entry.get("needs"), str(entry.get("discharged_at") or "")


def _names(ids: list[str]) -> tuple[dict[str, str], Answer | None]:
    """Aftercare knows no names; the owner of the case is asked, in this person's name."""
    names: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        answer = frame.ask(
            "intake", "/api/v1/cases", {"id": ids[start : start + _AT_ONCE]}, fresh_for=frame.POLL
        )
        names |= {case["case_id"]: case["name_to_use"] for case in answer.rows("cases")}
        if answer.trouble:
            return names, answer
    return names, None


def _person(entry: dict[str, Any], names: dict[str, str], *, can_decide: bool) -> None:
    case_id = entry["case_id"]
    with st.container(border=True, key=f"row-{'needs' if entry.get('needs') else 'mine'}-{case_id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"line-{case_id}"):
            st.html(_since(entry), width=112)
            st.html(_words(entry, names), width="stretch")
            with st.container(horizontal=True, width="content", gap="xsmall", key=f"acts-{case_id}"):
                if can_decide:
                    is_open = st.query_params.get("plan") == case_id
                    st.button(
                        "Close" if is_open else "Plan",
                        key=f"plan-{case_id}",
                        on_click=_toggle,
                        args=(case_id,),
                    )
                frame.open_case(case_id)
        if st.query_params.get("plan") == case_id:
            _plan(UUID(case_id))


def _toggle(case_id: str) -> None:
    if st.query_params.get("plan") == case_id:
        st.query_params.pop("plan")
    else:
        st.query_params["plan"] = case_id


def _plan(case_id: UUID) -> None:
    answer = plan.plan_of(case_id)
    frame.age(answer)
    if answer.body:
        plan.show(case_id, answer.body, frame.staff().role)


def _since(entry: dict[str, Any]) -> str:
    left = moment(entry.get("discharged_at"))
    words = wording.span(clock.now() - left) if left else "?"
    exact = escape(wording.clock(left, desk().zone)) if left else ""
    return (
        f'<p class="timer reached" title="Discharged {exact}"><b>{words}</b><span>since discharge</span></p>'
    )


def _words(entry: dict[str, Any], names: dict[str, str]) -> str:
    upcoming = _next(entry)
    meetings = "; ".join(_meeting_name(each) for each in entry.get("meetings") or [])
    needs = f'<p class="needs">{escape(entry["needs"])}</p>' if entry.get("needs") else ""
    kind = wording.DISCHARGES.get(str(entry.get("discharge_type")), "Type not stated")
    return (
        f'<p class="who"><b>{escape(names.get(entry["case_id"], "Name not available"))}</b> '
        f"{plan.state(entry['state'])} {frame.chips([(kind, 'plain')])}</p>"
        f'<p class="next">{escape(upcoming)} <span class="quiet">{escape(meetings)}</span></p>{needs}'
    )


def _next(entry: dict[str, Any]) -> str:
    upcoming = moment(entry.get("next_occurrence_at"))
    return (
        f"Next meeting {wording.clock(upcoming, desk().zone, clock.now())}"
        if upcoming
        else "No meeting ahead"
    )


def _meeting_name(meeting: dict[str, Any]) -> str:
    return f"{meeting['name']}, {meeting.get('when') or ''}".rstrip(", ")


def _cells(entry: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    left = moment(entry.get("discharged_at"))
    cells = {
        "Name": names.get(entry["case_id"], "Name not available"),
        "Discharged": wording.clock(left, desk().zone) if left else "",
        "How": wording.DISCHARGES.get(str(entry.get("discharge_type")), "Not stated"),
        "Plan": str(entry["state"]).replace("_", " "),
        "Next": _next(entry),
        "Meetings": "; ".join(_meeting_name(each) for each in entry.get("meetings") or []),
        "Needs": str(entry.get("needs") or ""),
    }
    return {column: wording.literal(words) for column, words in cells.items()}
