"""What programs complain about, whatever they are written in: refused, not found, denied, full, expired.

Plain tables: kind, category, patterns, and what to say and type. Kinds are stable words; they end up in
`rule_id` as `log-<kind>` when no rule of its own explains the line. The texts that patterns look for are
those of libc (in several languages), of language runtimes, and of the common client libraries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from incident_bot.model import Category

Names = Literal["address", "login", "path", "setting", "quoted", "resource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One kind of complaint.

    `title` may use {container}, {says} (the message) and {what}; `names` says what {what} is, and `otherwise` is
    the title where the line names nothing. `steps` are (what to see, read-only command) with the placeholders of
    rules; `patterns` are alternatives, case ignored. A symptom has many possible causes and yields to whatever names one.
    What is permanent does not heal by itself.
    A lack is of something of the program's own that is used up: no caller provokes it by a mistake, and as long as it is
    said, work is refused, whatever level it is logged at.
    """

    kind: str
    category: Category
    patterns: tuple[str, ...]
    title: str
    hint: str
    names: Names | None = None
    otherwise: str = ""
    impact: str = ""
    is_symptom: bool = False
    is_permanent: bool = False
    is_lack: bool = False
    steps: tuple[tuple[str, str], ...] = ()
    prevention: tuple[str, ...] = ()
