"""A page of the toolbox, with the words these pages share."""

from typing import Any

from fastapi import Request, Response

from services.aftercare.portal import visits
from services.aftercare.portal.visits import Visit
from services.aftercare.portal.worksheet_wording import PAGE_WORDS


def page(request: Request, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    words = PAGE_WORDS[visit.language]
    return visits.page(request, visit, template, status=status, w=words, **values)
