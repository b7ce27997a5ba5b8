"""The HTML page Streamlit starts from, with our title and the script that leaves it when the session ends.

Without that script, a screen whose connection broke would keep showing names after the session ended: the
reconnecting socket is refused, and Streamlit lays an error over the old page instead of removing it.
"""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

# The addresses of the pages in app.py. On any other address Streamlit answers with its own, unwatched page.
PAGES = ("/", "/case", "/aftercare", "/flow")
WATCH = "/auth/watch.js"

_ORIGINAL = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
_SCRIPT = Path(__file__).parent / "front" / "watch.js"


class UnknownShell(Exception):
    """This Streamlit's page is not built as we know it, so our script found no place in it."""


def routes(centre: str) -> list[Route]:
    """Raises UnknownShell."""
    page = _page(centre)

    async def shell(_request: Request) -> Response:
        return HTMLResponse(page)

    async def watch(_request: Request) -> Response:
        return FileResponse(_SCRIPT, media_type="text/javascript")

    return [*(Route(path, shell) for path in PAGES), Route(WATCH, watch)]


def _page(centre: str) -> str:
    title = "".join(sign for sign in centre if sign not in "<>&")
    page, titles = re.subn(r"<title>.*?</title>", f"<title>{title}</title>", _ORIGINAL, count=1)
    page, heads = re.subn("</head>", f'<script src="{WATCH}" defer></script></head>', page, count=1)
    if titles != 1 or heads != 1:
        raise UnknownShell
    return page


def inline_script_hashes() -> str:
    """For the Content-Security-Policy: the scripts in Streamlit's own page, so that no other may run."""
    bodies = re.findall(r"<script>(.*?)</script>", _ORIGINAL, re.DOTALL)
    digests = (sha256(body.encode()).digest() for body in bodies)
    return " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
