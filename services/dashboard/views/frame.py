"""What every page shares: the person at the screen, asking and acting in their name, the strip, the style."""

import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

import streamlit as st
from streamlit import config
from streamlit.navigation.page import StreamlitPage

from services.dashboard import accounts, readmodel, wording
from services.dashboard.clients import Answer, Heard, Params, Refusal
from services.dashboard.desk import desk
from services.dashboard.sessions import SignedIn, signed_in
from services.dashboard.sign_in import cookie_name
from services.dashboard.timeline import Reader, sentence
from services.dashboard.waiting import Row
from shared import clock

_STYLE = (Path(__file__).parent / "style.css").read_text()
ICON = str(Path(__file__).parent / "mark.svg")
OPEN_STAGES = ("new", "working", "assessing", "cleared", "scheduled")
_STEADY = 60.0  # seconds; plans and answers change when their service says so, and that is heard
POLL = 1.0  # the strip and the list ask for the same thing within a second: one request


# The names our style sheet uses -> the settings of the theme, so that a colour is written down once.
_PALETTE = {
    "sea": "primaryColor",
    "link": "linkColor",
    "red": "redColor",
    "red-ink": "redTextColor",
    "red-wash": "redBackgroundColor",
    "amber": "orangeColor",
    "amber-ink": "orangeTextColor",
    "amber-wash": "orangeBackgroundColor",
    "green": "greenColor",
    "green-ink": "greenTextColor",
    "green-wash": "greenBackgroundColor",
    "blue-ink": "blueTextColor",
    "blue-wash": "blueBackgroundColor",
}


def style() -> None:
    dark = f"@media (prefers-color-scheme: dark) {{ {_palette('dark')} }}"
    st.html(f"<style>{_palette('light')} {dark} {_STYLE}</style>")


def _palette(theme: str) -> str:
    colours = {name: config.get_option(f"theme.{theme}.{option}") for name, option in _PALETTE.items()}
    return ":root {" + "".join(f"--{name}: {colour};" for name, colour in colours.items()) + "}"


def enter() -> SignedIn:
    """The person at the screen, or a page that says they are signed out and nothing else."""
    who = _read()
    if who is None:
        _signed_out()
        st.stop()
    return who


def staff() -> SignedIn:
    """Read again at every run, fragments included: a changed role or a sign-out binds at the next tick."""
    who = _read()
    if who is None:
        st.rerun()  # the whole page, which then says "signed out" instead of showing anybody's name
    return who


def _read() -> SignedIn | None:
    cookie = st.context.cookies.get(cookie_name(desk().https))
    return desk().run(signed_in(desk().database, cookie))


def _signed_out() -> None:
    st.session_state.clear()
    with st.container(key="signed-out", horizontal_alignment="center"):
        st.html("<h1>You are signed out</h1><p>Nothing you saved was lost.</p>")
        # A link the browser follows, because the sign-in page is not one of Streamlit's.
        st.html('<p><a class="as-button" href="/auth/sign-in" target="_self">Sign in</a></p>')


def _heard(who: SignedIn) -> Heard:
    """What this person heard in this role. Whoever comes after, or is left with less, starts with nothing."""
    heard = st.session_state.get("heard")
    if isinstance(heard, Heard) and heard.of == (who.id, who.role):
        return heard
    for remembered in ("marks", "now.frozen", "now.person"):
        st.session_state.pop(remembered, None)
    st.session_state["heard"] = fresh = Heard((who.id, who.role))
    return fresh


def ask(service: str, path: str, params: Params | None = None, *, fresh_for: float = 0.0) -> Answer:
    who = staff()
    return desk().run(desk().services.get(who, _heard(who), service, path, params, fresh_for=fresh_for))


def ask_again_when(mark: str, service: str, path: str, params: Params | None = None) -> Answer:
    """What was heard, until `mark` changes or a minute has passed. For answers whose reading is audited."""
    marks: dict[str, str] = st.session_state.setdefault("marks", {})
    address = f"{service}:{path}"
    known = marks.get(address) == mark
    marks[address] = mark
    return ask(service, path, params, fresh_for=_STEADY if known else 0.0)


def act(service: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any] | None:
    """Do it; None when it was refused. Why, and that it was done, is said by `notices()` at the next run."""
    who = _read()
    if who is None:  # a callback cannot rerun the page; the run that follows says "signed out"
        return None
    done = desk().run(desk().services.act(who, service, path, body, **more))
    _heard(who).forget()
    st.session_state.pop("refusal", None)
    if isinstance(done, Refusal):
        st.session_state["refusal"] = (done, path)
        return None
    return done


def done(sentence: str) -> None:
    """Shown once, at the next run: a toast raised before a rerun would be lost."""
    st.session_state["done"] = sentence


