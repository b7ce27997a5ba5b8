"""The result for the client, in plain English or Spanish (insurance.md 8.9). Pure.

The parts follow a client's own questions: am I covered, is the care I asked about, what may I pay, what do
you still not know. It says what the plan said and promises nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.insurance.rules.estimate import Estimate
from services.insurance.rules.levels_of_care import LevelBenefit
from services.insurance.rules.plan_readings import Caveat
from services.insurance.rules.shares import Share, ShareKind
from services.insurance.rules.statements import Basis, Covered
from services.insurance.rules.states import State
from services.insurance.words.client_words import WORDS, Words
from services.insurance.words.plain_words import CARE, Language, TitledPart, clock, day, money, part_of_bill
from shared.contracts.care import LevelOfCare, Network
from shared.contracts.insurance import CorrectableField, DeclinedReason

SAID = (Basis.HUMAN, Basis.STATED)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the summary is told of. `wanted`: the care the client asked about; `ask_by`: the day by which the
    plan will have been phoned; `network`: whether the centre has a contract with the plan (None: not known).
    """

    state: State
    reason: str | None = None
    fields: Sequence[CorrectableField] = ()
    next_attempt_at: datetime | None = None
    wanted: Sequence[LevelOfCare] = ()
    network: Network | None = None
    levels: Sequence[LevelBenefit] = ()
    shares: Sequence[Share] = ()
    estimate: Estimate | None = None
    ask_by: date | None = None

    @property
    def benefits(self) -> list[LevelBenefit]:
        """The wanted levels, in the network the client would be in as far as we know."""
        network = self.network or Network.IN
        return [
            one
            for level in dict.fromkeys(self.wanted)
            for one in self.levels
            if one.level is level and one.network is network
        ]


def client_summary(
    situation: Situation, language: Language = Language.ENGLISH, *, zone: ZoneInfo
) -> tuple[TitledPart, ...]:
    """The titled parts, in the order a client asks; `plain_words.as_text` makes one text of them."""
    words = WORDS[language]
    match situation.state:
        case State.VERIFIED_ACTIVE:
            parts = _active(situation, words, language)
        case State.EXPIRED:
            parts = [TitledPart(words.covered_title, words.expired)]
        case State.VERIFIED_INACTIVE:
            parts = [
                TitledPart(words.covered_title, (_inactive(situation.reason, words),)),
                TitledPart(words.next_title, words.ways_to_pay),
            ]
        case State.NEEDS_CORRECTION:
            parts = _correction(situation.fields, words)
        case State.PAYER_UNAVAILABLE:
            parts = [TitledPart(words.covered_title, tuple(_unavailable(situation, words, zone)))]
        case State.MANUAL_REVIEW:
            unclear = words.unclear.get(situation.reason or "", words.unclear_otherwise)
            parts = [TitledPart(words.covered_title, (unclear, *words.unclear_next))]
        case State.CLOSED:
            closed = words.closed.get(situation.reason or "", words.closed_otherwise)
            parts = [
                TitledPart(words.covered_title, (closed,)),
                TitledPart(words.next_title, words.closed_next),
            ]
        case _:
            parts = [TitledPart(words.covered_title, words.asking)]
    return tuple(part for part in parts if part.lines)


def pays_all(estimate: Estimate, benefits: Sequence[LevelBenefit]) -> bool:
    """Whether "up to 100%" is proven: nothing to pay even in the worst reading, for care the plan named."""
    named = all(one.covered.value is Covered.YES and one.covered.basis in SAID for one in benefits)
    return bool(benefits) and named and estimate.likely.total == 0 == estimate.high.total


def _active(situation: Situation, words: Words, language: Language) -> list[TitledPart]:
    return [
        TitledPart(words.covered_title, (words.active,)),
        TitledPart(words.care_title, tuple(_care(situation, words, language))),
        TitledPart(words.cost_title, tuple(dict.fromkeys(_costs(situation, words, language)))),
        TitledPart(words.ask_title, tuple(_still_to_ask(situation, words, language))),
        TitledPart(words.know_title, (words.no_promise,)),
    ]


def _inactive(reason: str | None, words: Words) -> str:
    return words.inactive.get(reason or "", words.inactive[DeclinedReason.INACTIVE])


def _correction(fields: Sequence[CorrectableField], words: Words) -> list[TitledPart]:
    check = tuple(words.fields[field] for field in dict.fromkeys(fields))
    return [
        TitledPart(words.covered_title, (words.correction,)),
        TitledPart(words.next_title, (*check, *words.correction_next)),
    ]


def _unavailable(situation: Situation, words: Words, zone: ZoneInfo) -> Iterator[str]:
    at = situation.next_attempt_at
    yield words.unavailable
    yield words.ask_again_at.format(time=clock(at, zone)) if at else words.ask_again
    yield words.nothing_to_do


def _care(situation: Situation, words: Words, language: Language) -> Iterator[str]:
    if not situation.wanted:
        yield words.care_not_named
        return
    if situation.network is Network.OUT:
        yield words.out_of_network
    refused = False
    for one in situation.benefits:
        care = CARE[language][one.level]
        yield _coverage(one, words).format(care=care)
        if one.covered.value is Covered.NO:
            refused = True
        if one.authorization.value:
            yield words.approval.format(care=care)
        for limit in one.limits.value or ():
            unit = words.units[limit.unit]
            if limit.total is not None:
                yield words.limit.format(total=limit.total, unit=unit, care=care)
            if limit.remaining is not None:
                yield words.limit_left.format(left=limit.remaining, unit=unit, care=care)
    if refused:
        yield words.care_refused_next
    if situation.network is None:
        yield words.network_unknown


