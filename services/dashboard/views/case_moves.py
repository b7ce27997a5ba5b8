"""What may be done with a case: the legal moves as buttons, the others shown with the reason they are not."""

from typing import Any
from uuid import UUID

import streamlit as st

from services.dashboard import wording
from services.dashboard.sessions import SignedIn
from services.dashboard.views import contact, frame
from services.dashboard.waiting import moment
from shared import clock

# Recorded at the desk, in the person's presence or on the phone; the others come with the public form.
_ASKABLE = ("contact", "texts", "insurer", "sud_benefits", "treatment", "aftercare")


def moves(case: dict[str, Any], who: SignedIn) -> None:
    may = set(case.get("allowed_actions") or ())
    if "release" in may:
        st.button(
            "Give back", key="release", on_click=_act, args=(case, "release", "Given back to the list.")
        )
    else:
        st.button(
            "Claim", key="claim", type="primary", shortcut="u", disabled="claim" not in may,
            help=wording.literal(_why_not_claim(case, who)) if "claim" not in may else None,
            on_click=_act, args=(case, "claim", "The case is yours."),
        )  # fmt: skip
    if "log_contact" in may:
        with st.popover("Log contact", icon=":material/call:", key="log"):
            contact.log_buttons(UUID(case["case_id"]), case["version"], then=_stay)
    if "record_consent" in may:
        with st.popover("Record consent", icon=":material/signature:", key="consent"):
            _consent_form(case)
    if "request_verification" in may:
        st.button(
            "Ask the insurer", key="verify", icon=":material/verified_user:",
            on_click=_act, args=(case, "actions/request_verification", "The insurer is being asked."),
        )  # fmt: skip
    _admit(case, may)
    _discharge(case, may)


def _admit(case: dict[str, Any], may: set[str]) -> None:
    gates = [gate["message"] for gate in case.get("blocking") or []]
    if case["stage"] not in frame.OPEN_STAGES:
        return
    ready = "admit" in may and not gates
    why = " ".join(gates) or (
        "" if "admit" in may else "Claim the case first, or ask somebody whose role may admit."
    )
    st.button(
        "Admit", key="admit", type="primary" if ready else "secondary", icon=":material/login:",
        disabled=not ready, help=wording.literal(why) or None,
        on_click=_act, args=(case, "actions/admit", "Admitted."),
    )  # fmt: skip


def _discharge(case: dict[str, Any], may: set[str]) -> None:
    if case["stage"] != "admitted":
        return
    if "discharge" not in may:
        st.button(
            "Discharge", key="discharge-no", disabled=True, help="A case manager or the director discharges."
        )
        return
    with st.popover("Discharge", icon=":material/logout:", key="discharge"):
        kind = st.selectbox(
            "How the stay ended", list(wording.DISCHARGES), format_func=wording.DISCHARGES.__getitem__,
            index=None, placeholder="Choose", key="discharge-type",
        )  # fmt: skip
        agreed = {each["item"] for each in case.get("consents") or [] if each["state"] == "given"}
        if "aftercare" in agreed:
            st.caption("Aftercare was agreed to: meetings are looked for as soon as you confirm.")
        else:
            st.caption("No aftercare consent: meetings may be suggested to staff; nobody is enrolled.")
        st.button(
            "Discharge now", key="discharge-now", type="primary", disabled=kind is None,
            on_click=_act, args=(case, "actions/discharge", "Discharged.", {"type": kind}),
        )  # fmt: skip


def fix(case: dict[str, Any], gate: dict[str, Any]) -> None:
    """The button that opens a gate. An action this version does not know stays a sentence."""
    action, said = gate["fix"]["action"], gate["fix"]["label"]
    label = wording.literal(said)
    key, may = f"fix-{gate['gate']}", set(case.get("allowed_actions") or ())
    item = {
        "record_treatment_consent": "treatment",
        "record_insurer_consent": "insurer",
        "ask_aftercare": "aftercare",
    }.get(action)
    if item and "record_consent" in may:
        with st.popover(label, key=key):
            _answer_buttons(case, item, key)
    elif action == "log_contact" and "log_contact" in may:
        with st.popover(label, key=key):
            contact.log_buttons(UUID(case["case_id"]), case["version"], then=_stay, place="fix")
    elif action in {"request_verification", "choose_self_pay"} and action in may:
        st.button(label, key=key, on_click=_act, args=(case, f"actions/{action}", f"{said}: done."))
    elif action == "open_coverage":
        st.caption(f"{label}: see Coverage below.")
    else:
        st.button(label, key=key, disabled=True, help="Not possible now, or not with your role.")


def _consent_form(case: dict[str, Any]) -> None:
    item = st.selectbox(
        "Consent to", _ASKABLE, format_func=wording.CONSENTS.__getitem__, key="consent-item", index=None,
        placeholder="Choose",
    )  # fmt: skip
    if item:
        _answer_buttons(case, item, "consent-answer")


def _answer_buttons(case: dict[str, Any], item: str, key: str) -> None:
    st.caption("Record what the person said or signed. No is as good an answer as yes.")
    how = st.segmented_control(
        "How they answered", list(wording.CONSENT_CHANNELS), format_func=wording.CONSENT_CHANNELS.__getitem__,
        default="in_person", required=True, key=f"{key}-how", label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall", key=f"{key}-answers"):
        for words, given in (("Yes, agreed", True), ("No", False)):
            st.button(
                words, key=f"{key}-{given}", type="primary" if given else "secondary",
                on_click=_act,
                args=(case, "consents", f"{wording.CONSENTS[item]}: {'agreed' if given else 'not agreed'}.",
                      {"item": item, "given": given, "channel": how}),
            )  # fmt: skip


def _act(case: dict[str, Any], path: str, said: str, body: dict[str, Any] | None = None) -> None:
    """By the id and version that were on the screen."""
    address = f"/api/v1/cases/{case['case_id']}/{path}"
    if frame.act("intake", address, body, version=case["version"]) is not None:
        frame.done(said)


def _stay() -> None:
    """After logging, the case stays open."""


def _why_not_claim(case: dict[str, Any], who: SignedIn) -> str:
    until = moment(case.get("owned_until"))
    if case.get("owner_id") and until and clock.now() < until:
        if str(who.id) == case["owner_id"]:
            return "You hold this case."
        return (
            f"{frame.reader().name(case['owner_id'])} holds it for {wording.span(until - clock.now())} more."
        )
    return "A coordinator or the director claims open cases."
