"""What to ask when phoning a plan: all the form holds, and what of it is known already. Reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.insurance.findings import Findings
from services.insurance.payers.directory import Directory
from services.insurance.phone.answers import Accumulator, Whose
from services.insurance.rules.levels_of_care import Administrator, LevelBenefit, administrator
from services.insurance.rules.shares import Share
from shared.contracts.care import Network


@dataclass(frozen=True, slots=True)
class Number:
    """Whom to phone. `of`: payer, behavioural (the payer's own line for it) or administrator."""

    of: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class SumAsked:
    """A deductible or an out-of-pocket limit: what is known of it, and whether to ask."""

    kind: Accumulator
    network: Network
    whose: Whose
    known: Share | None
    to_ask: bool


@dataclass(frozen=True, slots=True)
class PhoneForm:
    """`ask_status`: whether the plan is active is not settled. A level is to be asked for where
    `open_questions` names something; `to_confirm` was only inherited from the plan."""

    numbers: tuple[Number, ...]
    ask_status: bool
    service_date: date | None
    sums: tuple[SumAsked, ...]
    levels: tuple[LevelBenefit, ...]
    administrator: Administrator | None
    name_addiction_care: bool
    """Whether the client agreed to it; without, no level of care may be asked about."""

    @property
    def open_count(self) -> int:
        """How many answers are still wanted."""
        levels = sum(len(one.open_questions) for one in self.levels)
        return int(self.ask_status) + sum(one.to_ask for one in self.sums) + levels


def phone_form(
    found: Findings, directory: Directory, *, settled: bool, name_addiction_care: bool
) -> PhoneForm:
    """The form for one verification. `settled`: the payer itself said whether the plan is active."""
    named = administrator(found.statements) if name_addiction_care else None
    numbers = _numbers(found, directory, named)
    if not name_addiction_care:  # whoever manages behavioural care would learn what is sought by being called
        numbers = tuple(one for one in numbers if one.of == "payer")
    return PhoneForm(
        numbers=numbers,
        ask_status=not settled and found.plan.active is None,
        service_date=found.verification.service_date,
        sums=_sums(found.shares),
        levels=found.levels if name_addiction_care else (),
        administrator=named,
        name_addiction_care=name_addiction_care,
    )


def _numbers(found: Findings, directory: Directory, named: Administrator | None) -> tuple[Number, ...]:
    """The administrator first: where there is one, the plan itself cannot answer for addiction treatment."""
    payer = directory.by_code(found.verification.payer_code or "")
    numbers: list[Number] = []
    if named is not None:
        numbers += [Number("administrator", named.name, phone) for phone in named.phones]
        texts = (*(one for _, one in named.ids), named.name)
        known = next((p for text in texts if text and (p := directory.by_payer_id(text))), None)
        numbers += [Number("administrator", known.name, known.phone)] if known else []
    if payer is not None:
        carved = directory.by_code(payer.carve_out_to) if payer.carve_out_to else None
        numbers += [Number("administrator", carved.name, carved.phone)] if carved else []
        numbers.append(Number("behavioural", payer.name, payer.behavioural_phone))
        numbers.append(Number("payer", payer.name, payer.phone))
    seen: dict[str, Number] = {}
    for one in numbers:
        if one.phone:
            seen.setdefault(_digits(one.phone), one)
    return tuple(seen.values())


def _sums(stated: Sequence[Share]) -> tuple[SumAsked, ...]:
    """One person's in each network is asked for; the family's only where the payer speaks of one."""
    asked: list[SumAsked] = []
    for network in Network:
        for kind in Accumulator:
            for whose in Whose:
                known = _known(stated, kind, network, whose)
                family = whose is Whose.FAMILY
                if known is None and family:
                    continue
                other = _known(stated, kind, network, Whose.FAMILY) if not family else None
                complete = known is not None and known.remaining is not None
                # A plan that counts only for the family has no sum of one person's own to ask for.
                to_ask = not complete and (family or other is None or other.remaining is None)
                asked.append(SumAsked(kind, network, whose, known, to_ask))
    return tuple(asked)


def _known(stated: Sequence[Share], kind: Accumulator, network: Network, whose: Whose) -> Share | None:
    fitting = [
        one
        for one in stated
        if one.kind.value == kind.value and one.network is network and one.level == whose.value
    ]
    return next(iter(fitting), None)


def _digits(phone: str) -> str:
    return "".join(filter(str.isdigit, phone))
