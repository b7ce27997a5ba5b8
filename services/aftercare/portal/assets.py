"""The pages' style, icon and one small script, from our own address. Their names tell nothing."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}
# Pages name a file with its time of change behind it, so a browser may keep it.
_KEEP = {"cache-control": "public, max-age=31536000, immutable"}


@router.get("/my.css")
async def style() -> FileResponse:
    return _file("my.css")


@router.get("/my-assets/{name}")
async def asset(name: Literal["worksheets.css", "my.css", "leave.js", "icon.svg"]) -> FileResponse:
    return _file(name)


def _file(name: str) -> FileResponse:
    path = _STATIC / name
    return FileResponse(path, media_type=_KINDS[path.suffix], headers=_KEEP)
