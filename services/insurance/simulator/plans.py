"""What each invented plan says: in general (service type 30), and when asked about behavioural care.

Behavioural answers differ as payers' do: by setting, only for mental health, active without any figure,
silent, or by another house. The quirks are those of insurance.md 2.5.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.insurance.simulator.rows import (
    DAY,
    EITHER,
    IN,
    LEFT,
    OUT,
    STAY,
    VISIT,
    YEAR,
    Row,
    active,
    administrator,
    benefit,
    ceiling,
    coinsurance,
    copay,
    day,
    deductible,
    excluded,
    limited_days,
    message,
    needs_authorisation,
    other_payer,
    period,
    place,
)

ADDICTION = frozenset({"AI", "AJ", "AK", "CI", "CJ"})
MENTAL = frozenset({"MH", "A4", "A5", "A6", "A7", "A8", "CF", "CG", "CH"})
BASE = ("1", "33", "47", "48", "50", "86", "98", "MH", "UC")
ADMINISTRATOR = ("CALM HARBOR BEHAVIORAL", "CHBHV01", "5550100126")

Asked = frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """`general(year)` answers service type 30; `behavioural(asked)` those of ADDICTION and MENTAL."""

    name: str
    general: Callable[[str, int], list[Row]]
    behavioural: Callable[[Asked], list[Row]]


def answer(plan: Plan, service_types: tuple[str, ...], year: int) -> list[Row]:
    """The rows for one question, in the order general, behavioural, anything else."""
    asked = frozenset(service_types)
    behavioural = asked & (ADDICTION | MENTAL)
    rows: list[Row] = plan.general(plan.name, year) if "30" in asked else []
    if behavioural:
        rows += plan.behavioural(behavioural) or ([] if rows else [active(plan.name)])
    rows += [active(plan.name, code) for code in sorted(asked - behavioural - {"30"})]
    return rows


# --- in general -------------------------------------------------------------------------------------------


def ppo(plan: str, year: int) -> list[Row]:
    """1,250 of 2,000 met in network; out of network separate."""
    return [
        *_begun(plan, year),
        *deductible("IND", IN, "2000", "750"),
        *ceiling("IND", IN, "6000", "4750"),
        *deductible("IND", OUT, "4000", "4000"),
        *ceiling("IND", OUT, "12000", "12000"),
        coinsurance(".2", IN, "30"),
        coinsurance(".4", OUT, "30"),
        copay("30", VISIT, IN, "MH"),
    ]


def high_deductible(plan: str, year: int) -> list[Row]:
    """One deductible for the whole family, nothing met."""
    return [
        *_begun(plan, year),
        *deductible("FAM", IN, "7000", "7000"),
        *ceiling("FAM", IN, "14000", "14000"),
        coinsurance(".1", IN, "30"),
    ]


def in_network_only(plan: str, year: int) -> list[Row]:
    """An EPO: not a word about other networks."""
    return [
        *_begun(plan, year),
        *deductible("IND", IN, "500", "120"),
        *ceiling("IND", IN, "3500", "3120"),
        coinsurance(".2", IN, "30"),
    ]


def family_only(plan: str, year: int) -> list[Row]:
    """Family figures only, the maximum for either network, shared accumulators told in words."""
    return [
        *_begun(plan, year),
        *deductible("FAM", IN, "3000", "1800"),
        *deductible("FAM", OUT, "6000", "4800"),
        *ceiling("FAM", EITHER, "9000", "7350"),
        message("MEDICAL AND BEHAVIORAL ACCUMULATORS ARE SHARED"),
        coinsurance(".2", IN, "30"),
        coinsurance(".5", OUT, "30"),
    ]


def three_rows(plan: str, year: int) -> list[Row]:
    """Total, spent and left for each accumulator; a family figure of 99,999.99 that means "none"."""
    return [
        *_begun(plan, year),
        *deductible("IND", IN, "290", "0", spent="290"),
        *ceiling("IND", IN, "3290", "2987.32", spent="302.68"),
        *deductible("FAM", IN, "99999.99", "99999.99"),
        *ceiling("FAM", IN, "99999.99", "99999.99"),
        coinsurance(".2", IN, "30"),
    ]


def medicaid(_: str, year: int) -> list[Row]:
    """Several programmes, each active for service type 30; the transport vendor's is no health plan."""
    programmes = (
        ("1", "GOLDEN VALLEY TRADITIONAL MEDICAID", "30"),
        ("1", "GOLDEN VALLEY DENTAL CARE", "35"),
        ("3", "GOLDEN VALLEY PREPAID MENTAL HEALTH", "30"),
        ("3", "GOLDEN VALLEY TRANSPORTATION", "30"),
        ("1", "GOLDEN VALLEY VISION", "AL"),
        ("1", "GOLDEN VALLEY ADDICTION WAIVER", "30"),
    )
    rows: list[Row] = []
    for information, name, service_type in programmes:
        rows += [
            benefit(information, service_type, insurance="MC", plan=name),
            period("291", f"{year}0101", f"{year}1231"),
        ]
    return [*rows, copay("0", VISIT, EITHER, "30")]


