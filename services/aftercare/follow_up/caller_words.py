"""What a person who makes a call keeps in mind, by kind; shown on the work list. Our own words."""

from collections.abc import Mapping, Sequence

from shared.contracts.aftercare import FollowUpKind

ADVICE: Mapping[FollowUpKind, Sequence[str]] = {
    FollowUpKind.USE_REPORTED: (
        "Safety first: are they safe now, alone, still using? 911 if there is danger.",
        "Naloxone: do they have it, and does somebody near know how to use it?",
        "Tolerance is lower after a time without: say so plainly.",
        "No blame. The plan goes on; ask what would help today.",
        "Offer more meetings this week, and have the level of care looked at again.",
        "They are asked again how they are in two days.",
    ),
    FollowUpKind.SAME_DAY_CALL: (
        "A call, not a text: somebody may be in danger, or is in the first days.",
        "988 for thoughts of death or self-harm, 911 for danger to life.",
    ),
    FollowUpKind.COUNSELLOR: (
        "What is in the way: transport, childcare, cost, or is it not the right meeting?",
        "Go through the BAM together; it is open on the list.",
    ),
    FollowUpKind.REMATCH: ("Is it the right meeting? Look for another one together.",),
    FollowUpKind.SUPPORT_PERSON: (
        "Check first that a consent names this person and covers this case; without it, nobody is asked.",
        "A letter goes in an envelope that does not say who we are.",
    ),
    FollowUpKind.LIGHT_TOUCH: ("No questions and nothing to do: the door is open.",),
    FollowUpKind.CHECK_CONTACT: ("What we have is not theirs, or does not work. Say nothing of the client.",),
}
