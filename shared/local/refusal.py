"""How this package says no: one sentence to the person at the terminal, and what to do about it."""


class Refusal(Exception):
    """Something the reader can put right. The message is a sentence or two, printed without a traceback."""
