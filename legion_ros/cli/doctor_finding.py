"""What a check of `legion doctor` comes to."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one check. Whatever is not good comes with a remedy."""

    what: str
    state: str  # "good", "absent" (optional, or only slower without), "bad"
    found: str
    fix: str = ""  # what to do about it

    def __post_init__(self) -> None:
        if self.state != "good" and not self.fix:
            raise ValueError(f"{self.what} is {self.state} ({self.found}), and nothing says how to mend it")
