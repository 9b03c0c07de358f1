"""A second opinion from a model: it is asked once, holds no tools and no token, and may fail in any way.

Whatever goes wrong is a `Gap`; the rules' diagnosis stands without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from incident_bot.llm.prompt import Prompt
    from incident_bot.model import Case, Diagnosis, Gap
    from incident_bot.settings import Settings


class Consultant(Protocol):
    """Somebody who can be asked for a diagnosis."""

    def consult(self, prompt: Prompt, case: Case) -> Diagnosis | Gap:
        """A diagnosis from the prompt, or the reason why there is none. Never raises, never waits for ever."""
        ...

    def count_tokens(self, prompt: Prompt) -> int | None:
        """How many tokens the prompt has by the service's own count; None where it does not say so soon."""
        ...


def make_gemini(settings: Settings) -> Consultant:
    """Gemini as the settings describe it. Nothing is sent before `consult`."""
    from incident_bot.llm.gemini import Gemini

    return Gemini(settings.config.llm, api_key=settings.gemini_api_key, base_url=settings.gemini_base_url)


def make_none(_settings: Settings) -> None:
    """No model: the rules stand alone and nothing leaves for a third party."""


CONSULTANTS: Mapping[str, Callable[[Settings], Consultant | None]] = {"gemini": make_gemini, "none": make_none}
"""What `--llm` may say. An unknown name is an error, never a default."""
