"""What can go wrong with X12, in sentences that never repeat a value from the file."""

TOO_LARGE = "The file is too large to be read with the memory there is."


class Unreadable(ValueError):
    """The bytes cannot be understood; `str()` is one plain sentence without any value from them."""


class NotX12(Unreadable):
    """The bytes are no X12 interchange at all: another kind of file, an error page, nothing."""


class Unwritable(ValueError):
    """An inquiry cannot be put into X12. `field` names what to mend ("last_name"), never its value."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
