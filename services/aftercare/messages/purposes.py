"""Why somebody is written to. Pure."""

from enum import StrEnum


class Purpose(StrEnum):
    """Each has one text in every language (messages/texts)."""

    WELCOME = "welcome"
    SUGGESTIONS = "suggestions"
    INVITATION = "invitation"  # the calendar entry itself, by e-mail (RFC 6047)
    REMINDER_DAY = "reminder_day"
    REMINDER_HOUR = "reminder_hour"
    REMINDER_JOIN = "reminder_join"
    UNCONFIRMED = "unconfirmed"
    IS_IT_HELD = "is_it_held"  # a federal holiday is coming
    CHANGED = "changed"
    PROPOSAL = "proposal"
    SEAT_FREE = "seat_free"  # in a group of the house, kept for a day
    HOW_WAS_IT = "how_was_it"
    HOW_WAS_IT_AGAIN = "how_was_it_again"
    SORRY_NOT_HELD = "sorry_not_held"
    MISSED_YOU = "missed_you"
    PROOF_DUE = "proof_due"
    PROOF_LAST_CALL = "proof_last_call"
    CHECK_IN = "check_in"
    REVIEW = "review"
    DOOR_OPEN = "door_open"
    NEW_LINK = "new_link"
    STOPPED = "stopped"  # the one confirmation that nothing more will come
    RESUMED = "resumed"
    HELP = "help"
    ANSWERED = "answered"  # somebody wrote back: who reads it, and when
    CRISIS = "crisis"  # somebody wrote back in danger: 988 and 911 at once
    PAGE_STAFF = "page_staff"
