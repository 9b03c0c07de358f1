"""What the author of a scenario expects: `expected.yaml` beside the evidence."""

from __future__ import annotations

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from incident_bot import libyaml
from incident_bot.errors import UsageError
from incident_bot.model import Category, Verdict

EXPECTATION_FILE = "expected.yaml"


class Decisive(BaseModel):
    """A line that decides: the name of a file in the scenario, and a text that the line contains."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1)
    contains: str = Field(min_length=1)


class Expectation(BaseModel):
    """The right answer.

    `cause`: texts of which one stands in the title, the explanation or the rule id of the cause.
    `decisive`: lines of which the cause cites at least one. `forbidden`: rule ids, or texts of
    a title, that must not be among the causes. `also_right`: verdicts that are as good, where
    engineers may differ. `confirmed`: false as long as only a machine wrote it; then it is not
    counted. `notes`: why the scenario is realistic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    category: Category = Category.UNKNOWN
    cause: tuple[str, ...] = ()
    decisive: tuple[Decisive, ...] = ()
    forbidden: tuple[str, ...] = ()
    also_right: tuple[Verdict, ...] = ()
    confirmed: bool = True
    notes: str = ""

    def accepts(self, verdict: Verdict) -> bool:
        """Whether a verdict is right."""
        return verdict is self.verdict or verdict in self.also_right

    @model_validator(mode="after")
    def _failure_names_its_cause(self) -> Expectation:
        if self.verdict is Verdict.FAILURE and not self.cause:
            raise ValueError("a failure needs `cause`: texts of which one names it")
        if self.verdict is Verdict.HEALTHY and self.cause:
            raise ValueError("a healthy scenario has no `cause`")
        return self


def read_expectation(text: str, origin: str) -> Expectation:
    """Read the text of an `expected.yaml`.

    Raises `UsageError` naming the file, the field and what is wrong with it.
    """
    try:
        plain = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{origin}: not YAML: {libyaml.explain(error)}", hint=_HINT) from error
    if not isinstance(plain, dict):
        raise UsageError(f"{origin}: holds no mapping", hint=_HINT)
    try:
        return Expectation.model_validate(plain)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in problem["loc"]) or "expectation"
        message = problem["msg"].removeprefix("Value error, ")
        raise UsageError(f"{origin}: `{field}`: {message}", hint=_HINT) from error


_HINT = "Keys: verdict, also_right, category, cause, decisive (file, contains), forbidden, confirmed, notes."
