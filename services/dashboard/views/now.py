"""Now: one ranked list of everybody who waits for us, and what to do next for each."""

from html import escape
from uuid import UUID

import streamlit as st

from services.dashboard import wording
from services.dashboard.clients import Answer
from services.dashboard.desk import desk
from services.dashboard.metrics import LastHour
from services.dashboard.readmodel import last_hour
from services.dashboard.sessions import SignedIn
from services.dashboard.views import contact, frame
from services.dashboard.waiting import SHOWN, Row, after, chosen, news
from shared import clock

FROZEN, PERSON = "now.frozen", "now.person"


def page() -> None:
    st.html('<h1 class="title">Now</h1>')
    _board()


@st.fragment(run_every="2s")
def _board() -> None:
    """Everything is asked for first and drawn after: while half a list is drawn, rows show old buttons."""
    who, now = frame.staff(), clock.now()
    answer, fresh = frame.cases()
    rows = _frozen(fresh)
    person = _person(selected) if (selected := _selected()) and answer.body is not None else None
    hour = desk().run(last_hour(desk().database, now))
    frame.notices()
    with st.container(key="age"):
        frame.age(answer)
    if answer.body is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        show = frame.choice("show", "Show", SHOWN, changed=_unfreeze)
        visible = chosen(rows, show, who.id, now)
        _bar(fresh)
        _next_button(visible, rows)
    opened = selected if any(row.case_id == selected for row in visible) else None
    # The keys act on the open row; without one, on the first.
    keyed = opened or (visible[0].case_id if visible else None)
    for row in visible:
        _row(row, who, rows, person if row.case_id == opened else None, keyed=row.case_id == keyed)
    _foot(visible, hour)


def _next_button(visible: list[Row], rows: list[Row]) -> None:
    following = after(visible, _selected())
    st.button(
        "Next case", key="next", shortcut="n", disabled=following is None, type="primary",
        on_click=_select, args=(following.case_id if following else None, rows),
    )  # fmt: skip


def _bar(fresh: list[Row]) -> None:
    """While the list stands still, what it is missing is offered, never pushed under somebody's finger."""
    if FROZEN in st.session_state:
        sentence = news(st.session_state[FROZEN], fresh).sentence()
        if sentence:
            st.button(sentence, key="show-new", icon=":material/arrow_upward:", on_click=_unfreeze)


def _frozen(fresh: list[Row]) -> list[Row]:
    """The list as it stood when a row was opened, or as it is now."""
    if _selected() is None:
        return fresh
    rows: list[Row] = st.session_state.setdefault(FROZEN, fresh)
    return rows


def _selected() -> UUID | None:
    """The open row is in the address, so that a reload or a reconnect lands on it."""
    try:
        return UUID(st.query_params.get("row", ""))
    except ValueError:
        return None


def _select(case_id: UUID | None, rows: list[Row]) -> None:
    _close()
    if case_id:
        st.query_params["row"] = str(case_id)
        st.session_state[FROZEN] = rows


def _close() -> None:
    for key in (FROZEN, PERSON, "refusal", "logging"):
        st.session_state.pop(key, None)
    st.query_params.pop("row", None)


def _unfreeze() -> None:
    """Show the list as it is. The open row stays open if it is still there."""
    st.session_state.pop(FROZEN, None)
    st.session_state.pop(PERSON, None)


def _row(row: Row, who: SignedIn, rows: list[Row], person: Answer | None, *, keyed: bool) -> None:
    """`person` is given for the open row: how to reach them."""
    is_open = person is not None
    look = _look(row, who)
    with st.container(key=f"row-{look}-{'open' if is_open else 'shut'}-{row.case_id}", border=True):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"line-{row.case_id}"
        ):
            st.html(_timer(row), width=112)
            st.html(_words(row, who), width="stretch")
            with st.container(horizontal=True, width="content", gap="xsmall", key=f"acts-{row.case_id}"):
                if "claim" in row.allowed_actions:
                    st.button(
                        "Claim", key=f"claim-{row.case_id}", type="primary", shortcut="u" if keyed else None,
                        on_click=_claim, args=(row,),
                    )  # fmt: skip
                if "log_contact" in row.allowed_actions and not is_open:
                    st.button(
                        "Log", key=f"log-{row.case_id}", shortcut="l" if keyed else None,
                        on_click=_select, args=(row.case_id, rows), help="Log a call, a text, a visit",
                    )  # fmt: skip
                frame.open_case(row.case_id)
                if is_open:
                    st.button("Close", key=f"close-{row.case_id}", type="tertiary", on_click=_close)
        if person is not None:
            _panel(row, person)