def _coverage(one: LevelBenefit, words: Words) -> str:
    match one.covered.value, one.covered.basis:
        case Covered.NO, _:
            return words.care_refused
        case Covered.YES, (Basis.HUMAN | Basis.STATED):
            return words.care_covered
        case Covered.YES, Basis.INHERITED_MENTAL_HEALTH:
            return words.care_alike
    return words.care_unknown


def _costs(situation: Situation, words: Words, language: Language) -> Iterator[str]:
    estimate, benefits = situation.estimate, situation.benefits
    priced = {line.line.level for line in estimate.likely.lines} if estimate is not None else set()
    about_it = priced >= {one.level for one in benefits}
    if not about_it:
        estimate = None  # a total for other care than was asked about would mislead
    if estimate is not None and pays_all(estimate, benefits):
        yield words.all_paid
        return
    stated = _in_network(situation)
    sums = [one for one in stated if one.kind in (ShareKind.DEDUCTIBLE, ShareKind.OUT_OF_POCKET)]
    if estimate is not None:
        yield from _range(estimate, words)
    for share in sums:
        yield from _accumulated(share, words)
    if not any(share.kind is ShareKind.DEDUCTIBLE for share in stated):
        yield words.no_deductible_told
    for one in benefits:
        yield from _level_costs(one, words, words.for_care.format(care=CARE[language][one.level]))
    if not benefits:
        yield from _plan_costs(stated, words)
    if any(share.disagreeing for share in stated) or any(
        one.copay.cheaper is not None or one.coinsurance.cheaper is not None for one in benefits
    ):
        yield words.disagreeing


def _range(estimate: Estimate, words: Words) -> Iterator[str]:
    low, high = estimate.low.total, estimate.high.total
    if low == high:
        yield words.about.format(amount=money(low))
    else:
        yield words.between.format(low=money(low), high=money(high))
        # Where the plan did not tell the client's part, a likely figure is a guess of ours: staff see it.
        if Caveat.COST_SHARE_UNKNOWN not in estimate.caveats and low < estimate.likely.total < high:
            yield words.likely.format(amount=money(estimate.likely.total))
    if estimate.high.balance_bill:
        yield words.balance.format(amount=money(estimate.high.balance_bill))
    for caveat in estimate.caveats:
        if caveat in words.changes:
            yield words.changes[caveat]


def _in_network(situation: Situation) -> list[Share]:
    """The plan-year shares of the client's network; one without a network where nothing else is stated."""
    network = situation.network or Network.IN
    yearly = [one for one in situation.shares if not one.lifetime]
    kinds = {one.kind for one in yearly if one.network is network}
    return [
        one
        for one in yearly
        if one.network is network or (one.network is None and network is Network.IN and one.kind not in kinds)
    ]


def _accumulated(share: Share, words: Words) -> Iterator[str]:
    names = words.deductible if share.kind is ShareKind.DEDUCTIBLE else words.cap
    figure = words.total_unknown if share.total is None else words.total.format(amount=money(share.total))
    yield names[share.level if share.level in names else ""].format(figure=figure)
    if share.total == 0:
        return
    if share.remaining is None:
        yield words.left_unknown
    else:
        yield words.left.format(amount=money(share.remaining))


def _level_costs(one: LevelBenefit, words: Words, care: str) -> Iterator[str]:
    if one.copay.value is not None:
        per = words.per.get(one.copay.value.per) if one.copay.value.per else None
        amount = money(one.copay.value.amount)
        yield words.copay.format(amount=amount, per=per or words.per_unknown, care=care)
    if one.coinsurance.value is not None:
        template = words.coinsurance_after if one.deductible_applies.value else words.coinsurance
        yield template.format(part=part_of_bill(one.coinsurance.value), care=care)


def _plan_costs(stated: Sequence[Share], words: Words) -> Iterator[str]:
    for share in stated:
        if share.kind is ShareKind.COPAY:
            per = words.per[share.per] if share.per else words.per_unknown
            yield words.copay.format(amount=money(share.amount or Decimal(0)), per=per, care="")
        elif share.kind is ShareKind.COINSURANCE:
            part = part_of_bill(share.fraction or Decimal(0))
            yield words.coinsurance_after.format(part=part, care="")


def _still_to_ask(situation: Situation, words: Words, language: Language) -> Iterator[str]:
    """What a call to the plan has to find out, in the words of the phone form's open questions."""
    asked = [
        words.questions[question].format(care=CARE[language][one.level])
        for one in situation.benefits
        for question in one.open_questions
    ]
    if not any(share.kind is ShareKind.DEDUCTIBLE for share in _in_network(situation)):
        asked.append(words.ask_deductible)
    if not asked:
        return
    by = situation.ask_by
    yield words.will_ask_by.format(day=day(by, language)) if by else words.will_ask
    yield from dict.fromkeys(asked)
