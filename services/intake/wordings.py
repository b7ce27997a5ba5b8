"""The exact words people agree to, by item, language and version.

A published wording is never edited: a change is a new version beside the old one, so that the hash kept
with a consent can always be matched with the text that was on the screen. The insurer text carries the
elements of 42 CFR 2.31(a); the comments name them. Counsel reads it before a real centre uses it.
"""

import hashlib
from dataclasses import dataclass

from shared.contracts.intake import ConsentItem


@dataclass(frozen=True)
class Wording:
    """What was on the screen: the sentence beside the box and the paragraphs under it."""

    item: ConsentItem
    language: str
    version: int
    label: str
    paragraphs: tuple[str, ...] = ()

    def said_by(self, centre: str) -> "Wording":
        """The wording as shown by one centre: its name is part of what is agreed to."""
        return Wording(
            self.item,
            self.language,
            self.version,
            self.label.format(centre=centre),
            tuple(paragraph.format(centre=centre) for paragraph in self.paragraphs),
        )

    @property
    def sha256(self) -> bytes:
        """Hash of the exact text, 32 bytes."""
        return hashlib.sha256("\n".join((self.label, *self.paragraphs)).encode()).digest()


_PUBLISHED = (
    Wording(
        ConsentItem.CONTACT,
        "en",
        1,
        "Yes, {centre} may call or write to me about my request.",
    ),
    Wording(
        ConsentItem.INSURER,
        "en",
        1,
        "Yes, {centre} may ask my insurer what my plan pays for.",
        (
            # (1) the patient, (2) who discloses, (4) the recipient
            "I am the person named on this form. I allow {centre} to contact the health plan I name here,"
            " and the companies that answer benefits questions for it.",
            # (3) how much and what kind of information
            "It may tell them my name, birth date and member ID, and that I am asking about treatment for"
            " substance use. Nothing else.",
            # (5) the purpose
            "The reason: to find out what my plan pays for treatment.",
            # (6) the right to revoke, how, and the reliance exception
            "I can take this back at any time. I can do so in writing or by telling any staff member."
            " What was already asked cannot be unasked.",
            # (7) the expiry
            "If I do nothing, this ends by itself one year from today.",
            # 2.31(a)(4)(iii): redisclosure, and the bar on use in proceedings
            "My plan may share what it learns as privacy law (HIPAA) allows."
            " It may not be used against me in court unless I agree or a judge orders it.",
            # the consequences of refusal
            "If I say no, I can still get help here. I may then not know what treatment will cost me.",
            # (8) signature and (9) date
            "Ticking this box and sending the form is my signature, with today's date.",
        ),
    ),
    Wording(
        ConsentItem.AFTERCARE,
        "en",
        1,
        "Yes, {centre} may plan support meetings for me after treatment and remind me of them.",
        (
            "Reminders come only to the phone or email above. They never name us or the group.",
            "I can stop them at any time, with one word. Saying no changes nothing about my treatment.",
        ),
    ),
    Wording(
        ConsentItem.TREATMENT,
        "en",
        1,
        "I agree to be treated at {centre}.",
        ("Staff have explained the treatment, its risks and the other choices. I can stop at any time.",),
    ),
    Wording(
        ConsentItem.TEXTS,
        "en",
        1,
        "Yes, {centre} may send me text messages. Treatment does not depend on this.",
    ),
    Wording(
        ConsentItem.SUD_BENEFITS,
        "en",
        1,
        "Yes, {centre} may ask my plan about benefits for substance use treatment by name.",
        ("The rules of my consent to ask my insurer hold for this too.",),
    ),
)


def current(item: ConsentItem, language: str, centre: str) -> Wording:
    """The newest published wording, in the centre's name. Raises KeyError for an unknown language."""
    texts = [w for w in _PUBLISHED if w.item is item and w.language == language]
    if not texts:
        raise KeyError((item, language))
    return max(texts, key=lambda wording: wording.version).said_by(centre)
