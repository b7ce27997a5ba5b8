"""Pure: whether a consent allows a disclosure at this moment (42 CFR 2.31(c), 2.13(a))."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.intake import ConsentItem

# How long a consent holds when nobody revokes it. None: until revoked or the purpose is done.
LASTS: dict[ConsentItem, timedelta | None] = {
    ConsentItem.CONTACT: None,
    ConsentItem.TEXTS: None,
    ConsentItem.INSURER: timedelta(days=365),
    ConsentItem.SUD_BENEFITS: timedelta(days=365),
    ConsentItem.TREATMENT: None,
    ConsentItem.AFTERCARE: timedelta(days=730),
    ConsentItem.INTRODUCTION: timedelta(days=365),
}


@dataclass(frozen=True)
class Consent:
    """One answer to one consent question. Exactly one of `given_at` and `refused_at` is set."""

    id: UUID
    item: ConsentItem
    given_at: datetime | None = None
    refused_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        asked = self.given_at or self.refused_at
        if asked is None:
            raise ValueError("a consent is either given or refused")
        return asked

    def holds(self, now: datetime) -> bool:
        return (
            self.given_at is not None
            and self.revoked_at is None
            and (self.expires_at is None or now < self.expires_at)
        )


def may_disclose(
    consents: Iterable[Consent], item: ConsentItem, now: datetime, *, restricted: bool = False
) -> Consent | None:
    """The consent to act on, or None: say nothing to anybody.

    Only the latest answer counts: a later "no" undoes an earlier "yes". `restricted` is the client's
    wish under 2.26 that their plan is not told; it beats any consent.
    """
    if restricted:
        return None
    answers = sorted((c for c in consents if c.item is item), key=lambda c: (c.asked_at, c.id))
    return answers[-1] if answers and answers[-1].holds(now) else None


def was_asked(consents: Iterable[Consent], item: ConsentItem) -> bool:
    """Yes or no, the person has answered."""
    return any(consent.item is item for consent in consents)
