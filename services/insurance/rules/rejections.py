"""What to do about a payer's refusal (AAA), by loop, reason and follow-up. A table, not a string match.

Source: insurance.md 2.3. The reason decides first; the follow-up can only make us more careful, because the
follow-up "resubmission allowed" on a wrong member id would otherwise repeat the same wrong question.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from shared.contracts.insurance import CorrectableField as Field


class Action(IntEnum):
    """In order of care: of several refusals the greatest decides."""

    RETRY = 1
    CORRECT = 2
    WAIT = 3
    MANUAL = 4


@dataclass(frozen=True, slots=True)
class Disposition:
    """What one refusal asks for. `fields` is what may be wrong, likeliest first; `wait_days` a date to ask
    again.

    `benefit_only` refusals (loop 2110, and not of the person) say nothing of the plan's status: they mark one
    benefit for a person.
    """

    action: Action
    fields: tuple[Field, ...] = ()
    wait_days: int | None = None
    benefit_only: bool = False


WHO: Final = (Field.MEMBER_ID, Field.NAME, Field.BIRTH_DATE)

# AAA03 -> action and fields, wherever the loop makes no difference.
REASONS: Final[dict[str, tuple[Action, tuple[Field, ...]]]] = {
    "04": (Action.RETRY, ()),
    "42": (Action.RETRY, ()),
    "80": (Action.RETRY, ()),
    "T4": (Action.CORRECT, (Field.PAYER,)),
    "41": (Action.MANUAL, ()),
    "50": (Action.MANUAL, ()),
    "51": (Action.MANUAL, ()),
    "35": (Action.MANUAL, ()),
    "49": (Action.MANUAL, ()),
    **dict.fromkeys(("43", "44", "45", "46", "47", "48", "97"), (Action.CORRECT, (Field.FACILITY,))),
    **dict.fromkeys(("52", "53", "54", "55", "56", "57"), (Action.CORRECT, (Field.SERVICE_DATE,))),
    "58": (Action.CORRECT, (Field.BIRTH_DATE,)),
    "60": (Action.CORRECT, (Field.BIRTH_DATE, Field.SERVICE_DATE)),
    "61": (Action.CORRECT, (Field.SERVICE_DATE,)),
    "62": (Action.CORRECT, (Field.SERVICE_DATE,)),
    "63": (Action.CORRECT, (Field.SERVICE_DATE,)),
    "64": (Action.CORRECT, (Field.MEMBER_ID,)),
    "65": (Action.CORRECT, (Field.NAME,)),
    # 66 and 74 speak of the gender, which we do not send: the payer holds another person's record under this
    # id.
    "66": (Action.CORRECT, WHO),
    "67": (Action.CORRECT, WHO),
    "68": (Action.CORRECT, WHO),
    "71": (Action.CORRECT, (Field.BIRTH_DATE,)),
    "72": (Action.CORRECT, (Field.MEMBER_ID,)),
    "73": (Action.CORRECT, (Field.NAME,)),
    "74": (Action.CORRECT, WHO),
    "75": (Action.CORRECT, WHO),
    "76": (Action.CORRECT, WHO),
    "77": (Action.CORRECT, (Field.NAME, Field.BIRTH_DATE)),
    "78": (Action.CORRECT, (Field.MEMBER_ID, Field.PAYER)),
    **dict.fromkeys(("69", "70", "98", "AA", "AE", "AF", "AG", "AO", "CI", "E8"), (Action.MANUAL, ())),
    "IA": (Action.MANUAL, ()),
    "MA": (Action.MANUAL, ()),
}

# Reasons whose meaning depends on the level: the letter of the loop ("A" payer ... "D" dependant) -> fields.
BY_LEVEL: Final[dict[str, dict[str, tuple[Field, ...]]]] = {
    "15": {"A": (Field.PAYER,), "B": (Field.FACILITY,), "C": WHO, "D": (Field.NAME, Field.BIRTH_DATE)},
    "33": {"A": (Field.PAYER,), "B": (Field.FACILITY,), "C": WHO, "D": (Field.NAME, Field.BIRTH_DATE)},
    "79": {"A": (Field.PAYER,), "B": (Field.FACILITY,)},
}

# Refusals of the person or the whole question wherever they stand: some come behind a benefit row.
OF_THE_PERSON: Final = frozenset(
    {"04", "42", "58", "80", *map(str, range(64, 69)), *map(str, range(71, 80))}  # AAA03
)
RETRYABLE: Final = frozenset({"04", "42", "80"})

# AAA04 -> the least care it asks for, and when to ask again. Y: the payer answers by itself within a business
# day.
FOLLOWUPS: Final[dict[str, tuple[Action, int | None]]] = {
    "C": (Action.CORRECT, None),
    "N": (Action.MANUAL, None),
    "S": (Action.WAIT, None),
    "W": (Action.WAIT, 30),
    "X": (Action.WAIT, 10),
    "Y": (Action.WAIT, 1),
}


def disposition(loop: str, reason: str, followup: str) -> Disposition:
    """What to do about one AAA. Unknown reasons, and known ones at a level they make no sense at, go to a
    person."""
    level = loop[-1:].upper()
    if reason in BY_LEVEL:
        fields = BY_LEVEL[reason].get(level, ())
        action = Action.CORRECT if fields else Action.MANUAL
    else:
        action, fields = REASONS.get(reason, (Action.MANUAL, ()))
    least, wait_days = FOLLOWUPS.get(followup, (Action.RETRY, None))
    if followup == "R" and reason not in RETRYABLE:
        least = Action.CORRECT
    action = max(action, least)
    return Disposition(
        action=action,
        fields=fields if action is Action.CORRECT else (),
        wait_days=wait_days if action is Action.WAIT else None,
        benefit_only=loop.startswith("2110") and reason not in OF_THE_PERSON,
    )
