"""How closely somebody is followed (aftercare.md 8.1). Pure; the answers lie sealed with the plan."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.aftercare.plans.states import Tier
from shared.contracts.intake import DischargeType

BAM_RISK = 12  # the risk score from which somebody is followed closely (aftercare.md 4, instruments)


class Risks(BaseModel):
    """What staff know. None: nobody asked; that counts as no."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    opioids: bool | None = None
    overdose_last_year: bool | None = None
    phq_item_9: Annotated[int, Field(ge=0, le=3)] | None = None
    unstable_housing: bool | None = None
    relapse_within_90_days: bool | None = None  # of an earlier treatment
    support_person: bool | None = None
    bam_risk: Annotated[int, Field(ge=0, le=180)] | None = None  # six items of 0-30


def tier_of(risks: Risks, disposition: DischargeType) -> Tier:
    if (
        risks.opioids
        or risks.overdose_last_year
        or risks.unstable_housing
        or (risks.phq_item_9 or 0) > 0
        or disposition is DischargeType.AGAINST_ADVICE
    ):
        return Tier.INTENSIVE
    if risks.relapse_within_90_days or risks.support_person is False or (risks.bam_risk or 0) >= BAM_RISK:
        return Tier.CLOSE
    return Tier.STANDARD