def _look(row: Row, who: SignedIn) -> str:
    now = clock.now()
    if row.is_urgent:
        return "urgent"
    if row.is_waiting(now):
        late = row.first_attempt_at is None and row.respond_by <= now
        return "over" if late else "waiting"
    return "mine" if row.is_mine(who.id, now) else "held"


def _timer(row: Row) -> str:
    """What the row waits for: the first answer until somebody was reached, then nothing that runs out."""
    now, zone = clock.now(), desk().zone
    exact = escape(wording.clock(row.received_at, zone))
    if row.reached_at:
        words, kind, what = wording.clock(row.reached_at, zone, now), "reached", "reached"
    elif row.is_held(now) and row.owned_until:
        words, kind, what = wording.until(row.owned_until, now)[0], "held", "of the lease"
    elif row.first_attempt_at:
        words, kind, what = wording.clock(row.first_attempt_at, zone, now), "due", "tried, not reached"
    else:
        words, over = wording.until(row.respond_by, now)
        kind, what = ("over", "answer due") if over else ("due", "to answer")
    return f'<p class="timer {kind}" title="Asked for help {exact}"><b>{words}</b><span>{what}</span></p>'


def _words(row: Row, who: SignedIn) -> str:
    now = clock.now()
    priority = wording.PRIORITIES.get(row.priority, row.priority)
    mark = "‼ " if row.priority == "P0" else ""
    labels = [(f"{mark}{row.priority} {priority}", "danger" if row.priority == "P0" else "plain")]
    labels.append((wording.CHANNELS.get(row.channel, row.channel), "plain"))
    if row.is_held(now) and row.owner_id:
        mine = row.owner_id == who.id
        labels.append(
            ("yours" if mine else f"{frame.reader().name(row.owner_id)} has it", "mine" if mine else "plain")
        )
    if row.coverage not in {"none"}:
        labels.append((f"coverage: {wording.COVERAGE.get(row.coverage, row.coverage)}", "plain"))
    name = escape(row.name_to_use)
    asked = escape(wording.span(now - row.received_at))
    return (
        f'<p class="who"><b>{name}</b> {frame.chips(labels)}</p>'
        f'<p class="next">{escape(row.next_step)} '
        f'<span class="quiet">Asked {asked} ago · {escape(row.reference)}</span></p>'
        f'<p class="safe">{frame.safe_contact(row.safe_contact)}</p>'
    )


def _claim(row: Row) -> None:
    """By the id and version that were on the screen; a colleague's later click is refused with their name."""
    claimed = frame.act("intake", f"/api/v1/cases/{row.case_id}/claim", version=row.version)
    st.session_state.pop(FROZEN, None)
    st.session_state.pop(PERSON, None)
    if claimed is not None:
        st.query_params["row"] = str(row.case_id)
        frame.done(f"{row.name_to_use} is yours.")


def _panel(row: Row, answer: Answer) -> None:
    """How to reach the person, and what came of it: the second of the two clicks."""
    frame.age(answer)
    if answer.body:
        st.html(contact.reach(answer.body, wishes=False))
    if "log_contact" in row.allowed_actions:
        contact.log_buttons(row.case_id, row.version, then=_close)


def _person(case_id: UUID) -> Answer:
    """Read once when the row is opened, not every two seconds: each reading of a person is audited."""
    known: tuple[UUID, Answer] | None = st.session_state.get(PERSON)
    if known and known[0] == case_id and known[1].body:
        return known[1]
    answer = frame.ask("intake", f"/api/v1/cases/{case_id}")
    st.session_state[PERSON] = (case_id, answer)
    return answer


def _foot(visible: list[Row], hour: LastHour) -> None:
    if visible:
        st.html(f'<p class="foot">Nobody else is waiting. {escape(hour.sentence())}</p>')
        return
    last = hour.last_received_at
    came = f"The last request came {wording.span(clock.now() - last)} ago. " if last else ""
    st.html(f'<div class="empty"><p>Nobody is waiting.</p><p>{escape(came + hour.sentence())}</p></div>')
