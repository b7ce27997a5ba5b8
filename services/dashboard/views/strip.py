"""The top of every page, live: who waits, how long, urgent, mine, the system light, the time."""

import streamlit as st

from services.dashboard import wording
from services.dashboard.clients import TITLES
from services.dashboard.desk import desk
from services.dashboard.lights import Colour, Light, light_of, overall
from services.dashboard.sessions import SignedIn, end_sessions
from services.dashboard.views import frame
from services.dashboard.waiting import strip_of
from shared import clock
from shared.identity import Role

_LIGHT_EVERY = 10.0  # seconds; a light need not move faster than a person would walk over
_MARKS = {Colour.GREEN: "●", Colour.AMBER: "▲", Colour.RED: "■"}  # a shape each: colour is never alone
SEES_FLOW = {Role.COORDINATOR, Role.CASE_MANAGER, Role.VOB, Role.DIRECTOR, Role.AUDITOR}


def top(who: SignedIn) -> None:
    if desk().settings.demo:
        st.html('<p class="ribbon">Demo: every person here is invented.</p>')
    with st.container(horizontal=True, vertical_alignment="center", key="top", gap="small"):
        _strip()
        with st.popover(wording.literal(who.shown_as), icon=":material/person:", key="me"):
            st.html(f'<p class="quiet">Signed in as {who.role.value.replace("_", " ")}</p>')
            st.button("Sign out everywhere", key="sign-out", on_click=_sign_out, args=(who,))


@st.fragment(run_every="2s")
def _strip() -> None:
    who, now = frame.staff(), clock.now()
    with st.container(horizontal=True, vertical_alignment="center", key="strip", gap="xsmall"):
        if "now" in st.session_state["pages"]:
            _numbers(who)
        if who.role in SEES_FLOW:
            light = overall(lights())
            sentence = wording.literal(light.sentence)
            _number(f"{_MARKS[light.colour]} {sentence}", "flow", f"light-{light.colour.name.lower()}")
        local = now.astimezone(desk().zone)
        zone = wording.zone_name(desk().zone, now)
        st.html(f'<p class="time" title="{zone}">{local:%H:%M:%S} <span>{zone}</span></p>')


def _numbers(who: SignedIn) -> None:
    answer, rows = frame.cases()
    if answer.body is None:
        _number("waiting list not available", "now", "stale")
        return
    figures = strip_of(rows, who.id, clock.now())
    oldest = wording.span(figures.oldest) if figures.oldest is not None else "none"
    _number(f"Waiting **{figures.waiting}**", "now", "waiting", show="waiting")
    _number(f"Oldest **{oldest}**", "now", "oldest", show="waiting")
    _number(
        f"Urgent **{figures.urgent}**",
        "now",
        "urgent-some" if figures.urgent else "urgent-none",
        show="urgent",
    )
    _number(f"My open **{figures.mine}**", "now", "mine", show="mine")


def _number(label: str, page: str, key: str, **query: str) -> None:
    """Every number leads to its rows."""
    if st.button(label, key=f"strip-{key}", type="tertiary"):
        st.session_state.pop("now.frozen", None)
        frame.go(page, **query)


def lights(fresh_for: float = _LIGHT_EVERY) -> dict[str, Light]:
    """A light for each service that does work; the dashboard itself is on the page Flow."""
    found = {}
    for service, title in TITLES.items():
        answer = frame.ask(service, "/api/v1/flow", fresh_for=fresh_for)
        found[title] = light_of(title, None if answer.trouble else answer.body)
    return found


def _sign_out(who: SignedIn) -> None:
    async def end() -> None:
        async with desk().database.transaction() as session:
            await end_sessions(session, who.id)

    desk().run(end())
