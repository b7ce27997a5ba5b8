"""How one joins a meeting online: a direct link of a known provider, or a number to dial.

A link keeps its query, `pwd` and the like too. The group publishes it so that anybody may come in; it is the
room's and nobody's own, and without it the client stands before a closed door. It is shown to people who were
given this meeting, and left out where two versions are compared (normal_form.py): such codes change often.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from services.aftercare.meetings import cells
from services.aftercare.meetings.normal_form import Join

# Hosts deployed readers treat as "opens the room at once"; a link elsewhere is a page about the meeting.
# meet.example.org is nobody's (RFC 2606) and serves the demonstration list.
PROVIDERS = (
    "bluejeans.com", "discord.gg", "freeconference.com", "freeconferencecall.com", "goto.com", "gotomeet.me",
    "gotomeeting.com", "meet.google.com", "meet.jit.si", "meetings.dialpad.com", "skype.com",
    "teams.live.com", "teams.microsoft.com", "webex.com", "zoho.com", "zoom.us",
    "meetings.smartrecovery.org", "meet.example.org",
)  # fmt: skip
_URL = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)


def join_of(row: dict[str, Any]) -> Join:
    """The way in, with "" for what is missing. A link hidden in the notes counts when the row means it."""
    url = known(row.get("conference_url")) or first_known(row.get("conference_url_notes"))
    option = cells.text(row.get("attendance_option")).lower()
    means_online = cells.says_online(row.get("types")) or option in ("online", "hybrid")
    if not url and means_online:
        url = first_known(row.get("notes"))
    return Join(url, dial_in(row.get("conference_phone")))


def known(value: Any) -> str:
    """The link, if it leads straight into a room."""
    url = cells.link(value)
    host = urlsplit(url).hostname or ""
    return url if any(host == name or host.endswith(f".{name}") for name in PROVIDERS) else ""


def dial_in(value: Any) -> str:
    """Digits with + , * # (a one-tap string); fewer than ten digits is no telephone number."""
    tapped = re.sub(r"[^\d+,*#]", "", cells.text(value, 80))
    return tapped if sum(character.isdigit() for character in tapped) >= 10 else ""


def first_known(*values: Any) -> str:
    """The first link into a room that is written anywhere in these texts."""
    links = (found for value in values for found in _URL.findall(cells.text(value, 2000)))
    return next((url for found in links if (url := known(found.rstrip(".,;")))), "")
