"""Every message in English."""

from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.texts.language import Kind, Language, Names, Text

_TEXTS = {
    Purpose.WELCOME: Text(
        "Your week",
        "Hello,\n\nyour week is ready. The dates, and what to do when one does not suit you, are on your own "
        "page:\n{link}",
        "Hello! Your week is ready: {link}",
    ),
    Purpose.SUGGESTIONS: Text(
        "Some ideas for your week",
        "Hello,\n\nwe have some ideas for your week. Nothing is fixed until you say yes. You can say yes "
        "or no "
        "here:\n{link}",
        "We have some ideas for your week. Yes or no? {link}",
    ),
    Purpose.REMINDER_DAY: Text(
        "Coming up: {when}",
        "Hello,\n\na reminder of {what}: {when}.\n\nAll about it, and what to do when you cannot make "
        "it:\n{link}",
        "Coming up: {what}, {when}. {link}",
    ),
    Purpose.REMINDER_HOUR: Text(
        "Today: {when}",
        "Hello,\n\n{what} is soon: {when}.\n\nHow to get there:\n{link}",
        "Soon: {what}, {when}. {link}",
    ),
    Purpose.REMINDER_JOIN: Text(
        "Starting soon",
        "Hello,\n\n{what} starts soon: {when}.\n\nThe way in:\n{link}",
        "Starting soon: {what}, {when}. The way in: {link}",
    ),
    Purpose.UNCONFIRMED: Text(
        "Please check: {when}",
        "Hello,\n\nwe could not confirm {what}, {when}. It may well take place. To be safe, here is another "
        "choice for the same week:\n{link}",
        "We could not confirm {what}, {when}. Another choice: {link}",
    ),
    Purpose.IS_IT_HELD: Text(
        "A holiday is near: {when}",
        "Hello,\n\na holiday is near, and some groups rest then. Please check that {what} takes place: "
        "{when}."
        "\n\nHow to check, and another choice:\n{link}",
        "A holiday is near. Please check {what}, {when}: {link}",
    ),
    Purpose.CHANGED: Text(
        "A new time: {when}",
        "Hello,\n\nthe time or place of {what} has changed. The next date: {when}.\n\nWhat is new:\n{link}",
        "New time or place for {what}: {when}. {link}",
    ),
    Purpose.PROPOSAL: Text(
        "Something that may suit you better",
        "Hello,\n\nwe found something that may suit you better. Nothing changes until you say yes:\n{link}",
        "We found something that may suit you better. Yes or no? {link}",
    ),
    Purpose.SEAT_FREE: Text(
        "A place is kept for you",
        "Hello,\n\na place is kept for you until {answer_by}. Do you want it? You can answer here:\n{link}",
        "A place is kept for you until {answer_by}. Yes or no? {link}",
    ),
    Purpose.HOW_WAS_IT: Text(
        "How was it?",
        "Hello,\n\nhow was it, {when}? One tap is enough:\n{link}",
        "How was it, {when}? One tap: {link}",
    ),
    Purpose.HOW_WAS_IT_AGAIN: Text(
        "Did you make it?",
        "Hello,\n\ndid you make it, {when}? One tap is enough, and either answer is fine:\n{link}",
        "Did you make it, {when}? One tap: {link}",
    ),
    Purpose.SORRY_NOT_HELD: Text(
        "Sorry about that",
        "Hello,\n\nsorry it did not take place, {when}. Here is what comes next:\n{link}",
        "Sorry it did not take place, {when}. What comes next: {link}",
    ),
    Purpose.MISSED_YOU: Text(
        "Next time",
        "Hello,\n\nmissing one is fine. The next date is on your page. Is it the right one for you? If not, "
        "tell us, and we will look for another:\n{link}",
        "Missing one is fine. Is it the right one for you? {link}",
    ),
    Purpose.PROOF_DUE: Text(
        "Your proof for {when}",
        "Hello,\n\nyou can get your proof for {when} now, free of charge. What to pick:\n{link}",
        "You can get your proof for {when} now: {link}",
    ),
    Purpose.PROOF_LAST_CALL: Text(
        "Last days for your proof",
        "Hello,\n\nthese are the last days to get your proof for {when} free of charge. What to "
        "pick:\n{link}",
        "Last days to get your proof for {when}: {link}",
    ),
    Purpose.CHECK_IN: Text(
        "How is your week?",
        "Hello,\n\nhow is your week? A few short questions; skip what you like:\n{link}",
        "How is your week? A few short questions: {link}",
    ),
    Purpose.REVIEW: Text(
        "Time to look at your plan",
        "Hello,\n\ntime to look at your plan together: what suits you, what should change?\n{link}",
        "Time to look at your plan together: {link}",
    ),
    Purpose.DOOR_OPEN: Text(
        "The door stays open",
        "Hello,\n\nthere is nothing you have to do. The door stays open, whenever you like:\n{link}",
        "The door stays open, whenever you like: {link}",
    ),
    Purpose.NEW_LINK: Text(
        "Your new link",
        "Hello,\n\nhere is your new link. It opens once; ask for another whenever you need it:\n{link}",
        "Your new link, it opens once: {link}",
    ),
    Purpose.STOPPED: Text(
        "No more messages",
        "Hello,\n\nas you asked, nothing more will come.",
        "As you asked, no more texts will come. START brings them back. In danger: call or text 988, or "
        "call 911.",
    ),
    Purpose.RESUMED: Text(
        "Messages again",
        "Hello,\n\nas you asked, messages will come again.",
        "Texts will come again. STOP ends them. In danger: 988 or 911.",
    ),
    Purpose.HELP: Text(
        "About these messages",
        "Hello,\n\nthese messages are about your own dates. For anything else, call {phone}.",
        "These texts are about your own dates. Questions: {phone}. STOP ends texts. In danger: 988 or 911.",
    ),
    Purpose.ANSWERED: Text(
        "Thank you",
        "Hello,\n\nthank you for writing. Messages here are not read at once; somebody will call you. In "
        "a hurry, call {phone}.",
        "Texts here are not read at once. We will call you, or call {phone}. In danger: 988 or 911. STOP "
        "ends texts.",
    ),
    Purpose.CRISIS: Text(
        "Please call 988 now",
        "You matter. Please call or text 988 now, or call 911. Somebody of ours will call you as well.",
        "You matter. Please call or text 988 now, or call 911. Somebody of ours will call you as well.",
    ),
    Purpose.PAGE_STAFF: Text(
        "Somebody needs you now",
        "Somebody needs you now. Open your desk and acknowledge:\n{desk}",
        "Somebody needs you now. Open your desk and acknowledge: {desk}",
    ),
}