def notices() -> None:
    """Always one container, filled or not: what stands below must not move under a finger."""
    if sentence := st.session_state.pop("done", None):
        st.toast(wording.literal(sentence), icon=":material/check:")
    with st.container(key="notices"):
        if "refusal" in st.session_state:
            refusal, path = st.session_state["refusal"]
            notice(why(refusal, path), "wrong")
            st.button("Understood", key="refusal-read", on_click=_understood)


def _understood() -> None:
    st.session_state.pop("refusal", None)


def notice(sentence: str, kind: str = "said") -> None:
    """`said` or `wrong`. Plain HTML: Streamlit's own boxes fetch more code before they show a word."""
    role = "alert" if kind == "wrong" else "status"
    st.html(f'<p class="notice {kind}" role="{role}">{escape(sentence)}</p>')


def why(refusal: Refusal, path: str) -> str:
    """Who changed what, as far as it is known; otherwise the service's own sentence."""
    extra = refusal.extra
    if refusal.code == "already_claimed" and extra.get("by"):
        until = f" until {reader().clock(extra['until'])}" if extra.get("until") else ""
        return f"{reader().name(extra['by'])} already holds this case{until}. Nothing was changed."
    if refusal.code == "stale_version":
        return f"Somebody was faster.{_latest(path)} You see the case as it is now; your click did nothing."
    missing = [gate["message"] for gate in extra.get("missing", ())]
    return " ".join([refusal.sentence, *missing])


def _latest(path: str) -> str:
    """The last thing that happened to the case a move was refused for: who did what, from the timeline."""
    found = re.search(r"/cases/([0-9a-f-]{36})", path)
    entries = desk().run(readmodel.history(desk().database, UUID(found[1]))) if found else []
    if not entries:
        return ""
    at = wording.clock(entries[0].at, desk().zone, clock.now())
    return f" {at}: {sentence(entries[0], reader())}"


def reader() -> Reader:
    return Reader(desk().zone, names())


def names() -> dict[UUID, str]:
    """Colleagues by id. They change seldom, so once in a full run of the page is enough."""
    if "names" not in st.session_state:

        async def read() -> dict[UUID, str]:
            async with desk().database.reading() as session:
                return await accounts.names(session)

        st.session_state["names"] = desk().run(read())
    found: dict[UUID, str] = st.session_state["names"]
    return found


def cases(stages: Sequence[str] = OPEN_STAGES) -> tuple[Answer, list[Row]]:
    """The open cases by urgency, at most a second old."""
    answer = ask("intake", "/api/v1/cases", {"stage": ",".join(stages)}, fresh_for=POLL)
    return answer, [Row.of(case) for case in answer.rows("cases")]


def age(answer: Answer) -> None:
    """Says so whenever what is shown is not of this moment, and how old it is."""
    if not answer.trouble:
        return
    if answer.as_of is None:
        notice(answer.trouble, "wrong")
        return
    old = wording.span(clock.now() - answer.as_of)
    at = f"{answer.as_of.astimezone(desk().zone):%H:%M:%S}"
    notice(f"{answer.trouble} Showing {at}, {old} old; reconnecting.", "wrong")


def choice(name: str, label: str, options: dict[str, str], changed: Callable[[], None] | None = None) -> str:
    """One of `options` (code -> words), the first by default. The address decides, so a link or a number
    in the strip can choose too.

    Not Streamlit's own binding: that writes the words into the address, and ours contain counts.
    """
    usual = next(iter(options))
    wanted = st.query_params.get(name, usual)
    st.session_state[name] = wanted if wanted in options else usual

    def write() -> None:
        st.query_params[name] = st.session_state[name]
        if changed:
            changed()

    chosen = st.segmented_control(
        label, list(options), format_func=lambda code: options.get(code, code), required=True, key=name,
        label_visibility="collapsed", on_change=write,
    )  # fmt: skip
    return chosen or usual


def chips(words: Sequence[tuple[str, str]]) -> str:
    """Small labels as HTML, from (text, kind)."""
    return "".join(f'<span class="chip {kind}">{escape(text)}</span>' for text, kind in words)


def safe_contact(wishes: dict[str, bool]) -> str:
    """What not to do is loud, what is fine is quiet; both are words, so colour is never alone."""
    return chips([(words, "fine" if fine else "never") for words, fine in wording.safe_contact(wishes)])


def remember_pages(pages: dict[str, StreamlitPage]) -> None:
    st.session_state["pages"] = pages


def open_case(case_id: UUID | str) -> None:
    """A real link. Switching pages from a list that redraws itself can leave the browser an empty page."""
    st.html(f'<a class="go" href="/case?id={UUID(str(case_id))}">Open</a>', width="content")


def go(name: str, **query: str) -> None:
    """Open another page with its state in the address."""
    pages: dict[str, StreamlitPage] = st.session_state["pages"]
    if name in pages:
        st.switch_page(pages[name], query_params=query)
