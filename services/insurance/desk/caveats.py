"""Why an estimate's range is as wide as it is, in a sentence for staff. Pure."""

from typing import Final

from services.insurance.rules.estimate import Caveat

SENTENCES: Final = {
    Caveat.COVERAGE_UNKNOWN: "Whether this level of care is covered is not known.",
    Caveat.COVERAGE_INHERITED: "Coverage of this level of care is taken over from a broader benefit.",
    Caveat.NOT_COVERED: "A level of care is not covered: its days cost the self-pay rate.",
    Caveat.NETWORK_UNKNOWN: "Whether we are in the plan's network is not known.",
    Caveat.OUT_OF_NETWORK: "We are out of the plan's network.",
    Caveat.AUTHORIZATION_NEEDED: "The plan wants to approve the care first; without, it may pay nothing.",
    Caveat.AUTHORIZATION_UNKNOWN: "Whether the plan wants to approve the care first is not known.",
    Caveat.DEDUCTIBLE_UNKNOWN: "The deductible is not known.",
    Caveat.DEDUCTIBLE_USE_UNKNOWN: "How much of the deductible is met is not known.",
    Caveat.DEDUCTIBLE_MAY_NOT_APPLY: "Whether the deductible applies to this care is not known.",
    Caveat.CAP_UNKNOWN: "The most the client pays in a year is not known.",
    Caveat.COST_SHARE_UNKNOWN: "Copay and coinsurance are not known; the usual ones are assumed.",
    Caveat.COST_SHARE_INHERITED: "Copay or coinsurance is taken over from a broader benefit.",
    Caveat.FIGURES_DISAGREE: "The plan stated more than one figure; the dearer one counts for the high end.",
    Caveat.LIMIT_UNKNOWN: "Whether the plan limits days or visits is not known.",
    Caveat.LIMIT_USE_UNKNOWN: "How many days or visits are used up is not known.",
    Caveat.LIMIT_REACHED: "The stay is longer than the plan pays for: the rest costs the self-pay rate.",
    Caveat.PLAN_YEAR_RENEWS: "A new plan year begins during the stay: deductible and cap begin anew.",
    Caveat.NEXT_YEAR_UNKNOWN: "The next plan year's deductible and cap are not known.",
    Caveat.BALANCE_BILL: "What we charge above the plan's allowed amount may be billed to the client.",
    Caveat.RATE_ASSUMED: "What the plan allows is assumed, not agreed.",
}


def sentence(caveat: Caveat) -> str:
    """The sentence; for one that has none yet its code as words."""
    return SENTENCES.get(caveat, caveat.value.replace("_", " ").capitalize() + ".")
