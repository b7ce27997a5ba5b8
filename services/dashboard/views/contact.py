"""How to reach a person, and logging what came of it. Used by the list and by the case."""

from collections.abc import Callable
from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import wording
from services.dashboard.views import frame


def reach(person: dict[str, Any], *, wishes: bool = True) -> str:
    """Phone, e-mail and what was asked for, as HTML. The number is a link: the telephone dials it."""
    parts = []
    if phone := person.get("phone"):
        parts.append(f'<a class="phone" href="tel:{escape(phone)}">{escape(wording.phone(phone))}</a>')
    if email := person.get("email"):
        parts.append(f"<span>{escape(email)}</span>")
    ask_for = escape(str(person.get("name_to_use") or ""))
    return (
        f'<p class="reach"><span>Ask for <b>{ask_for}</b></span>{"".join(parts)}'
        f"{frame.safe_contact(person.get('safe_contact') or {}) if wishes else ''}</p>"
    )


def log_buttons(case_id: UUID, version: int, *, then: Callable[[], None], place: str = "list") -> None:
    """A channel, an optional note, and one button per outcome.

    No key presses these: a key held too long must not log a conversation that never was. `place` tells apart
    two of these on one page.
    """
    mine = f"{place}-{case_id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"how-{mine}"):
        channel = st.segmented_control(
            "How", list(wording.CONTACT_CHANNELS), format_func=wording.CONTACT_CHANNELS.__getitem__,
            default="call", required=True, key=f"channel-{mine}", label_visibility="collapsed",
        )  # fmt: skip
        st.text_input(
            "Note", key=f"note-{mine}", placeholder="Note (optional, seen by colleagues only)",
            max_chars=500, label_visibility="collapsed",
        )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall", key=f"outcomes-{mine}"):
        for outcome, words in wording.OUTCOMES.items():
            reached = outcome == "reached"
            st.button(
                words, key=f"{outcome}-{mine}", type="primary" if reached else "secondary",
                on_click=_log, args=(case_id, version, channel or "call", outcome, f"note-{mine}", then),
            )  # fmt: skip


def _log(
    case_id: UUID, version: int, channel: str, outcome: str, note_key: str, then: Callable[[], None]
) -> None:
    note = str(st.session_state.get(note_key) or "").strip()
    body = {"channel": channel, "outcome": outcome} | ({"note": note} if note else {})
    if frame.act("intake", f"/api/v1/cases/{case_id}/contacts", body, version=version) is not None:
        st.session_state[note_key] = ""
        then()
        frame.done(f"Logged: {wording.OUTCOMES[outcome].lower()}.")
