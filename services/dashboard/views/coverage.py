"""What the insurer said, in plain words, from the service that asked."""

from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import readmodel, wording
from services.dashboard.desk import desk
from services.dashboard.views import frame
from services.dashboard.waiting import moment
from shared import clock
from shared.identity import Role

_STATES = {
    "requested": ("Being asked", "held"),
    "querying": ("Being asked", "held"),
    "verified_active": ("Active", "fine"),
    "verified_inactive": ("No coverage", "never"),
    "needs_correction": ("Needs correcting", "danger"),
    "payer_unavailable": ("Payer not answering", "danger"),
    "manual_review": ("Needs a person", "danger"),
    "expired": ("Too old", "plain"),
    "closed": ("Stopped", "plain"),
}
_STILL_ASKING = {"requested", "querying"}
_MAY_ASK_AGAIN = {Role.VOB, Role.COORDINATOR}


@st.fragment(run_every="5s")
def panel(case_id: UUID) -> None:
    who = frame.staff()
    mark = desk().run(readmodel.mark(desk().database, "insurance", case_id))
    answer = frame.ask_again_when(mark, "insurance", f"/api/v1/cases/{case_id}/verifications")
    if answer.status == 403:
        st.html('<p class="quiet">Your role sees the result above, not the details.</p>')
        return
    frame.age(answer)
    found = sorted(answer.rows("verifications"), key=lambda each: str(each["requested_at"]), reverse=True)
    if not found:
        st.html(
            '<p class="quiet">The insurer has not been asked. That needs the person\'s own consent first.</p>'
        )
        return
    _one(found[0], who.role)
    if len(found) > 1:
        with st.expander(f"Earlier answers ({len(found) - 1})", key="earlier"):
            for verification in found[1:]:
                st.html(_words(verification))


def _one(verification: dict[str, Any], role: Role) -> None:
    with st.container(border=True, key="verification"):
        st.html(_words(verification))
        if verification["state"] not in _STILL_ASKING and role in _MAY_ASK_AGAIN:
            st.button(
                "Ask again",
                key="recheck",
                icon=":material/refresh:",
                on_click=_ask_again,
                args=(verification,),
            )


def _words(verification: dict[str, Any]) -> str:
    zone, now = desk().zone, clock.now()
    state = str(verification["state"])
    label, kind = _STATES.get(state, (state.replace("_", " ").capitalize(), "plain"))
    when = moment(verification.get("answered_at")) or moment(verification["requested_at"])
    at = wording.clock(when, zone, now) if when else ""
    next_try = moment(verification.get("next_attempt_at"))
    again = (
        f'<p class="quiet">Asked again by itself at {wording.clock(next_try, zone, now)}.</p>'
        if next_try
        else ""
    )
    fresh = moment(verification.get("fresh_until"))
    good = f" · good until {wording.clock(fresh, zone, now)}" if fresh else ""
    return (
        f'<p class="answer">{frame.chips([(label, kind)])} <span class="quiet">{at}{good}</span></p>'
        f'<p class="summary" title="To read to the client">{escape(verification["summary"])}</p>'
        f"{again}{_levels(verification.get('levels') or [])}{_benefits(verification.get('benefits') or [])}"
    )


def _levels(levels: list[dict[str, Any]]) -> str:
    """Each level of care with how its answer was come by; "not known" is said, not left out."""
    if not levels:
        return ""
    lines = []
    for each in levels:
        name = wording.level_of_care(str(each["level"]), each.get("network"))
        covered = wording.COVERED.get(str(each.get("covered")), wording.COVERED["unknown"])
        needs = ", with prior authorization" if (each.get("authorization") or {}).get("value") else ""
        basis = wording.BASES.get(str(each.get("basis")), "")
        lines.append(f'<li>{escape(name)}: {covered}{needs} <span class="quiet">{escape(basis)}</span></li>')
    return (
        f'<details class="benefits" open><summary>By level of care ({len(lines)})</summary>'
        f'<ul class="consents">{"".join(lines)}</ul></details>'
    )


def _benefits(benefits: list[dict[str, Any]]) -> str:
    """Every line the payer sent, in words; what it did not say is not guessed."""
    if not benefits:
        return ""
    lines = []
    for benefit in benefits:
        said = " ".join(benefit.get("messages") or ())
        lines.append(f'<li>{escape(benefit["text"])} <span class="quiet">{escape(said)}</span></li>')
    return (
        f'<details class="benefits"><summary>What the payer said, line by line ({len(lines)})</summary>'
        f'<ol class="consents">{"".join(lines)}</ol></details>'
    )


def _ask_again(verification: dict[str, Any]) -> None:
    if frame.act("insurance", f"/api/v1/verifications/{verification['verification_id']}/recheck") is not None:
        frame.done("The insurer is being asked again.")
