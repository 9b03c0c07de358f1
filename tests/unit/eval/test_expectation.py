"""An `expected.yaml` that is wrong says where and why; one that is right is read whole."""

from __future__ import annotations

import pytest

from incident_bot.errors import UsageError
from incident_bot.eval import read_expectation
from incident_bot.model import Category, Verdict


def test_a_whole_expectation_is_read() -> None:
    text = (
        "verdict: failure\ncategory: gpu-ml\ncause: [GPU memory]\n"
        "decisive: [{file: a.log, contains: CUDA out of memory}]\nforbidden: [oom-killed-container]\nnotes: why\n"
    )

    found = read_expectation(text, "here")

    assert found.verdict is Verdict.FAILURE
    assert found.category is Category.GPU_ML
    assert found.decisive[0].contains == "CUDA out of memory"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("verdict: broken\n", "`verdict`"),
        ("verdict: failure\n", "a failure needs `cause`"),
        ("verdict: healthy\ncause: [x]\n", "a healthy scenario has no `cause`"),
        ("verdict: healthy\ncauses: [x]\n", "`causes`"),
        ("verdict: failure\ncause: [x]\ndecisive: [{file: a}]\n", "`decisive.0.contains`"),
        ("- healthy\n", "holds no mapping"),
        ("verdict: [\n", "not YAML"),
    ],
)
def test_a_wrong_expectation_names_file_and_field(text: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_expectation(text, "case/expected.yaml")

    assert "case/expected.yaml" in str(caught.value)
    assert named in str(caught.value)
