"""Which kubeconfigs are taken, which context is chosen, and what is refused with which words."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from incident_bot.errors import ConfigurationError
from incident_bot.evidence.kubernetes.kubeconfig import read_access


def config(**changes: Any) -> dict[str, Any]:
    """Two clusters, three contexts, `dev` current."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "contexts": [
            {"name": "dev", "context": {"cluster": "cluster-dev", "user": "me", "namespace": "team-a"}},
            {"name": "prod-reader", "context": {"cluster": "cluster-prod", "user": "me"}},
            {"name": "twin", "context": {"cluster": "cluster-twin", "user": "me"}},
            {"name": "twin-admin", "context": {"cluster": "cluster-twin", "user": "me"}},
        ],
        "clusters": [
            {"name": name, "cluster": {"server": f"https://{name}.example.com"}}
            for name in ("cluster-dev", "cluster-prod", "cluster-twin")
        ],
        "users": [{"name": "me", "user": {"token": "t"}}],
        **changes,
    }


def with_user(**user: Any) -> dict[str, Any]:
    return config(users=[{"name": "me", "user": user}])


def with_cluster(**cluster: Any) -> dict[str, Any]:
    return config(clusters=[{"name": "cluster-dev", "cluster": cluster}])


def write(path: Path, content: dict[str, Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return str(path)


def refusal(**arguments: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read_access(**arguments)
    return caught.value


@pytest.mark.parametrize(
    ("wanted", "context"),
    [("", "dev"), ("dev", "dev"), ("prod-reader", "prod-reader"), ("cluster-prod", "prod-reader")],
)
def test_a_context_is_found_by_its_name_or_its_cluster_s(wanted: str, context: str) -> None:
    access = read_access(kubeconfig_data=json.dumps(config()), context=wanted)

    assert access is not None
    assert access.context == context


def test_the_context_s_namespace_is_told() -> None:
    access = read_access(kubeconfig_data=json.dumps(config()))

    assert access is not None
    assert access.namespace == "team-a"


def test_an_unknown_cluster_lists_what_there_is() -> None:
    error = refusal(kubeconfig_data=json.dumps(config()), context="staging")

    assert "'staging'" in str(error)
    assert "prod-reader (cluster cluster-prod)" in error.hint


def test_a_cluster_with_two_contexts_is_ambiguous() -> None:
    assert "2 contexts are of cluster 'cluster-twin'" in str(
        refusal(kubeconfig_data=json.dumps(config()), context="cluster-twin")
    )


def test_the_only_context_needs_not_to_be_current() -> None:
    one = config(contexts=config()["contexts"][:1])
    del one["current-context"]

    access = read_access(kubeconfig_data=json.dumps(one))

    assert access is not None
    assert access.context == "dev"


@pytest.mark.parametrize("wrap", [4, 76, 0])
def test_base64_is_taken_with_and_without_line_breaks(wrap: int) -> None:
    encoded = base64.b64encode(json.dumps(config()).encode()).decode()
    lines = [encoded[at : at + wrap] for at in range(0, len(encoded), wrap)] if wrap else [encoded]

    access = read_access(kubeconfig_data="\n".join(lines) + "\n")

    assert access is not None
    assert access.server == "https://cluster-dev.example.com"


@pytest.mark.parametrize("data", ["not base64 at all!", base64.b64encode(b"\xff\xfe").decode(), "hello"])
def test_what_is_neither_yaml_nor_base64_is_refused_without_showing_it(data: str) -> None:
    error = refusal(kubeconfig_data=data)

    assert data not in f"{error} {error.hint}"


def test_broken_yaml_names_the_line_and_not_its_text() -> None:
    error = refusal(kubeconfig_data="clusters:\n  - name: a\n   token: very-private: x\n")

    assert "line 3" in str(error)
    assert "private" not in str(error)


@pytest.mark.parametrize("section", ["clusters", "contexts", "users"])
@pytest.mark.parametrize("value", ["x", {"a": 1}, [1], [{"no": "name"}]])
def test_a_section_of_wrong_shape_is_named(section: str, value: object) -> None:
    assert f"`{section}`" in str(refusal(kubeconfig_data=json.dumps(config(**{section: value}))))


def test_a_file_that_is_not_there_is_named() -> None:
    assert "/no/such/kubeconfig" in str(refusal(kubeconfig="/no/such/kubeconfig"))


def test_of_a_list_of_files_the_first_that_says_something_wins(tmp_path: Path) -> None:
    """As kubectl merges, for the current context too; files that are missing are passed over."""
    first = write(
        tmp_path / "a", config(contexts=config()["contexts"][1:2], clusters=[], users=[], **{"current-context": ""})
    )
    second = write(tmp_path / "b", config())
    third = write(tmp_path / "c", config(**{"current-context": "prod-reader"}))

    access = read_access(kubeconfig=os.pathsep.join([str(tmp_path / "gone"), first, second, third]))

    assert access is not None
    assert access.context == "dev"


def test_paths_in_a_file_are_relative_to_that_file(tmp_path: Path) -> None:
    path = write(tmp_path / "deep" / "config", with_cluster(server="https://c", **{"certificate-authority": "ca.crt"}))

    access = read_access(kubeconfig=path)

    assert access is not None
    assert access.config["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "deep" / "ca.crt")


def test_nothing_given_and_no_file_at_home_leaves_the_service_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert read_access() is None


def test_skipping_verification_is_refused_unless_allowed() -> None:
    data = json.dumps(with_cluster(server="https://c", **{"insecure-skip-tls-verify": True}))

    assert "insecure-skip-tls-verify" in str(refusal(kubeconfig_data=data))
    assert read_access(kubeconfig_data=data, allow_insecure_tls=True) is not None


@pytest.mark.parametrize(
    ("server", "taken"),
    [
        ("http://10.0.0.1:8080", False),
        ("http://cluster.example.com", False),
        ("http://127.0.0.1:8001", True),
        ("http://localhost:8001", True),
        ("http://[::1]:8001", True),
        ("ftp://cluster.example.com", False),
        ("cluster.example.com", False),
        ("", False),
    ],
)
def test_plain_http_is_only_for_loopback(server: str, taken: bool) -> None:
    data = json.dumps(with_cluster(server=server))

    if taken:
        assert read_access(kubeconfig_data=data) is not None
    else:
        assert "`server`" in str(refusal(kubeconfig_data=data))


def test_a_missing_exec_plugin_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "config", with_user(exec={"apiVersion": "v1", "command": "no-such-plugin"}))

    error = refusal(kubeconfig=path)

    assert "'no-such-plugin' is not installed" in str(error)


def test_an_exec_plugin_beside_a_user_s_own_kubeconfig_is_theirs_to_choose(tmp_path: Path) -> None:
    plugin = tmp_path / "login"
    plugin.write_text("#!/bin/sh\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    path = write(tmp_path / "config", with_user(exec={"apiVersion": "v1", "command": "./login"}))

    access = read_access(kubeconfig=path)

    assert access is not None
    assert access.exec_command == str(plugin)


@pytest.mark.parametrize("command", ["sh", "/tmp/aws", "./kubelogin", "aws ", "curl", ""])
def test_a_supplied_kubeconfig_may_not_name_a_command_of_its_own(command: str) -> None:
    data = json.dumps(with_user(exec={"apiVersion": "v1", "command": command}))

    assert "refused" in str(refusal(kubeconfig_data=data))


def test_a_supplied_kubeconfig_may_not_change_the_plugin_s_world() -> None:
    plugin = {"apiVersion": "v1", "command": "aws", "env": [{"name": "LD_PRELOAD", "value": "x"}]}

    assert "'LD_PRELOAD'" in str(refusal(kubeconfig_data=json.dumps(with_user(exec=plugin))))


def test_a_supplied_kubeconfig_may_not_use_the_legacy_way_to_run_commands() -> None:
    user = {"auth-provider": {"name": "gcp", "config": {"cmd-path": "sh"}}}

    assert "auth-provider" in str(refusal(kubeconfig_data=json.dumps(with_user(**user))))


@pytest.mark.parametrize("missing", ["clusters", "users"])
def test_a_context_that_points_nowhere_names_the_section(missing: str) -> None:
    assert f"`{missing}`" in str(refusal(kubeconfig_data=json.dumps(config(**{missing: []}))))
