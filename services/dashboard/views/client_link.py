"""A link to the client's own page, made on request and shown until it was handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from uuid import UUID

import streamlit as st

from services.dashboard import wording
from services.dashboard.desk import desk
from services.dashboard.views import frame
from services.dashboard.waiting import moment
from shared import clock
from shared.identity import Role

_SHOWN = "client-link"
_SHOWN_FOR = timedelta(minutes=10)  # a screen somebody walked away from


@dataclass(frozen=True)
class _Link:
    """One at a time: whoever has it has the client's page, so it does not lie about."""

    case_id: UUID
    made_by: tuple[UUID, Role]
    made_at: datetime
    url: str
    expires_at: datetime | None


def offer(case_id: UUID) -> None:
    """The button, and below it the link it made. Another case, another person, ten minutes: it is gone."""
    st.button(
        "Make a link to the client's own page", key=f"link-{case_id}", on_click=_make, args=(case_id,)
    )  # fmt: skip
    link = st.session_state.get(_SHOWN)
    if not isinstance(link, _Link):
        return
    who = frame.staff()
    if link.made_by != (who.id, who.role) or clock.now() - link.made_at > _SHOWN_FOR:
        _put_away()
    elif link.case_id == case_id:
        until = f", until {wording.clock(link.expires_at, desk().zone)}" if link.expires_at else ""
        st.html(
            f"<dl><div><dt>Client's own page</dt><dd><code>{escape(link.url)}</code></dd></div></dl>"
            f'<p class="quiet">Good once{until}; hand it over in the room or by a message of the client\'s '
            "choosing. It is not shown again.</p>"
        )
        st.button("Handed over", key=f"handed-{case_id}", on_click=_put_away)


def _make(case_id: UUID) -> None:
    made = frame.act("aftercare", f"/api/v1/cases/{case_id}/plan/link")
    if made is not None:
        who = frame.staff()
        until = moment(made.get("expires_at"))
        st.session_state[_SHOWN] = _Link(case_id, (who.id, who.role), clock.now(), str(made["url"]), until)


def _put_away() -> None:
    st.session_state.pop(_SHOWN, None)
