"""Every fact there is reads as a sentence, and no sentence holds more than codes, times and colleagues."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.dashboard import timeline, wording
from services.dashboard.timeline import Entry, Reader, entry_of, is_automatic, sentence
from shared.contracts.aftercare import (
    Attended,
    FollowUpKind,
    FollowUpOutcome,
    Instrument,
    ListingChange,
    OccurrenceChange,
    PauseReason,
    PlanEndReason,
    ReplacementReason,
    Tool,
)
from shared.contracts.care import LevelOfCare, Network
from shared.contracts.catalogue import FACTS
from shared.contracts.fact import new_id
from shared.contracts.insurance import (
    CorrectableField,
    CoverageChanged,
    CoverageConfirmed,
    CoverageCorrectionNeeded,
    CoverageExpired,
    DeclinedReason,
    Difference,
    EstimatePrepared,
    ExpiryReason,
    UnavailableReason,
    UnclearReason,
)
from shared.contracts.intake import ConsentItem, ContactChannel, ContactLogged, ContactOutcome

GOLDEN = Path(__file__).parents[2] / "contract" / "shared" / "golden"
ANA = new_id()
READER = Reader(ZoneInfo("America/Los_Angeles"), {ANA: "Ana"})


@pytest.mark.parametrize("subject", sorted(FACTS))
def test_every_kind_of_fact_has_its_own_sentence(subject: str) -> None:
    fact = FACTS[subject].model_validate_json((GOLDEN / f"{subject}.json").read_bytes())
    entry = entry_of(fact)
    said = sentence(entry, READER)
    assert entry.kind in timeline._SENTENCES
    assert said[0].isupper() or said[0].isdigit()
    assert said.endswith(".")
    assert not re.search(r"[0-9a-f]{8}-|_", said), "an id or a bare code reached the reader"


def test_the_colleague_who_called_is_named_and_the_outcome_is_said() -> None:
    called = ContactLogged(
        case_id=new_id(), staff_id=ANA, channel=ContactChannel.CALL, outcome=ContactOutcome.NO_ANSWER
    )
    assert sentence(entry_of(called), READER) == "Ana tried by phone; no answer."


def test_somebody_who_is_not_known_here_is_a_colleague() -> None:
    called = ContactLogged(
        case_id=new_id(), staff_id=new_id(), channel=ContactChannel.TEXT, outcome=ContactOutcome.LEFT_WORD
    )
    assert sentence(entry_of(called), READER) == "A colleague left word by text message."


def test_times_are_told_on_the_centres_clock() -> None:
    fresh = CoverageConfirmed(
        case_id=new_id(), verification_id=new_id(), fresh_until=datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
    )
    assert "18:30 on 26 November" in sentence(entry_of(fresh), READER)


def test_a_correction_names_the_fields_to_correct() -> None:
    fact = CoverageCorrectionNeeded(
        case_id=new_id(),
        verification_id=new_id(),
        fields=(CorrectableField.MEMBER_ID, CorrectableField.BIRTH_DATE),
    )
    assert "the member number and birth date needs correcting" in sentence(entry_of(fact), READER)


def test_a_fact_of_a_newer_version_is_still_shown() -> None:
    entry = Entry(UUID(int=1), UUID(int=2), "intake", 1, "bed_held", datetime.now(UTC), {})
    assert sentence(entry, READER) == "Bed held."


def test_what_the_system_did_by_itself_is_marked() -> None:
    fact = CoverageConfirmed(case_id=new_id(), verification_id=new_id(), fresh_until=datetime.now(UTC))
    assert is_automatic(entry_of(fact))


def test_what_changed_in_a_plan_is_listed() -> None:
    def told(*differences: Difference) -> str:
        fact = CoverageChanged(
            case_id=new_id(), verification_id=new_id(), previous_id=new_id(), differences=differences
        )
        return sentence(entry_of(fact), READER)

    assert told(Difference.DEDUCTIBLE).endswith("before: the deductible.")
    assert told(*Difference).count(",") == len(Difference) - 2
    assert told().endswith("before: details.")


@pytest.mark.parametrize("reason", ExpiryReason)
def test_an_answer_that_grew_too_old_says_why(reason: ExpiryReason) -> None:
    fact = CoverageExpired(case_id=new_id(), verification_id=new_id(), reason=reason)
    assert timeline.EXPIRED[reason.value] in sentence(entry_of(fact), READER)


def test_an_estimate_without_an_insurer_is_a_good_faith_estimate() -> None:
    alone = EstimatePrepared(case_id=new_id(), estimate_id=new_id())
    assert "Good Faith Estimate" in sentence(entry_of(alone), READER)
    insured = EstimatePrepared(case_id=new_id(), estimate_id=new_id(), verification_id=new_id())
    assert "Good Faith Estimate" not in sentence(entry_of(insured), READER)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (UnclearReason, timeline.UNCLEAR),
        (DeclinedReason, timeline.DECLINED),
        (UnavailableReason, timeline.UNAVAILABLE),
        (ExpiryReason, timeline.EXPIRED),
        (Difference, timeline.DIFFERENCES),
        (CorrectableField, timeline.CORRECTABLE),
        (ConsentItem, timeline.CONSENTS),
        (LevelOfCare, wording.LEVELS_OF_CARE),
        (Network, wording.NETWORKS),
        (Attended, timeline.ATTENDED),
        (FollowUpKind, timeline.FOLLOW_UPS),
        (FollowUpOutcome, timeline.FOLLOW_UP_OUTCOMES),
        (Instrument, timeline.INSTRUMENTS),
        (ListingChange, timeline.LISTING_CHANGES),
        (OccurrenceChange, timeline.OCCURRENCES),
        (PauseReason, timeline.PAUSES),
        (PlanEndReason, timeline.PLAN_ENDS),
        (ReplacementReason, timeline.REPLACEMENTS),
        (Tool, timeline.TOOLS),
    ],
)
def test_every_code_of_the_facts_has_its_words(codes: type[StrEnum], words: dict[str, str]) -> None:
    assert {code.value for code in codes} == set(words)
