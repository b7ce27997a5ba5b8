"""When a consent allows a disclosure and when it does not."""

from datetime import UTC, datetime, timedelta

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
