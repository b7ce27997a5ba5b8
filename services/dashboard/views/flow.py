"""Flow: is every service carrying, what waits, what was set aside and why, and trying it again."""

from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import own_flow, wording
from services.dashboard.clients import TITLES
from services.dashboard.desk import desk
from services.dashboard.lights import Colour, Light, light_of
from services.dashboard.sessions import SignedIn
from services.dashboard.views import frame
from services.dashboard.waiting import moment
from shared import clock
from shared.identity import Role

_MARKS = {Colour.GREEN: "●", Colour.AMBER: "▲", Colour.RED: "■"}
MAY_MEND = {Role.COORDINATOR, Role.DIRECTOR}
OWN = "dashboard"


def page() -> None:
    st.html('<h1 class="title">Flow</h1>')
    _lights()
    st.html("<h2>Set aside</h2>")
    _parked()


@st.fragment(run_every="5s")
def _lights() -> None:
    frame.staff()
    cards = []
    for service, title in TITLES.items():
        answer = frame.ask(service, "/api/v1/flow", fresh_for=frame.POLL)
        if answer.status == 403:
            frame.notice("Your role does not see how the services are doing.")
            return
        state = None if answer.trouble else answer.body
        cards.append(_card(title, light_of(title, state), state))
    state = desk().run(own_flow.state(desk().database))
    light = light_of("Timeline", state)
    if state is None:
        light = Light(
            Colour.RED, "The projector is not running: timelines stand still; lists are up to date."
        )
    cards.append(_card("Timeline", light, state))
    st.html(f'<div class="cards">{"".join(cards)}</div>')
    at = f"{clock.now().astimezone(desk().zone):%H:%M:%S}"
    promise = "A stream that is down loses nothing: what happened waits in each service's own outbox."
    st.html(f'<p class="foot">As of {at}. {promise}</p>')


def _card(title: str, light: Light, state: dict[str, Any] | None) -> str:
    state = state or {}
    oldest = state.get("outbox_oldest_seconds") or 0
    figures = (
        ("Behind", state.get("lag"), "messages"),
        ("To send", state.get("outbox_waiting"), f"oldest {oldest} s" if state.get("outbox_waiting") else ""),
        ("Set aside", state.get("parked"), ""),
        ("Jobs due", state.get("jobs_waiting"), ""),
        ("Jobs given up", state.get("jobs_given_up"), ""),
    )
    rows = "".join(
        f"<div><dt>{name}</dt><dd>{'?' if value is None else value} <span>{unit}</span></dd></div>"
        for name, value, unit in figures
    )
    colour = light.colour.name.lower()
    return (
        f'<section class="card {colour}">'
        f'<h3><span aria-label="{colour}">{_MARKS[light.colour]}</span> {title}</h3>'
        f"<p>{escape(light.sentence)}</p><dl>{rows}</dl></section>"
    )


@st.fragment(run_every="5s")
def _parked() -> None:
    who = frame.staff()
    frame.notices()
    if said := st.session_state.get("tried"):
        frame.notice(said)
    anything = False
    for service, title in {**TITLES, OWN: "Timeline"}.items():
        rows = _waiting(service)
        anything = anything or bool(rows)
        if len(rows) > 1 and who.role in MAY_MEND:
            st.button(
                f"{title}: replay all {len(rows)}",
                key=f"all-{service}",
                on_click=_replay_all,
                args=(who, service, rows),
            )
        for row in rows:
            _one(who, service, title, row)
    if not anything:
        st.html('<div class="empty"><p>Nothing was set aside.</p><p>Every message was understood.</p></div>')


def _waiting(service: str) -> list[dict[str, Any]]:
    if service == OWN:
        return desk().run(own_flow.waiting(desk().database))
    return frame.ask(service, "/api/v1/parked", fresh_for=frame.POLL).rows("parked")


def _one(who: SignedIn, service: str, title: str, row: dict[str, Any]) -> None:
    parked_id = str(row["id"])
    at = row["parked_at"] if not isinstance(row["parked_at"], str) else moment(row["parked_at"])
    kind = str(row["subject"]).split(".")[-2].replace("_", " ")
    line = st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"row-needs-{parked_id}"
    )
    with line:
        st.html(
            f'<p class="who"><b>{title} set aside “{escape(kind)}”</b> '
            f'<span class="quiet">{wording.clock(at, desk().zone, clock.now()) if at else ""}</span></p>'
            f'<p class="next">{escape(str(row["reason"]))}</p>',
            width="stretch",
        )
        if row.get("case_id") and st.button("Open case", key=f"open-{parked_id}"):
            frame.go("case", id=str(row["case_id"]))
        if who.role in MAY_MEND:
            st.button("Try", key=f"try-{parked_id}", help="Runs it and undoes everything",
                      on_click=_try, args=(who, service, parked_id))  # fmt: skip
            st.button("Replay", key=f"replay-{parked_id}", type="primary",
                      on_click=_replay, args=(who, service, parked_id))  # fmt: skip


def _try(who: SignedIn, service: str, parked_id: str) -> None:
    """A dry run: through the same handler, then undone."""
    if (why_not := _run(who, service, parked_id, dry_run=True)) is None:
        st.session_state["tried"] = "It would work now. Nothing was changed."
    else:
        st.session_state["tried"] = why_not


def _replay(who: SignedIn, service: str, parked_id: str) -> None:
    if (why_not := _run(who, service, parked_id, dry_run=False)) is None:
        frame.done("Replayed.")
    else:
        st.session_state["tried"] = why_not


def _replay_all(who: SignedIn, service: str, rows: list[dict[str, Any]]) -> None:
    """One by one, in the order they came; what still cannot be applied stays where it is."""
    worked = [_run(who, service, str(row["id"]), dry_run=False) is None for row in rows]
    frame.done(f"{sum(worked)} of {len(rows)} replayed.")


def _run(who: SignedIn, service: str, parked_id: str, *, dry_run: bool) -> str | None:
    """None when it works (or would); otherwise the sentence why not."""
    st.session_state.pop("tried", None)
    if service == OWN:
        return desk().run(own_flow.replay(desk().database, who, UUID(parked_id), dry_run=dry_run))
    params = {"dry_run": "true" if dry_run else "false"}
    if frame.act(service, f"/api/v1/parked/{parked_id}/replay", params=params) is not None:
        return None
    refusal, path = st.session_state.pop("refusal")
    return frame.why(refusal, path)
