"""The result in the client's own words: complete, honest, easy, and never a dead end."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.insurance.rules.estimate import Caveat, Estimate, PlannedCare, Rate, estimate, inputs_from
from services.insurance.rules.levels_of_care import LevelBenefit, OpenQuestion, levels_of_care
from services.insurance.rules.shares import Share, shares
from services.insurance.rules.states import State
from services.insurance.words.client_summary import Situation, client_summary
from services.insurance.words.client_words import WORDS
from services.insurance.words.plain_words import Language, as_text
from shared.contracts.care import LevelOfCare as Level
from shared.contracts.care import Network
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnclearReason
from tests.unit.insurance.payer_answers import ACTIVE
from tests.unit.insurance.reading_ease import grade, is_easy, spanish
from tests.unit.insurance.said import eb, statements

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 15, 22, 45, tzinfo=UTC)
EN, ES = Language.ENGLISH, Language.SPANISH
REASONS = [None, "superseded", *UnclearReason, *DeclinedReason]


def told(situation: Situation, language: Language = EN) -> str:
    return as_text(client_summary(situation, language, zone=ZONE))


def active(
    *rows: list[str],
    wanted: tuple[Level, ...] = (),
    network: Network | None = Network.IN,
    priced: bool = False,
) -> Situation:
    said = statements(*rows)
    levels, stated = levels_of_care(said, (), list(wanted)), shares(said)
    found = _estimate(levels, stated, wanted, network) if priced else None
    return Situation(
        State.VERIFIED_ACTIVE,
        wanted=wanted,
        network=network,
        levels=levels,
        shares=stated,
        estimate=found,
        ask_by=date(2026, 3, 16),
    )


def _estimate(
    levels: tuple[LevelBenefit, ...],
    stated: tuple[Share, ...],
    wanted: tuple[Level, ...],
    network: Network | None,
) -> Estimate:
    care = [
        PlannedCare(level, date(2026, 3, 20), 10, Rate.agreed(Decimal(850)), charge=Decimal(1200))
        for level in wanted
    ]
    return estimate(inputs_from(levels, stated, care, network=network, next_plan_year=date(2026, 3, 25)))


def test_an_active_plan_says_what_is_left_to_pay_and_promises_nothing() -> None:
    text = told(active(*ACTIVE))
    assert "Your plan is active." in text
    assert "Your deductible for you is $2,000.00.\nYou have $750.00 of it left to pay." in text
    assert "not a promise" in text


def test_the_care_asked_about_is_answered_by_name_and_what_is_unknown_is_asked_by_a_day() -> None:
    rows = [eb("1", "AI"), eb("CB", "AI", authorization="Y", network="")]
    text = told(active(*ACTIVE[:1], *rows, wanted=(Level.RESIDENTIAL,)))
    assert "Your plan told us that it pays for a 24-hour stay at our center." in text
    assert "Your plan must say yes before you start a 24-hour stay at our center." in text
    assert "We will call your plan by March 16, 2026 to ask:" in text
    assert "What part of the bill do you pay for a 24-hour stay at our center?" in text
    assert "Does it pay for" not in text


def test_what_is_inherited_from_the_plan_is_not_told_as_covered() -> None:
    text = told(active(*ACTIVE, wanted=(Level.INTENSIVE,)))
    assert "Your plan did not tell us if it pays for a part-day program." in text


def test_care_the_plan_refuses_is_no_dead_end() -> None:
    text = told(active(*ACTIVE, eb("I", "AI"), wanted=(Level.INTENSIVE,)))
    assert "does not pay for a part-day program" in text
    assert "other ways to pay" in text


def test_the_range_says_what_would_change_it() -> None:
    rows = [eb("1", "AI"), eb("A", "AI", percent=".2"), eb("C", "30", level="IND", period="23", amount="500")]
    text = told(active(*ACTIVE[:1], *rows, wanted=(Level.RESIDENTIAL,), priced=True))
    assert re.search(r"We think that you may pay from \$[\d,.]+ to \$[\d,.]+ in all\.", text)
    assert "You pay less if you have paid some of your deductible." in text
    assert "A new plan year starts during your care." in text


FREE = [
    eb("1", "AI"),
    eb("A", "AI", percent="0"),
    eb("C", "AI", level="IND", period="23", amount="0"),
    eb("H", "AI"),
]


def test_up_to_all_of_it_is_said_only_when_it_is_proven() -> None:
    assert "100%" in told(active(*ACTIVE[:1], *FREE, wanted=(Level.RESIDENTIAL,), priced=True))
    inherited = [[*row[:3], "MH", *row[4:]] for row in FREE]
    unproven = [
        active(*ACTIVE[:1], *inherited, wanted=(Level.RESIDENTIAL,), priced=True),
        active(*ACTIVE[:1], *FREE[:2], wanted=(Level.RESIDENTIAL,), priced=True),
        active(*ACTIVE[:1], *FREE, wanted=(Level.RESIDENTIAL,), network=None, priced=True),
        active(*ACTIVE[:1], *FREE, wanted=(Level.RESIDENTIAL,)),
    ]
    for situation in unproven:
        assert "100%" not in told(situation)


def test_a_spent_cap_proves_it_too() -> None:
    rows = [
        *(eb("1", "AI"), eb("A", "AI", percent=".2"), eb("H", "AI")),
        eb("G", "30", level="IND", period="23", amount="6000"),
        eb("G", "30", level="IND", period="29", amount="0"),
    ]
    said = active(*ACTIVE[:1], *rows, wanted=(Level.RESIDENTIAL,))
    care = [PlannedCare(Level.RESIDENTIAL, date(2026, 3, 20), 10, Rate.agreed(Decimal(850)))]
    found = estimate(inputs_from(said.levels, said.shares, care, network=Network.IN, next_plan_year=None))
    assert "100%" in told(replace(said, estimate=found))


def test_an_inactive_plan_is_not_a_dead_end() -> None:
    for reason in (*DeclinedReason, None):
        text = told(Situation(State.VERIFIED_INACTIVE, reason))
        assert "payment plans" in text
        assert "Medicaid" in text


def test_the_next_time_is_told_in_the_centres_own_time() -> None:
    situation = Situation(State.PAYER_UNAVAILABLE, "timed_out", next_attempt_at=NOON)
    assert "at 3:45 pm" in told(situation)
    assert "a las 3:45 pm" in told(situation, ES)


def test_what_to_correct_is_named() -> None:
    fields = [CorrectableField.MEMBER_ID, CorrectableField.BIRTH_DATE]
    text = told(Situation(State.NEEDS_CORRECTION, fields=fields))
    assert "Please check the member number on the card." in text
    assert "Please check the date of birth." in text
    assert "call us" in text


def test_an_answer_that_has_grown_old_says_so() -> None:
    assert "we will ask it again" in told(Situation(State.EXPIRED, "aged"))


@pytest.mark.parametrize("language", Language)
def test_every_reason_field_and_question_has_words(language: Language) -> None:
    words = WORDS[language]
    assert set(UnclearReason) == set(words.unclear)
    assert set(DeclinedReason) == set(words.inactive)
    assert set(CorrectableField) == set(words.fields)
    assert set(OpenQuestion) == set(words.questions)
    assert set(words.changes) <= set(Caveat)
    assert WORDS[EN].changes.keys() == WORDS[ES].changes.keys()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("language", Language)
def test_every_state_has_titled_parts_and_a_next_step(state: State, language: Language) -> None:
    for reason in REASONS:
        parts = client_summary(Situation(state, reason), language, zone=ZONE)
        assert parts
        assert all(part.title and part.lines and all(part.lines) for part in parts)
        assert sum(len(part.lines) for part in parts) >= 2


AMOUNTS = st.sampled_from(["0", "30", "750", "2000", "99999.99"])
TYPES = st.sampled_from(["30", "MH", "AI", "CI", "CJ", "98"])


@st.composite
def rows(draw: st.DrawFn) -> list[str]:
    kind = draw(st.sampled_from(["1", "I", "A", "B", "C", "G", "F", "CB", "H"]))
    return eb(
        kind,
        draw(TYPES),
        level=draw(st.sampled_from(["", "IND", "FAM"])),
        period=draw(st.sampled_from(["", "23", "24", "27", "29", "36"])),
        amount=draw(AMOUNTS) if kind in "BCG" else "",
        percent=draw(st.sampled_from(["0", ".1", "20", "1"])) if kind == "A" else "",
        network=draw(st.sampled_from(["Y", "N", "W", ""])),
        counted=draw(st.sampled_from(["DY", "VS", "99"])) if kind == "F" else "",
        quantity=draw(st.sampled_from(["12", "30"])) if kind == "F" else "",
        authorization=draw(st.sampled_from(["", "Y", "N", "U"])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    wanted = tuple(draw(st.lists(st.sampled_from(Level), unique=True, max_size=3)))
    network = draw(st.sampled_from([Network.IN, Network.OUT, None]))
    said = active(
        ACTIVE[0],
        *draw(st.lists(rows(), max_size=8)),
        wanted=wanted,
        network=network,
        priced=bool(wanted) and draw(st.booleans()),
    )
    return replace(
        said,
        state=draw(st.sampled_from([State.VERIFIED_ACTIVE] * 4 + list(State))),
        reason=draw(st.sampled_from(REASONS)),
        fields=draw(st.lists(st.sampled_from(CorrectableField), unique=True)),
        next_attempt_at=draw(st.sampled_from([NOON, None])),
        ask_by=draw(st.sampled_from([date(2026, 3, 16), None])),
    )


@settings(max_examples=300, deadline=None)
@given(situations(), st.sampled_from(Language))
def test_whatever_was_found_is_easy_to_read_and_holds_no_code_and_no_diagnosis(
    situation: Situation, language: Language
) -> None:
    parts = client_summary(situation, language, zone=ZONE)
    text = "\n".join(line for part in parts for line in part.lines)
    assert is_easy(text, language), text
    for part in parts:
        for line in part.lines:
            assert max(len(sentence.split()) for sentence in re.split(r"[.?:] ", line)) <= 24
    assert not re.search(
        r"\b(AAA|EB|STC|2100|none|null)\b|[_{}]|substance|addict|alcohol|drug|detox|adicc|sustanc", text, re.I
    )


def test_the_measure_of_ease_tells_easy_from_hard() -> None:
    assert grade("Your plan is active. You may pay $30.00 for each visit.") < 5
    assert grade("Utilization of accumulated deductible expenditures necessitates prior authorization.") > 15
    assert not is_easy("La determinación administrativa de elegibilidad presupone autorización.", ES)
    assert [spanish(word) for word in ("que", "quiere", "día", "atención", "cuenta", "ayuda", "guía")] == [
        *(1, 2, 2, 3, 2, 3, 2)
    ]


def test_a_plan_that_is_being_asked_says_how_long_it_takes() -> None:
    assert "This often takes less than a minute." in told(Situation(State.QUERYING))
