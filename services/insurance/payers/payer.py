"""One payer as the centre knows it. Pure.

Its id differs per clearinghouse and changes over time, hence ids per adapter with the days they are good for
(insurance.md 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from shared.contracts.care import Network


class Enrolment(StrEnum):
    """Some payers answer a provider only after a form was filed with the clearinghouse."""

    REQUIRED = "required"
    DONE = "done"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class PayerId:
    """NM109 at one clearinghouse, from the first to the last day (both included; None is open)."""

    id: str
    valid_from: date | None = None
    valid_until: date | None = None
    enrolment: Enrolment = Enrolment.NOT_NEEDED

    def valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)

    @property
    def usable(self) -> bool:
        """False while the enrolment this id needs has not been done."""
        return self.enrolment is not Enrolment.REQUIRED


@dataclass(frozen=True, slots=True)
class Payer:
    """`phone` is the provider line, `behavioural_phone` who answers for behavioural benefits ("": the same).

    `ids`: by adapter name. `carve_out_to`: the code of the payer that administers behavioural benefits for
    this one. `multi_stc`: several service types may stand in one question. `terms`: where cost sharing
    differs (cost_sharing.py), and `filing_limit_days`.
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    phone: str
    behavioural_phone: str = ""
    ids: Mapping[str, tuple[PayerId, ...]] = field(default_factory=dict, hash=False)
    carve_out_to: str | None = None
    multi_stc: bool = False
    medicaid: bool = False
    terms: Mapping[str, Any] = field(default_factory=dict, hash=False)
    invented: bool = False

    @property
    def network(self) -> Network:
        """Whether the centre has a contract with this payer (`terms["network"]`); yes unless said."""
        return Network(self.terms.get("network", Network.IN))

    def id_at(self, adapter: str, day: date) -> PayerId | None:
        """The id to use on `day`; of two that overlap the one begun last. None: not reachable this way."""
        valid = [one for one in self.ids.get(adapter, ()) if one.valid_on(day)]
        return max(valid, key=lambda one: one.valid_from or date.min, default=None)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything this payer may be written as."""
        return (self.code, self.name, *self.aliases)
