"""What the doctor says about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A sentence about the installation; where something is wrong, `remedy` says what to do."""

    sentence: str
    remedy: str | None = None

    @property
    def well(self) -> bool:
        return self.remedy is None
