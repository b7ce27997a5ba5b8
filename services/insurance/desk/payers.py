"""The payer directory and how payers answer, for the form's type-ahead and for whoever keeps it."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field, field_validator, model_validator

from services.insurance.desk.requests import Body, Db, Seen, Text, may_read, not_found, stale
from services.insurance.health_board import board
from services.insurance.payer_records import (
    PayerChanged,
    PayerExists,
    PayerNotFound,
    SpellingTaken,
    UnknownAdministrator,
    ids_as_json,
    load_directory,
    load_payer,
    save_payer,
)
from services.insurance.payers.payer import Enrolment, Payer, PayerId
from shared import audit, clock
from shared.contracts.care import Network
from shared.database import Database
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(tags=["payers"])

Keeper = Annotated[Caller, Depends(allowed(Role.VOB, Role.DIRECTOR))]
Code = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", max_length=40)]
Phone = Annotated[Text, Field(max_length=24, pattern=r"^[0-9()+ .x-]*$")]
MOST_FOUND = 50


class NewPayerId(Body):
    """An id at one clearinghouse. X12's own separators cannot stand in it."""

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{2,80}$", max_length=80)
    valid_from: date | None = Field(default=None, alias="from")
    valid_until: date | None = Field(default=None, alias="until")
    enrolment: Enrolment = Enrolment.NOT_NEEDED

    @model_validator(mode="after")
    def _in_order(self) -> "NewPayerId":
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("an id cannot end before it begins")
        return self


class PayerTerms(Body):
    """How this payer reckons where payers differ (insurance.md 8.7), and how long claims may be filed."""

    aggregate: bool | None = None
    copay_before_deductible: bool | None = None
    copay_instead_of_coinsurance: bool | None = None
    copay_outside_cap: bool | None = None
    deductible_outside_cap: bool | None = None
    balance_billing: bool | None = None
    network: Network | None = None
    out_of_network_allows: float | None = Field(default=None, gt=0, le=1)
    filing_limit_days: int | None = Field(default=None, ge=1, le=1000)


class NewPayer(Body):
    name: Text = Field(min_length=2, max_length=80, pattern=r"\S")
    aliases: list[Annotated[Text, Field(min_length=1, max_length=80, pattern=r"\S")]] = Field(
        default_factory=list, max_length=50
    )
    phone: Phone = ""
    behavioural_phone: Phone = ""
    ids: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], list[NewPayerId]] = Field(
        default_factory=dict, max_length=20
    )
    carve_out_to: str | None = Field(default=None, max_length=40)
    multi_stc: bool = False
    medicaid: bool = False
    terms: PayerTerms = PayerTerms()

    @field_validator("aliases")
    @classmethod
    def _each_once(cls, aliases: list[str]) -> list[str]:
        return list(dict.fromkeys(aliases))


class NewAlias(Body):
    alias: Text = Field(min_length=2, max_length=80, pattern=r"[A-Za-z0-9]")


@router.get("/payers")
async def search_payers(
    database: Db,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = MOST_FOUND,
) -> dict[str, Any]:
    """The plans this centre can ask, the likeliest first. Open: the public form's type-ahead uses it."""
    async with database.reading() as session:
        directory = await load_directory(session)
    found = directory.search(search, limit)
    return {"payers": [{"code": p.code, "name": p.name, "aliases": list(p.aliases)} for p in found]}


@router.get("/payers/health", dependencies=[may_read])
async def payer_health(database: Db) -> dict[str, Any]:
    """How every payer answers lately: its breaker, its speed, who waits for it."""
    now = clock.now()
    async with database.reading() as session:
        return {"as_of": now, "payers": await board(session, now)}


@router.get("/payers/{code}", dependencies=[may_read])
async def show_payer(database: Db, code: Code, response: Response) -> dict[str, Any]:
    async with database.reading() as session:
        try:
            payer, version = await load_payer(session, code)
        except PayerNotFound:
            raise not_found("payer") from None
    return _shown(payer, version, response)


@router.put("/payers/{code}")
async def keep_payer(
    database: Db, code: Code, caller: Keeper, seen: Seen, body: NewPayer, response: Response
) -> dict[str, Any]:
    """Change the payer at the version in If-Match, or create it where there is none yet."""
    payer = Payer(
        code=code,
        name=body.name,
        aliases=tuple(body.aliases),
        phone=body.phone,
        behavioural_phone=body.behavioural_phone,
        ids={
            adapter: tuple(PayerId(i.id, i.valid_from, i.valid_until, i.enrolment) for i in ids)
            for adapter, ids in body.ids.items()
        },
        carve_out_to=body.carve_out_to or None,
        multi_stc=body.multi_stc,
        medicaid=body.medicaid,
        terms=body.terms.model_dump(mode="json", exclude_none=True),
    )
    return await _saved(database, caller, "payer.save", payer, seen, response)


@router.post("/payers/{code}/aliases", status_code=201)
async def add_alias(
    database: Db, code: Code, caller: Keeper, body: NewAlias, response: Response
) -> dict[str, Any]:
    """One more way this payer is written, as it stood on a card. An alias it has already changes nothing."""
    async with database.reading() as session:
        try:
            payer, version = await load_payer(session, code)
        except PayerNotFound:
            raise not_found("payer") from None
    if _plain(body.alias) in map(_plain, payer.spellings):
        return _shown(payer, version, response)
    known = {name: getattr(payer, name) for name in Payer.__slots__}
    changed = Payer(**known | {"aliases": (*payer.aliases, body.alias)})
    return await _saved(database, caller, "payer.alias", changed, version, response)


async def _saved(
    database: Database, caller: Caller, action: str, payer: Payer, seen: int | None, response: Response
) -> dict[str, Any]:
    try:
        async with database.transaction() as session:
            await audit.record(session, caller, action, None)
            version = await save_payer(session, payer, seen)
    except PayerNotFound:
        raise not_found("payer") from None
    except PayerExists:
        detail = "There is a payer with this code. Load it, and send its version as If-Match to change it."
        raise Problem(428, "version_needed", "Say which version you saw", detail) from None
    except PayerChanged as changed:
        raise stale("payer", changed.current) from None
    except SpellingTaken as taken:
        detail = "Another payer is written like this already. Give it to one of the two only."
        raise Problem(409, "spelling_taken", "This spelling is taken", detail, by=taken.code) from None
    except UnknownAdministrator:
        detail = "carve_out_to is the code of another payer. Add the administrator as a payer first."
        raise Problem(422, "unknown_administrator", "Unknown administrator", detail) from None
    return _shown(payer, version, response)


def _shown(payer: Payer, version: int, response: Response) -> dict[str, Any]:
    response.headers["etag"] = f'"{version}"'
    return {
        "code": payer.code,
        "version": version,
        "name": payer.name,
        "aliases": list(payer.aliases),
        "phone": payer.phone,
        "behavioural_phone": payer.behavioural_phone,
        "ids": ids_as_json(payer),
        "carve_out_to": payer.carve_out_to,
        "multi_stc": payer.multi_stc,
        "medicaid": payer.medicaid,
        "terms": dict(payer.terms),
        "invented": payer.invented,
    }


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