def medicare(_: str, year: int) -> list[Row]:
    """Parts A and B, and within the active answer an inactive row for a month long gone."""
    return [
        benefit("1", "30", insurance="MA"),
        period("291", f"{year - 4}0301", f"{year}1231"),
        benefit("1", "30", insurance="MB"),
        period("291", f"{year - 4}0301", f"{year}1231"),
        benefit("6", "30"),
        period("307", f"{year - 5}0201", f"{year - 5}0228"),
        benefit("C", "30", insurance="MA", period=STAY, amount="1676"),
        benefit("C", "30", insurance="MA", period=LEFT, amount="1676"),
        benefit("C", "30", insurance="MB", period=YEAR, amount="257"),
        benefit("C", "30", insurance="MB", period=LEFT, amount="57"),
        coinsurance(".2", EITHER, "30"),
    ]


def second_in_line(plan: str, year: int) -> list[Row]:
    """Active, and another payer pays first."""
    return [*ppo(plan, year), *other_payer("BLUE CEDAR INSURANCE", "BCEDAR1")]


def behavioural_house(plan: str, year: int) -> list[Row]:
    """The administrator of a carve-out, asked in general: behavioural care and nothing else."""
    return [
        day("346", f"{year}0101"),
        active(plan, "MH", "AI"),
        message("BEHAVIORAL HEALTH BENEFITS ONLY"),
    ]


def ended(plan: str, year: int) -> list[Row]:
    """Until the last day of the year before."""
    return [
        day("346", f"{year - 3}0101"),
        benefit("6", "30", plan=plan),
        day("347", f"{year - 1}1231"),
    ]


def pending(plan: str, _: int) -> list[Row]:
    """Active, pending investigation."""
    return [benefit("5", "30", plan=plan)]


def _begun(plan: str, year: int) -> list[Row]:
    return [day("346", f"{year}0101"), active(plan), active("", *BASE)]


# --- asked about behavioural care -------------------------------------------------------------------------


def by_setting(asked: Asked) -> list[Row]:
    """Addiction care stated for inpatient and outpatient facilities, mental health beside it."""
    return [
        *_stated(asked),
        *_if(
            asked & ADDICTION,
            coinsurance(".2", IN, "CI"),
            coinsurance(".4", OUT, "CI"),
            copay("30", VISIT, IN, "CJ"),
            coinsurance(".4", OUT, "CJ"),
        ),
        *_if(asked & MENTAL, coinsurance(".2", IN, "A7"), copay("30", VISIT, IN, "A8")),
    ]


def mental_health_only(_: Asked) -> list[Row]:
    """Whatever is asked, the answer is about mental health."""
    return [active("", "MH"), coinsurance(".1", IN, "MH"), coinsurance(".3", OUT, "MH")]


def without_figures(asked: Asked) -> list[Row]:
    """Active, and not one amount: the commonest behavioural answer."""
    return _stated(asked)


def silent(_: Asked) -> list[Row]:
    """Nothing about it: the plan's own status comes back instead."""
    return []


def no_residential(asked: Asked) -> list[Row]:
    """Detox and outpatient are covered, residential care is not."""
    return [
        *_stated(asked),
        *_if(
            asked & ADDICTION,
            coinsurance(".1", IN, "CI"),
            excluded("CI"),
            message("RESIDENTIAL TREATMENT FACILITY NOT COVERED"),
            place("55"),
            copay("25", VISIT, IN, "CJ"),
        ),
    ]


def thirty_days(asked: Asked) -> list[Row]:
    """30 days a year in a facility, 12 of them used."""
    return [
        *_stated(asked),
        *_if(asked & ADDICTION, coinsurance(".2", IN, "CI"), *limited_days("30", "18", "CI")),
        *_if(asked & ADDICTION, copay("40", VISIT, IN, "CJ")),
    ]


def authorised_first(asked: Asked) -> list[Row]:
    """Prior authorisation for every facility stay, none for visits."""
    return [
        *_stated(asked),
        *_if(
            asked & ADDICTION,
            benefit("B", "CI", period=DAY, amount="250", authorisation="Y", network=IN),
            benefit("B", "CJ", period=VISIT, amount="35", authorisation="N", network=IN),
        ),
        *_if(asked & MENTAL, benefit("B", "A7", period=DAY, amount="250", authorisation="Y", network=IN)),
    ]


def by_place(asked: Asked) -> list[Row]:
    """Shares by place of service (III), authorisation on rows of its own (EB*CB)."""
    return [
        *_stated(asked),
        *_if(
            asked & ADDICTION,
            *(coinsurance(".2", IN, "AI"), message("RESIDENTIAL"), place("55")),
            *(coinsurance(".1", IN, "AI"), message("OUTPATIENT PROGRAM"), place("57")),
            *(needs_authorisation(IN, "AI"), place("55")),
            benefit("CB", "AI", authorisation="N", network=IN),
            place("57"),
        ),
        *_if(asked & MENTAL, needs_authorisation(IN, "A7"), coinsurance(".2", IN, "MH")),
    ]


def nought_as_ceiling(asked: Asked) -> list[Row]:
    """An out-of-pocket total of 0 without spent or left, which is no cap but a gap."""
    about = tuple(sorted(asked))
    return [*_stated(asked), *ceiling("IND", IN, "0", types=about), coinsurance(".2", IN, *about)]


def carved_out(asked: Asked) -> list[Row]:
    """Not here: the administrator is named."""
    return administrator(*ADMINISTRATOR, *sorted(asked))


def medicaid_behavioural(asked: Asked) -> list[Row]:
    return [*_stated(asked), copay("0", VISIT, EITHER, *sorted(asked))]


def _stated(asked: Asked) -> list[Row]:
    return [active("", *sorted(asked))]


def _if(wanted: object, *rows: Row) -> list[Row]:
    return list(rows) if wanted else []
