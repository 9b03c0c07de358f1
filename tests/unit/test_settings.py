"""Settings: the environment and the config file, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incident_bot.config import Config, load_config, parse_config
from incident_bot.errors import ConfigurationError
from incident_bot.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_no_file_and_no_environment_give_defaults_that_work() -> None:
    settings = load_settings(environ={})

    assert settings.config == Config()
    assert settings.github_api_url == "https://api.github.com"
    assert not settings.in_actions


def test_google_api_key_wins_over_gemini_api_key() -> None:
    """As in Google's own client (google-genai 3.4)."""
    settings = load_settings(environ={"GOOGLE_API_KEY": "one", "GEMINI_API_KEY": "two"})

    assert settings.gemini_api_key == "one"


def test_every_credential_of_ours_is_kept_back_not_only_the_one_in_use() -> None:
    environ = {"GOOGLE_API_KEY": "one", "GEMINI_API_KEY": "two", "GITHUB_TOKEN": "three", "HOME": "four"}

    assert set(load_settings(environ=environ).secrets.values()) == {"one", "two", "three"}


def test_secrets_are_not_in_the_repr() -> None:
    settings = load_settings(
        environ={
            "GITHUB_TOKEN": "very-hidden",
            "INCIDENT_BOT_KUBECONFIG_DATA": "well-hidden",
            "INCIDENT_BOT_WEBHOOK_TOKEN": "also-hidden",
        }
    )

    assert "hidden" not in repr(settings)


def test_the_run_url_needs_all_three_parts() -> None:
    env = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/ops", "GITHUB_RUN_ID": "7"}

    assert load_settings(environ=env).run_url == "https://github.com/acme/ops/actions/runs/7"
    assert load_settings(environ=env | {"GITHUB_RUN_ID": ""}).run_url == ""


@pytest.mark.parametrize(
    ("loaded", "message", "hint"),
    [
        pytest.param({"isue": {}}, "unknown key `isue`", "Did you mean `issue`?", id="misspelt section"),
        pytest.param({"llm": {"modle": "x"}}, "unknown key `llm.modle`", "Did you mean `model`?", id="misspelt key"),
        pytest.param({"llm": {"zzz": 1}}, "unknown key `llm.zzz`", "Known keys here: model", id="nothing near"),
        pytest.param(
            {"evidence": {"deadline_s": "soon"}}, "`evidence.deadline_s`", "docs/configuration.md", id="wrong type"
        ),
        pytest.param({"evidence": {"deadline_s": 0}}, "greater than 0", "docs/configuration.md", id="out of range"),
        pytest.param({"issue": {"labels": ["x" * 51]}}, "`issue.labels.0`", "", id="a label that GitHub refuses"),
        pytest.param({"issue": {"labels": ["team", " "]}}, "`issue.labels.1`", "", id="a label without a name"),
        pytest.param(["issue"], "expected a mapping", "", id="not a mapping"),
        pytest.param(
            {"redaction": {"rules": [{"kind": "x1", "pattern": "a", "matches": [], "ignores": ["b"]}]}},
            "redaction.rules.0.matches",
            "",
            id="a rule without samples",
        ),
    ],
)
def test_a_wrong_config_names_the_key_and_the_remedy(loaded: object, message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_config(loaded, "incident-bot.yaml")

    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"issue: [", "not valid YAML", id="broken YAML"),
        pytest.param(b"\xff\xfe\x00", "not UTF-8", id="binary"),
        pytest.param(b"#" * 300_000, "larger than", id="huge"),
        pytest.param(b"a: !!python/object/apply:os.system ['true']", "not valid YAML", id="code in YAML"),
    ],
)
def test_an_unreadable_config_is_an_error_not_a_default(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bot.yaml"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=message):
        load_config(path)


def test_the_longest_label_that_github_takes_is_taken() -> None:
    assert parse_config({"issue": {"labels": ["x" * 50, " team/ml "]}}, "f").issue.labels == ("x" * 50, "team/ml")


def test_a_named_config_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read config file"):
        load_config(tmp_path / "absent.yaml")


def test_an_empty_config_file_means_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "bot.yaml"
    path.write_text("# nothing yet\n")

    assert load_config(path) == Config()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({}, False, id="a laptop"),
        pytest.param({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True, id="a pod"),
        pytest.param({"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBECONFIG": "x"}, False, id="a pod with a kubeconfig"),
    ],
)
def test_a_pod_without_a_kubeconfig_knows_only_its_own_cluster(environ: dict[str, str], expected: bool) -> None:
    assert load_settings(environ=environ).in_pod is expected
