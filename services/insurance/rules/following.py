"""Which question follows an answer: the least revealing first, and never one that is answered already
(8.6). Pure.

The plan is asked about as a whole (service type 30). Only for an active plan, and only where the consent
names addiction treatment benefits (intake's door decides that when it is asked), behavioural benefits are
asked about: from the administrator where the plan has carved them out, else from the plan itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.insurance.payers.directory import Directory
from services.insurance.payers.payer import Payer
from services.insurance.rules.levels_of_care import administrator
from services.insurance.rules.statements import Purpose, Statement
from services.insurance.x12.codes import MENTAL_HEALTH, SUBSTANCE_USE

PLAN_ONLY: Final = ("30",)
# Who takes several types in one question is asked for all a level of care may be stated under; others one
# by one.
BEHAVIOURAL_TYPES: Final = ("AI", "MH", "CI", "CJ", "A7", "A8")
ONE_BY_ONE: Final = (("AI",), ("MH",))
TELLING: Final = frozenset(
    {"A", "B", "C", "G", "E", "F", "I"}
)  # EB01: what it costs, or that it is not covered


@dataclass(frozen=True, slots=True)
class Next:
    """A question to be asked: why, whom, for which service types (EQ01)."""

    purpose: Purpose
    payer: Payer
    service_types: tuple[str, ...]


def following(
    asked: Sequence[tuple[Purpose, tuple[str, ...]]],
    statements: Sequence[Statement],
    payer: Payer,
    directory: Directory,
    *,
    multi_stc: bool,
) -> Next | None:
    """What to ask after what was `asked` and answered by `payer`'s plan; None when nothing more can be
    learnt.

    `multi_stc`: whether the way to the payer carries several service types in one question.
    """
    other = _administrator(statements, payer, directory)
    purpose, whom = (Purpose.CARVE_OUT, other) if other else (Purpose.BEHAVIOURAL, payer)
    if _stated(statements, SUBSTANCE_USE):
        return None
    tries = (BEHAVIOURAL_TYPES,) if multi_stc and whom.multi_stc else ONE_BY_ONE
    done = [types for why, types in asked if why is purpose]
    if len(done) >= len(tries) or (done and _stated(statements, MENTAL_HEALTH)):
        return None
    return Next(purpose, whom, tries[len(done)])


def _administrator(statements: Sequence[Statement], payer: Payer, directory: Directory) -> Payer | None:
    """Who manages the behavioural benefits, named in an answer or known of this payer; None for the payer
    itself."""
    named = administrator(statements)
    found = None
    if named is not None:
        known_as = [*(one for _, one in named.ids), named.name]
        found = next((one for text in known_as if (one := directory.by_payer_id(text))), None)
    if found is None and payer.carve_out_to:
        found = directory.by_code(payer.carve_out_to)
    return None if found is None or found.code == payer.code else found


def _stated(statements: Sequence[Statement], types: frozenset[str]) -> bool:
    """Whether an answer says more of these than that they are active: asking again would bring nothing
    new."""
    telling = [one.benefit for one in statements if one.benefit.information in TELLING]
    return any(types & set(benefit.service_types) for benefit in telling)
