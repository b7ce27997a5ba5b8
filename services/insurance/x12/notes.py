"""What a reader notices on its way, in sentences without values."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Notes:
    """`odd` is for the record: the file was read all the same. `damaged` means that something may have been
    lost that speaks against coverage (a refusal, an end date), so nothing in the transaction is to be relied
    on."""

    odd: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
