"""The correction ladder: other safe ways to write the same person after "not found" (insurance.md 2.3). Pure.

At most three, each a spelling of what the client gave us and of nothing else. A payer that is asked for one
identity after another throttles or blocks the centre's NPI, so only what the refusal names is varied.
"""

import re
from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.insurance.rules.rejections import REASONS
from shared.contracts.insurance import CorrectableField as Field

MOST: Final = 3
# AAA03 of the "not found" class; no other refusal may be answered with a variation.
NOT_FOUND: Final = frozenset({"64", "65", "67", "72", "73", "75"})
# Of these the ones about the patient; the others are about the subscriber, a dependant's holder.
PATIENT_REFUSED: Final = frozenset({"64", "65", "67"})
SUFFIXES: Final = frozenset({"JR", "SR", "II", "III", "IV"})


@dataclass(frozen=True, slots=True)
class Holder:
    """The policy holder, where the patient is asked about as a dependant."""

    first: str
    last: str
    member_id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who was asked about: below `holder` as a dependant, or without one as a subscriber.

    `holder_on_file` is a policy holder known of somebody who was asked about as a subscriber. First names
    hold the middle ones as well.
    """

    first: str
    last: str
    member_id: str
    holder: Holder | None = None
    holder_on_file: Holder | None = None


class Step(StrEnum):
    """What a variation changes, the safest first: the same id or name written plainly before parts are
    left out, and who is asked about last."""

    MEMBER_ID_PLAIN = "member_id_plain"
    NAME_PLAIN = "name_plain"
    MEMBER_ID_WITHOUT_PREFIX = "member_id_without_prefix"
    MEMBER_ID_WITHOUT_SUFFIX = "member_id_without_suffix"
    NAME_WITHOUT_MIDDLE = "name_without_middle"
    NAME_FIRST_OF_TWO = "name_first_of_two"
    AS_SUBSCRIBER = "as_subscriber"
    AS_DEPENDANT = "as_dependant"


FIELD: Final = {
    Step.MEMBER_ID_PLAIN: Field.MEMBER_ID,
    Step.MEMBER_ID_WITHOUT_PREFIX: Field.MEMBER_ID,
    Step.MEMBER_ID_WITHOUT_SUFFIX: Field.MEMBER_ID,
    Step.NAME_PLAIN: Field.NAME,
    Step.NAME_WITHOUT_MIDDLE: Field.NAME,
    Step.NAME_FIRST_OF_TWO: Field.NAME,
    # Who is looked for under the id: both the id and the name speak of it.
    Step.AS_SUBSCRIBER: Field.MEMBER_ID,
    Step.AS_DEPENDANT: Field.MEMBER_ID,
}


@dataclass(frozen=True, slots=True)
class Variation:
    step: Step
    identity: Identity


def variations(asked: Identity, reasons: Collection[str]) -> tuple[Variation, ...]:
    """At most three other ways to write `asked`, the safest first; none of them twice or as it was asked.

    None at all unless every reason (AAA03) is of the "not found" class; then only such as touch a field one
    of the reasons names.
    """
    if not reasons or not set(reasons) <= NOT_FOUND:
        return ()
    named = {field for reason in reasons for field in REASONS[reason][1]}
    found: dict[Identity, Variation] = {}
    for step, identity in sorted(_ways(asked, frozenset(reasons)), key=lambda way: list(Step).index(way[0])):
        blank = not (identity.first and identity.last and identity.member_id)
        if FIELD[step] in named and not blank and _key(identity) != _key(asked):
            found.setdefault(_key(identity), Variation(step, identity))
    return tuple(found.values())[:MOST]


def _ways(asked: Identity, reasons: Set[str]) -> Iterator[tuple[Step, Identity]]:
    holder = asked.holder
    for step, member_id in _ids(asked.member_id):
        under = holder and replace(holder, member_id=member_id)
        yield step, replace(asked, member_id=member_id, holder=under)
    if holder is None or not reasons.isdisjoint(PATIENT_REFUSED):
        for step, first, last in _names(asked.first, asked.last):
            yield step, replace(asked, first=first, last=last)
    if holder is not None and not reasons <= PATIENT_REFUSED:
        for step, first, last in _names(holder.first, holder.last):
            yield step, replace(asked, holder=replace(holder, first=first, last=last))
    if asked.holder is not None:
        yield Step.AS_SUBSCRIBER, replace(asked, holder=None)
    elif asked.holder_on_file is not None:
        known = asked.holder_on_file
        yield Step.AS_DEPENDANT, replace(asked, holder=known, member_id=known.member_id)


def _ids(written: str) -> Iterator[tuple[Step, str]]:
    """Without separators; without the plan's letters in front; without the two digits of a family member.

    Leading zeros stay: they are part of the number.
    """
    plain = re.sub(r"[^A-Z0-9]", "", written.upper())
    yield Step.MEMBER_ID_PLAIN, plain
    prefixed = re.fullmatch(r"[A-Z]{2,4}(\d{5,})", plain) or re.fullmatch(r"[A-Z]{3}([A-Z0-9]*\d{5,})", plain)
    if prefixed:
        yield Step.MEMBER_ID_WITHOUT_PREFIX, prefixed[1]
    suffixed = re.fullmatch(r"\s*(.*[A-Za-z0-9])[-/. ]+\d{1,2}\s*", written)
    if suffixed:
        yield Step.MEMBER_ID_WITHOUT_SUFFIX, re.sub(r"[^A-Z0-9]", "", suffixed[1].upper())
    elif re.fullmatch(r"[A-Z]*\d{9,}0[0-9]", plain):
        yield Step.MEMBER_ID_WITHOUT_SUFFIX, plain[:-2]


def _names(first: str, last: str) -> Iterator[tuple[Step, str, str]]:
    """No suffix and spaces for hyphens; the first of several first names; the first of two surnames."""
    given, family = _words(first), _words(last)
    if not given or not family:
        return
    yield Step.NAME_PLAIN, " ".join(given), " ".join(family)
    yield Step.NAME_WITHOUT_MIDDLE, given[0], last
    yield Step.NAME_FIRST_OF_TWO, first, family[0]


def _words(name: str) -> list[str]:
    """The words of a name without a suffix at its end; a name that is a suffix only stays."""
    words = re.sub(r"[-,.]+", " ", name).split()
    while len(words) > 1 and words[-1].upper() in SUFFIXES:
        words.pop()
    return words


def _key(identity: Identity) -> Identity:
    """The same for identities a payer reads the same: case and spaces around make no difference."""

    def plain(text: str) -> str:
        return " ".join(text.upper().split())

    holder = identity.holder
    return Identity(
        plain(identity.first),
        plain(identity.last),
        plain(identity.member_id),
        holder and Holder(plain(holder.first), plain(holder.last), plain(holder.member_id)),
    )
