"""The level of a line in the notations of third-party software: the fatal line is told, what follows it is not, and calm ones are quiet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakes.evidence import diagnose, make_case
from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis import load_rules
from incident_bot.model import Verdict

RULES = load_rules()
Notation = Callable[[str, int, str], str]
"""Level (a word of our own), second, message -> line."""


def _worded(pattern: str, words: str) -> Notation:
    """`words` are what the notation calls info, warning, error and fatal; two of a kind may share one."""
    names = dict(zip(("info", "warning", "error", "fatal"), words.split(), strict=True))
    return lambda level, at, text: pattern.format(level=names[level], at=f"{at:02}", text=text)


NOTATIONS = {
    "klog": _worded("{level}1128 10:11:{at}.123456       1 main.go:17] {text}", "I W E F"),
    "glog, year first": _worded("{level}20261128 10:11:{at}.123456 1 main.cc:17] {text}", "I W E F"),
    "c10": _worded("[rank3]:[{level} keeper.cpp:5{at}] {text}", "I W E F"),
    "capnslog": _worded("2026-11-28 10:11:{at}.123456 {level} | keeper: {text}", "I W E F"),
    "tornado": _worded("[{level} 2026-11-28 10:11:{at}.123 Keeper app:17] {text}", "I W E C"),
    "telegraf": _worded("2026-11-28T10:11:{at}Z {level}! [agent] {text}", "I W E E"),
    "logcat": _worded("11-28 10:11:{at}.123  1  17 {level} Keeper: {text}", "I W E F"),
    "ruby logger": _worded("{level:.1}, [2026-11-28T10:11:{at}.123456 #1] {level:>5} -- : {text}", "INFO WARN ERROR FATAL"),
    "mongod": _worded(
        '{{"t":{{"$date":"2026-11-28T10:11:{at}.123+00:00"}},"s":"{level}",  "c":"CONTROL",  "id":20568,   "ctx":"main","msg":"{text}"}}',
        "I W E F",
    ),
    "logrus, terminal": _worded("{level}[00{at}] {text}", "INFO WARN ERRO FATA"),
    "geth": _worded("{level} [11-28|10:11:{at}.123] {text}", "INFO WARN EROR CRIT"),
    "nats": _worded("[1] 2026/11/28 10:11:{at}.123456 [{level}] {text}", "INF WRN ERR FTL"),
    "serilog": _worded("[10:11:{at} {level}] {text}", "INF WRN ERR FTL"),
    "microsoft": _worded("{level}: Keeper.Main[17] {text}", "info warn fail crit"),
    "clef": _worded(
        '{{"@t":"2026-11-28T10:11:{at}Z","@l":"{level}","@m":"{text}"}}', "Information Warning Error Fatal"
    ),
    "logfmt": _worded('ts=2026-11-28T10:11:{at}Z lvl={level} msg="{text}"', "info warn error crit"),
    "zap, terminal": _worded("2026-11-28T10:11:{at}.123Z\t{level}\tkeeper/main.go:17\t{text}", "info warn error fatal"),
    "pino": _worded('{{"level":{level},"time":17950000{at}000,"pid":1,"msg":"{text}"}}', "30 40 50 60"),
    "gelf": _worded(
        '{{"version":"1.1","host":"keeper-0","short_message":"{text}","timestamp":17950000{at},"level":{level}}}', "6 4 3 2"
    ),
    "opentelemetry": _worded(
        '{{"timestamp":"2026-11-28T10:11:{at}Z","severity_number":{level},"body":"{text}"}}', "9 13 17 21"
    ),
    "syslog tag": _worded("Nov 28 10:11:{at} keeper-0 keeper/main[17]: {level}: {text}", "info warning error fatal"),
    "dovecot": _worded("Nov 28 10:11:{at} keeper: {level}: {text}", "Info Warning Error Fatal"),
    "unbound": _worded("[17950000{at}] keeper[1:0] {level}: {text}", "info warning error fatal"),
    "named": _worded("28-Nov-2026 10:11:{at}.123 general: {level}: {text}", "info warning error critical"),
    "freeradius": _worded("Sat Nov 28 10:11:{at} 2026 : {level}: {text}", "Info Warning Error Error"),
    "httpd": _worded("[Sat Nov 28 10:11:{at}.123456 2026] [core:{level}] [pid 1:tid 17] {text}", "info warn error emerg"),
    "nginx": _worded("2026/11/28 10:11:{at} [{level}] 1#1: {text}", "notice warn error emerg"),
    "haproxy": _worded("[{level}]   (1) : {text} at {at}", "NOTICE WARNING ALERT ALERT"),
    "fluent bit": _worded("[2026/11/28 10:11:{at}] [{level:>5}] [engine] {text}", "info warn error error"),
    "fluentd": _worded("2026-11-28 10:11:{at} +0000 [{level}]: #0 {text}", "info warn error fatal"),
    "envoy": _worded("[2026-11-28 10:11:{at}.123][1][{level}][main] [source/keeper.cc:17] {text}", "info warning error critical"),
    "clickhouse": _worded("2026.11.28 10:11:{at}.123456 [ 1 ] {{}} <{level}> Keeper: {text}", "Information Warning Error Fatal"),
    "bird": _worded("2026-11-28 10:11:{at}.123 <{level}> {text}", "INFO WARN ERR FATAL"),
    "loguru": _worded("2026-11-28 10:11:{at}.123 | {level:<8} | keeper:main:17 - {text}", "INFO WARNING ERROR CRITICAL"),
    "pipes": _worded("2026-11-28 10:11:{at} | {level} | {text}", "info warning error critical"),
    "mysqld": _worded("2026-11-28T10:11:{at}.123456Z 0 [{level}] [MY-010931] [Server] {text}", "System Warning ERROR ERROR"),
    "tidb": _worded('[2026/11/28 10:11:{at}.123 +00:00] [{level}] [main.go:17] ["{text}"]', "INFO WARN ERROR FATAL"),
    "otp": _worded("2026-11-28 10:11:{at}.123456+00:00 [{level}] <0.230.0> {text}", "notice warning error critical"),
    "tomcat": _worded("28-Nov-2026 10:11:{at}.123 {level} [main] org.keeper.Keeper.run {text}", "INFO WARNING SEVERE SEVERE"),
    "windows": _worded("11/28/2026 10:11:{at} AM\t{level}\tKeeper\t7001\t{text}", "Information Warning Error Critical"),
    "postgres, wrapped": _worded(
        '{{"level":"info","ts":"2026-11-28T10:11:{at}Z","msg":"record","record":{{"error_severity":"{level}","message":"{text}"}}}}',
        "INFO WARNING ERROR FATAL",
    ),
}  # fmt: skip
LEVELS = {"warning": Level.WARNING, "error": Level.ERROR}
NEUTRAL = "listener 7 gone for keeper"
"""No word that failures use: only the level tells."""
ALARMING = "could not reach cache: connection refused"


@pytest.mark.parametrize("name", NOTATIONS)
@pytest.mark.parametrize(("level", "graded"), LEVELS.items())
def test_a_level_is_read(name: str, level: str, graded: Level) -> None:
    expected = Level.FATAL if (name, level) == ("haproxy", "error") else graded

    assert grade(NOTATIONS[name](level, 12, NEUTRAL)) == expected


@pytest.mark.parametrize("name", NOTATIONS)
def test_what_a_line_calls_information_is_no_error_whatever_its_words(name: str) -> None:
    assert grade(NOTATIONS[name]("info", 12, ALARMING)) <= Level.NOTICE
    assert grade(NOTATIONS[name]("info", 12, NEUTRAL)) == Level.INFO


@pytest.mark.parametrize("name", NOTATIONS)
def test_the_fatal_line_of_a_start_is_told_and_not_the_shutdown_after_it(name: str) -> None:
    write = NOTATIONS[name]
    lines = [
        write("info", 1, "keeper 4.2 starting"),
        write("info", 2, "reading plan"),
        write("info", 3, "opening store"),
        write("fatal", 4, NEUTRAL),
        write("info", 5, "closing store"),
        write("warning", 5, "2 workers left when asked to stop"),
        write("info", 6, "all workers stopped"),
    ]

    found = diagnose(make_case({"keeper.log": "\n".join(lines) + "\n"}), RULES)

    assert found.verdict is Verdict.FAILURE
    assert found.causes[0].citations[0].line == 4


@pytest.mark.parametrize("name", NOTATIONS)
def test_a_start_without_an_error_is_quiet(name: str) -> None:
    write = NOTATIONS[name]
    lines = [write("info", at, f"plan {at} read") for at in range(1, 30)]
    lines[12] = write("info", 13, ALARMING)

    found = diagnose(make_case({"keeper.log": "\n".join(lines) + "\n"}), RULES)

    assert found.verdict is not Verdict.FAILURE


@pytest.mark.parametrize(
    "line",
    [
        "sending the alert: 3 recipients",
        "2026-11-28 10:11:12 sent alert: 3 recipients",
        "a note: the plan [draft] has 3 parts",
        "2026-11-28 10:11:12 Vitamin C | 400 mg",
        "disk D was added to group E 17",
        'metric {"level":7,"name":"water"}',
    ],
)
def test_what_only_looks_like_a_level_is_none(line: str) -> None:
    assert grade(line) == Level.INFO
