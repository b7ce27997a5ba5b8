"""How closely somebody is followed after leaving."""

import pytest

from services.aftercare.plans.tiers import Risks, tier_of
from services.aftercare.tables import Tier
from shared.contracts.intake import DischargeType


@pytest.mark.parametrize(
    ("risks", "tier"),
    [
        (Risks(), Tier.STANDARD),
        (Risks(opioids=True), Tier.INTENSIVE),
        (Risks(overdose_last_year=True), Tier.INTENSIVE),
        (Risks(phq_item_9=1), Tier.INTENSIVE),
        (Risks(phq_item_9=0), Tier.STANDARD),
        (Risks(unstable_housing=True, support_person=False), Tier.INTENSIVE),
        (Risks(relapse_within_90_days=True), Tier.CLOSE),
        (Risks(support_person=False), Tier.CLOSE),
        (Risks(support_person=True), Tier.STANDARD),
        (Risks(bam_risk=12), Tier.CLOSE),
        (Risks(bam_risk=11), Tier.STANDARD),
    ],
)
def test_what_is_known_decides_the_tier(risks: Risks, tier: Tier) -> None:
    assert tier_of(risks, DischargeType.COMPLETED) is tier


def test_who_left_against_advice_is_followed_most_closely() -> None:
    assert tier_of(Risks(), DischargeType.AGAINST_ADVICE) is Tier.INTENSIVE