_INVITATIONS = {
    Kind.SERIES: Text(
        "For your calendar",
        "Hello,\n\nthis puts your dates on your calendar, from {when} on. All about them:\n{link}",
    ),
    Kind.SERIES_ENDS: Text(
        "For your calendar: an end",
        "Hello,\n\nthis takes dates off your calendar that you no longer need. What there is now:\n{link}",
    ),
    Kind.DATE: Text(
        "For your calendar: {when}",
        "Hello,\n\none date on your calendar is different: {when}. All about it:\n{link}",
    ),
    Kind.DATE_OFF: Text(
        "For your calendar: one date is off",
        "Hello,\n\none date does not take place: {when}. The others stay. Another choice:\n{link}",
    ),
}

_INSTEAD = Text(
    "A new one in its place: {when}",
    "Hello,\n\none of the groups in your week is no longer there. A new one stands in its place, from {when} "
    "on.\n\nAll about it, and what to do when it does not suit you:\n{link}",
    "One of your groups is no longer there. A new one stands in its place: {when}. {link}",
)

ENGLISH = Language(
    code="en",
    texts=_TEXTS,
    invitations=_INVITATIONS,
    instead=_INSTEAD,
    names=Names(
        days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ),
        short_days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        short_months=(
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ),
        long_form="{day} {number} {month}, {clock}",
        short_form="{day} {number} {month} {clock}",
        half_days=True,
    ),
    group="your group",
    see_page="see your page",
    crisis="In danger, or thinking of harming yourself? Call or text 988 any time, or call 911.",
    crisis_short="In danger: 988 or 911.",
    stop_short="STOP ends texts.",
    questions="Questions? Call {phone}.",
    next_chance="The next chance: {next_chance}.",
    fall_back="Another choice, online: {fall_back}.",
    stop="No more e-mails like this one: {stop}",
)  # fmt: skip
