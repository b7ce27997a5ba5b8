"""When a consent allows a disclosure and when it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake import wordings
from services.intake.consent_rules import Consent, may_disclose
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
DAY = timedelta(days=1)
GIVEN = Consent(new_id(), ConsentItem.INSURER, given_at=NOW - DAY, expires_at=NOW + DAY)


def test_a_consent_holds_until_it_expires() -> None:
    assert may_disclose([GIVEN], ConsentItem.INSURER, NOW) == GIVEN
    assert may_disclose([GIVEN], ConsentItem.INSURER, NOW + DAY) is None


def test_a_consent_for_one_thing_allows_nothing_else() -> None:
    assert may_disclose([GIVEN], ConsentItem.AFTERCARE, NOW) is None


def test_a_revoked_consent_allows_nothing() -> None:
    revoked = Consent(new_id(), ConsentItem.INSURER, given_at=NOW - DAY, revoked_at=NOW)
    assert may_disclose([revoked], ConsentItem.INSURER, NOW) is None


def test_a_later_no_undoes_an_earlier_yes_whatever_order_they_come_in() -> None:
    refused = Consent(new_id(), ConsentItem.INSURER, refused_at=NOW - DAY / 2)
    assert may_disclose([refused, GIVEN], ConsentItem.INSURER, NOW) is None
    assert may_disclose([GIVEN, refused], ConsentItem.INSURER, NOW) is None


def test_do_not_tell_my_plan_beats_any_consent() -> None:
    assert may_disclose([GIVEN], ConsentItem.INSURER, NOW, restricted=True) is None


def test_the_hash_is_of_the_exact_words_the_centres_name_included() -> None:
    here = wordings.current(ConsentItem.INSURER, "en", "Harbour Bridge Recovery")
    there = wordings.current(ConsentItem.INSURER, "en", "Elm House")
    assert here.sha256 != there.sha256
    assert "Harbour Bridge Recovery" in here.paragraphs[0]


def test_every_consent_has_a_wording() -> None:
    for item in ConsentItem:
        assert wordings.current(item, "en", "Elm House").label


@pytest.mark.parametrize("item", [ConsentItem.INSURER, ConsentItem.SUD_BENEFITS])
def test_a_consent_that_reaches_a_payer_says_the_same_in_each_language(item: ConsentItem) -> None:
    english, spanish = (wordings.current(item, language, "Elm House") for language in ("en", "es"))
    assert english.version == spanish.version
    assert len(english.paragraphs) == len(spanish.paragraphs) == 8
    assert "Elm House" in english.label
    assert "Elm House" in spanish.label


def test_the_first_wording_about_the_insurer_stays_as_it_was_signed() -> None:
    first = next(w for w in wordings._PUBLISHED if w.item is ConsentItem.INSURER and w.version == 1)
    assert "my name, birth date and member ID" in first.paragraphs[1]
    assert first.paragraphs[1].endswith("Nothing else.")


def test_there_is_no_wording_in_a_language_nobody_wrote() -> None:
    with pytest.raises(wordings.NoWording):
        wordings.current(ConsentItem.TREATMENT, "es", "Elm House")
