"""The frame every page stands in: who is signed in, which pages their role has, the strip at the top."""

import streamlit as st

from services.dashboard.views import case, flow, frame, now, roster, strip
from shared.identity import Role

DESK = {Role.COORDINATOR, Role.VOB, Role.CLINICIAN, Role.CASE_MANAGER, Role.DIRECTOR}

st.set_page_config(page_title="Staff desk", page_icon=frame.ICON, layout="wide")
frame.style()
who = frame.enter()

# What a role does not need is not shown; what it may not see is refused by the service that owns it.
ROLES = {
    "now": DESK,
    "aftercare": {Role.COORDINATOR, Role.CASE_MANAGER, Role.ALUMNI, Role.CLINICIAN, Role.DIRECTOR},
    "flow": strip.SEES_FLOW,
    "case": DESK | {Role.ALUMNI},  # last: nobody starts on a case
}
first = next(name for name, roles in ROLES.items() if who.role in roles)
PAGES = {
    "now": st.Page(now.page, title="Now", icon=":material/inbox:", default=first == "now"),
    "aftercare": st.Page(
        roster.page, title="Aftercare", icon=":material/diversity_3:", url_path="aftercare",
        default=first == "aftercare",
    ),
    "flow": st.Page(
        flow.page, title="Flow", icon=":material/lan:", url_path="flow", default=first == "flow"
    ),
    "case": st.Page(case.page, title="Case", url_path="case", visibility="hidden"),
}  # fmt: skip
mine = {name: page for name, page in PAGES.items() if who.role in ROLES[name]}
frame.remember_pages(mine)
page = st.navigation(list(mine.values()), position="top")
strip.top(who)
page.run()
