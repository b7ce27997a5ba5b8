"""What plans allow and what the centre charges, a payer at a time."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field, model_validator

from services.insurance.desk.requests import Body, Db, Text
from services.insurance.payer_records import load_directory
from services.insurance.rates import (
    EVERYBODY,
    RateBook,
    RateKind,
    RateLine,
    RatesChanged,
    RatesOverlap,
    RateUnit,
    load_rates,
    replace_rates,
)
from shared import audit
from shared.contracts.care import LevelOfCare
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(tags=["rates"])

may_see = Depends(allowed(Role.VOB, Role.DIRECTOR))
Keeper = Annotated[Caller, Depends(allowed(Role.DIRECTOR))]
MOST_RATES = 500


class NewRate(Body):
    """`in` and `out` are a payer's; `charge` and `self_pay` the centre's own, whatever the plan."""

    kind: RateKind
    level: LevelOfCare
    amount: Decimal = Field(ge=0, le=100_000, decimal_places=2)
    unit: RateUnit
    billing_code: Text = Field(default="", max_length=12, pattern=r"^[A-Za-z0-9. -]*$")
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "NewRate":
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("a rate cannot end before it begins")
        return self


class NewRates(Body):
    """All rates of `payer`; without a payer the centre's own."""

    payer: str | None = Field(default=None, max_length=40)
    rates: list[NewRate] = Field(max_length=MOST_RATES)

    @model_validator(mode="after")
    def _whose(self) -> "NewRates":
        own = {RateKind.CHARGE, RateKind.SELF_PAY}
        if any((one.kind in own) is not (self.payer is None) for one in self.rates):
            raise ValueError("in and out belong to a payer, charge and self_pay to none")
        return self


@router.get("/rates", dependencies=[may_see])
async def list_rates(
    database: Db,
    response: Response,
    payer: Annotated[str | None, Query(max_length=40)] = None,
    on: date | None = None,
) -> dict[str, Any]:
    """The rates of `payer` (the centre's own without one); with `on`, only those of that day."""
    async with database.reading() as session:
        book = await load_rates(session, payer or EVERYBODY)
    return _shown(payer, book, response, on)


@router.put("/rates")
async def keep_rates(
    database: Db,
    caller: Keeper,
    body: NewRates,
    response: Response,
    if_match: Annotated[str | None, Header(max_length=80)] = None,
) -> dict[str, Any]:
    """Replace a payer's rates, or the centre's own, as a whole. If-Match says which ones were seen."""
    lines = [RateLine(body.payer or EVERYBODY, *_values(one)) for one in body.rates]
    seen = None if if_match is None or if_match.strip() == "*" else if_match.strip().strip('"')
    try:
        async with database.transaction() as session:
            await audit.record(session, caller, "rates.save", None)
            if body.payer is not None and (await load_directory(session)).by_code(body.payer) is None:
                detail = "The directory has no payer with this code. Add the payer first."
                raise Problem(422, "unknown_payer", "Unknown payer", detail)
            book = await replace_rates(session, body.payer or EVERYBODY, lines, seen)
    except RatesChanged as changed:
        detail = "Load the rates again, look at what changed, then decide."
        problem = Problem(409, "stale_version", "Somebody changed these rates", detail)
        problem.headers = {"etag": f'"{changed.tag}"'}
        raise problem from None
    except RatesOverlap as two:
        detail = (
            f"Two {two.one.kind.value} rates for {two.one.level.value} hold on {two.other.valid_from}. "
            "End the first one the day before the second begins."
        )
        raise Problem(422, "rates_overlap", "Two rates for one day", detail) from None
    return _shown(body.payer, book, response, None)


def _values(one: NewRate) -> tuple[Any, ...]:
    return (one.kind, one.level, one.amount, one.unit, one.billing_code, one.valid_from, one.valid_until)


def _shown(payer: str | None, book: RateBook, response: Response, on: date | None) -> dict[str, Any]:
    response.headers["etag"] = f'"{book.tag}"'
    return {
        "payer": payer,
        "rates": [
            {
                "kind": one.kind,
                "level": one.level,
                "amount": str(one.amount),
                "unit": one.unit,
                "billing_code": one.billing_code,
                "valid_from": one.valid_from,
                "valid_until": one.valid_until,
            }
            for one in book.lines
            if on is None or one.valid_on(on)
        ],
    }
