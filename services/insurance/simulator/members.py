"""The people the built-in clearinghouse knows: one row each. All invented; README.md has the table in words.

Two kinds: members with a name and birth date of their own, which must be given right as with a real payer,
and members whose id alone decides what happens, whatever name is asked with (`first_name` is empty).
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from services.insurance.simulator import faults, plans, refusals
from services.insurance.simulator.plans import ADMINISTRATOR, Plan

# Demo and test people in any number: active, whatever name and birth date is asked with.
ANYBODY = re.compile(r"TCSIM\d+")


@dataclass(frozen=True, slots=True)
class Dependant:
    """Another person on the same card. `relationship` is INS02: 01 spouse, 19 child."""

    first_name: str
    last_name: str
    birth_date: date
    relationship: str


@dataclass(frozen=True, slots=True)
class SeededMember:
    """`duplicate`: two people of this name and id are on file, so the payer says neither (AAA 76)."""

    member_id: str
    plan: Plan
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    dependants: tuple[Dependant, ...] = ()
    duplicate: bool = False


PREFERRED = Plan("NORTHSTAR CHOICE PPO", plans.ppo, plans.by_setting)
ANY_PLAN = Plan("SIMULATED CHOICE PPO", plans.ppo, plans.by_setting)
CARVED_OUT = Plan("SUMMIT VIEW CHOICE HMO", plans.in_network_only, plans.carved_out)
ADMINISTERED = Plan("CALM HARBOR FOR SUMMIT VIEW", plans.behavioural_house, plans.by_setting)

MEMBERS: tuple[SeededMember, ...] = (
    # PPO; 1,250 of 2,000 deductible met; addiction care stated by setting.
    SeededMember(
        "NSH100200300",
        PREFERRED,
        *("MARISOL", "OKAFOR", date(1988, 4, 12)),
    ),
    # High-deductible plan, one family deductible, nothing met; only mental health is answered.
    SeededMember(
        "BCI200300400",
        Plan("BLUE CEDAR HDHP 3500", plans.high_deductible, plans.mental_health_only),
        *("TOBIAS", "LINDQVIST", date(1979, 11, 3)),
    ),
    # Coverage ended last year.
    SeededMember(
        "SVH300400500",
        Plan("SUMMIT VIEW HMO", plans.ended, plans.silent),
        *("PRIYA", "DELACROIX", date(1994, 7, 29)),
    ),
    # PPO with a son on the card; silent about behavioural care.
    SeededMember(
        "UFM400500600",
        Plan("UNITY FAMILY PPO", plans.ppo, plans.silent),
        *("RUTH", "ABERNATHY", date(1971, 2, 17)),
        dependants=(Dependant("JONAH", "ABERNATHY", date(2002, 9, 5), "19"),),
    ),
    # PPO with wife and child on the card.
    SeededMember(
        "UFM400500700",
        Plan("UNITY FAMILY PPO", plans.ppo, plans.by_setting),
        *("DANIEL", "OYELARAN", date(1983, 5, 21)),
        dependants=(
            Dependant("GRACE", "OYELARAN", date(1985, 1, 30), "01"),
            Dependant("TOMI", "OYELARAN", date(2007, 8, 14), "19"),
        ),
    ),
    # Family figures only, maximum for either network (W), messages; shares by place of service.
    SeededMember(
        "NSH500600700",
        Plan("NORTHSTAR OPEN ACCESS", plans.family_only, plans.by_place),
        *("HELENA", "VOSS", date(1976, 10, 9)),
    ),
    # Three rows per accumulator, 99,999.99 for none; behavioural out-of-pocket total of 0.
    SeededMember(
        "UFM600700800",
        Plan("UNITY CHOICE PLUS", plans.three_rows, plans.nought_as_ceiling),
        *("ANTOINE", "BRASSARD", date(1990, 6, 2)),
    ),
    # Nothing said about other networks; behavioural care active without figures.
    SeededMember(
        "NSH200300400",
        Plan("NORTHSTAR EPO", plans.in_network_only, plans.without_figures),
        *("KEIKO", "HARTLEY", date(1992, 3, 18)),
    ),
    # Residential treatment is not covered.
    SeededMember(
        "BCI300400500",
        Plan("BLUE CEDAR SELECT", plans.ppo, plans.no_residential),
        *("SAMIRA", "DUVALL", date(1987, 12, 1)),
    ),
    # 30 facility days a year, 12 used.
    SeededMember(
        "NSH300400500",
        Plan("NORTHSTAR CHOICE PPO", plans.ppo, plans.thirty_days),
        *("WENDELL", "ACHEBE", date(1969, 9, 26)),
    ),
    # Prior authorisation for facility stays.
    SeededMember(
        "UFM600700900",
        Plan("UNITY CHOICE", plans.ppo, plans.authorised_first),
        *("NADIA", "FERREIRA", date(1998, 2, 8)),
    ),
    # Behavioural care administered by Calm Harbor Behavioral, which answers for it.
    SeededMember(
        "SVH400500600",
        CARVED_OUT,
        *("LEOPOLD", "MARCHETTI", date(1981, 7, 7)),
    ),
    # Six Medicaid programmes in one answer.
    SeededMember(
        "GVS500600700",
        Plan("GOLDEN VALLEY MEDICAID", plans.medicaid, plans.medicaid_behavioural),
        *("ROSALIND", "TRAN", date(2001, 11, 11)),
    ),
    # Medicare parts A and B, with an inactive row for an old month.
    SeededMember(
        "UFM700800900",
        Plan("MEDICARE A AND B", plans.medicare, plans.without_figures),
        *("MORTIMER", "GAUTHIER", date(1949, 1, 15)),
    ),
    # Active, but another payer pays first (EB01 R).
    SeededMember(
        "UFM800900100",
        Plan("UNITY SECOND PPO", plans.second_in_line, plans.by_setting),
        *("BEATRIX", "LINDGREN", date(1966, 4, 4)),
    ),
    # Two people under this number (AAA 76, 2100C).
    SeededMember(
        "NSH700800900",
        PREFERRED,
        *("JOHN", "SMYTHE", date(1975, 5, 5)),
        duplicate=True,
    ),
    # Active pending investigation (EB01 5).
    SeededMember(
        "TCPEND05",
        Plan("CHOICE PPO", plans.pending, plans.silent),
    ),
)


def find(wanted: str, payer_id: str) -> SeededMember | None:
    """The member with this id as this payer knows them; None for an id nobody has.

    The administrator of a carve-out knows only whose behavioural care it administers.
    """
    # Ids that stand for a fault or a refusal are otherwise like anybody's.
    contrived = faults.by_member(wanted) or refusals.asked_for(wanted)
    if contrived or ANYBODY.fullmatch(wanted):
        return SeededMember(wanted, ANY_PLAN)
    known = next((member for member in MEMBERS if member.member_id == wanted), None)
    if payer_id != ADMINISTRATOR[1]:
        return known
    return replace(known, plan=ADMINISTERED) if known and known.plan is CARVED_OUT else None
