"""Gemini through google-genai: one question, one repair try, a bounded wait and a bounded answer.

The SDK neither retries nor times out unless told to, and says nothing when an answer is blocked,
empty, cut or of the wrong shape (google-genai 3.4). All of that ends here, as a `Gap`.
"""

from __future__ import annotations

import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from incident_bot.llm.answer import AnswerError, answer_schema, parse_answer, to_diagnosis
from incident_bot.model import Case, Diagnosis, Gap, Usage
from incident_bot.report.sanitise import one_line, shorten

if TYPE_CHECKING:
    import httpx2
    from google import genai
    from google.genai import types

    from incident_bot.config import LlmConfig
    from incident_bot.llm.prompt import Prompt

Answer = TypeVar("Answer")
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""A full answer is below 300 KiB; more than this is no answer and may not fill the memory."""

_ATTEMPTS = 3
_RETRIED_STATUS = [408, 429, 500, 502, 503, 504]
_CONNECT_S = 6.0
_BODY_STALL_S = 5.0
_LEAST_REPAIR_S = 4.0
_GRACE_S = 1.0
_COUNT_S = 4.0
"""Counting only sharpens an estimate: no reason to wait longer."""
_WHAT = "the model's opinion"
_KEY_SHAPED = re.compile(r"(?:AIza|AQ\.)[\w.-]{8,}|key=[^&\s\"']+")


class _RefusedAnswerError(Exception):
    """The answer is too large, or compressed against our wish."""


class _OutOfTimeError(Exception):
    """The deadline came before another try; the SDK does not retry on this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What came back and what it cost."""

    text: str
    usage: Usage
    warning: str = ""


class Gemini:
    """The Gemini Developer API as a consultant. `base_url` serves proxies and tests."""

    def __init__(self, config: LlmConfig, *, api_key: str, base_url: str = "") -> None:
        self._config = config
        self._api_key = api_key
        self._base_url = base_url

    def consult(self, prompt: Prompt, case: Case) -> Diagnosis | Gap:
        """Ask once; ask once more where the answer cannot be used and time is left."""
        if not self._api_key:
            return _gap("no API key is set", "Set GEMINI_API_KEY, or say --llm none.")
        answer = _await(lambda deadline: self._consult(prompt, case, deadline), self._config.timeout_s)
        return self._timed_out() if answer is None else answer

    def count_tokens(self, prompt: Prompt) -> int | None:
        """What the service counts for a prompt; None without a key, an answer in time, or a number in it."""
        if not self._api_key:
            return None
        return _await(lambda deadline: self._count(prompt, deadline), min(_COUNT_S, self._config.timeout_s))

    def _count(self, prompt: Prompt, deadline: float) -> int | None:
        import httpx2
        from google.genai import errors

        try:
            with self._client(deadline, attempts=1) as client:
                # The Developer API counts contents alone, so the instructions stand before the evidence.
                counted = client.models.count_tokens(
                    model=self._config.model, contents=f"{prompt.system}\n{prompt.user}"
                )
        except (errors.APIError, httpx2.HTTPError, httpx2.InvalidURL, OSError, _OutOfTimeError, _RefusedAnswerError):
            return None
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None  # an answer that the SDK cannot read
        return counted.total_tokens

    def _consult(self, prompt: Prompt, case: Case, deadline: float) -> Diagnosis | Gap:
        reply = self._ask([("user", prompt.user)], prompt.system, deadline)
        if isinstance(reply, Gap):
            return reply
        try:
            answer = parse_answer(reply.text)
        except AnswerError as error:
            if deadline - time.monotonic() < _LEAST_REPAIR_S:
                return _unusable(error, "and no time was left to ask again")
            repaired = self._repair(prompt, reply, error, deadline)
            if isinstance(repaired, Gap):
                return repaired
            reply, answer = repaired
        diagnosis = replace(
            to_diagnosis(answer, case),
            model=self._config.model,
            prompt_version=prompt.version,
            prompt_sha256=prompt.sha256,
            usage=reply.usage,
        )
        if reply.warning:
            return diagnosis.with_gaps(_gap(reply.warning, "Choose another model in llm.model.", "the model's future"))
        return diagnosis

    def _repair(self, prompt: Prompt, reply: _Reply, error: AnswerError, deadline: float) -> Any:
        """Show the model its answer and what is wrong with it; a usable second answer, or a Gap."""
        order = f"Your answer cannot be used: {error}. Write the JSON object again, complete and of the given schema."
        second = self._ask(
            [("user", prompt.user), ("model", reply.text[:20_000] or "{}"), ("user", order)], prompt.system, deadline
        )
        if isinstance(second, Gap):
            return second
        try:
            answer = parse_answer(second.text)
        except AnswerError as again:
            return _unusable(again, "also when asked again")
        return replace(second, usage=self._add(reply.usage, second.usage)), answer

    def _ask(self, turns: Sequence[tuple[str, str]], system: str, deadline: float) -> _Reply | Gap:
        import httpx2
        from google.genai import errors

        try:
            with warnings.catch_warnings():
                # The SDK warns of every enum value that is newer than itself; `_read` handles those.
                warnings.simplefilter("ignore", UserWarning)
                return self._read(self._send(turns, system, deadline))
        except errors.APIError as error:
            return self._refused(error)
        except (httpx2.TimeoutException, _OutOfTimeError):
            return self._timed_out()
        except _RefusedAnswerError as error:
            return _gap(str(error), "Try again; see status.cloud.google.com, or the proxy between us.")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return _gap(
                f"no connection ({type(error).__name__})",
                "Check the network and GOOGLE_GEMINI_BASE_URL, then run again.",
                kind="unreachable",
            )
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            return _gap(
                f"the service answered in a form that the SDK cannot read ({type(error).__name__})",
                "Check GOOGLE_GEMINI_BASE_URL and llm.api_version.",
                kind="invalid",
            )

    def _send(self, turns: Sequence[tuple[str, str]], system: str, deadline: float) -> types.GenerateContentResponse:
        from google.genai import types

        llm = self._config
        with self._client(deadline, attempts=_ATTEMPTS) as client:
            return client.models.generate_content(
                model=llm.model,
                contents=[types.Content(role=role, parts=[types.Part(text=text)]) for role, text in turns],
                config=types.GenerateContentConfig(
                    system_instruction=system,
                    response_mime_type="application/json",
                    response_json_schema=answer_schema(),
                    max_output_tokens=llm.max_output_tokens,
                    thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(llm.thinking.upper())),
                ),
            )

    @contextmanager
    def _client(self, deadline: float, *, attempts: int) -> Iterator[genai.Client]:
        from google import genai
        from google.genai import types

        with _bounded_client(deadline) as http:
            # The client is kept in a name: called in one expression it is collected, and closed, mid-way.
            client = genai.Client(
                api_key=self._api_key,
                enterprise=False,  # or GOOGLE_GENAI_USE_VERTEXAI of the environment sends the evidence elsewhere
                http_options=types.HttpOptions(
                    base_url=self._base_url or None,
                    api_version=self._config.api_version,
                    timeout=max(1000, int((deadline - time.monotonic()) * 1000)),
                    httpx_client=http,
                    retry_options=types.HttpRetryOptions(
                        attempts=attempts,
                        initial_delay=0.5,
                        max_delay=4.0,
                        jitter=0.5,
                        http_status_codes=_RETRIED_STATUS,
                    ),
                ),
            )
            yield client

    def _read(self, response: types.GenerateContentResponse) -> _Reply | Gap:
        """The text, or why there is none: the SDK raises for none of these."""
        feedback = response.prompt_feedback
        if feedback and feedback.block_reason:
            return _blocked(f"the prompt was blocked ({_word(feedback.block_reason)})")
        if not response.candidates:
            return _gap("the answer held no candidate", "Run again.")
        finish = _word(response.candidates[0].finish_reason or "STOP")
        if finish == "MAX_TOKENS":
            return _gap(
                f"the answer was cut at {self._config.max_output_tokens:,} tokens",
                "Raise llm.max_output_tokens or lower llm.thinking.",
            )
        if finish not in {"STOP", "FINISH_REASON_UNSPECIFIED"}:
            return _blocked(f"the answer was stopped ({finish})")
        status = response.model_status
        return _Reply(
            text=response.text or "",
            usage=self._usage(response),
            warning=shorten(one_line(status.message), 200) if status and status.message else "",
        )

    def _usage(self, response: types.GenerateContentResponse) -> Usage:
        counted = response.usage_metadata
        if not counted:
            return Usage()
        usage = Usage(
            input_tokens=counted.prompt_token_count or 0,
            output_tokens=counted.candidates_token_count or 0,
            thinking_tokens=counted.thoughts_token_count or 0,
        )
        return replace(usage, cost_usd=self._cost(usage))

    def _cost(self, usage: Usage) -> float | None:
        """Thinking is billed as output."""
        price = self._config.price_usd_per_million
        if price is None:
            return None
        output = usage.output_tokens + usage.thinking_tokens
        return round((usage.input_tokens * price.input + output * price.output) / 1_000_000, 6)

    def _add(self, first: Usage, second: Usage) -> Usage:
        both = Usage(
            input_tokens=first.input_tokens + second.input_tokens,
            output_tokens=first.output_tokens + second.output_tokens,
            thinking_tokens=first.thinking_tokens + second.thinking_tokens,
        )
        return replace(both, cost_usd=self._cost(both))

    def _timed_out(self) -> Gap:
        return _gap(
            f"no answer within {self._config.timeout_s:g} s", "Run again, or raise llm.timeout_s.", kind="timeout"
        )

    def _refused(self, error: Any) -> Gap:
        """An HTTP error in words, with what to do about it. The key never gets into the text."""
        code, message = error.code, self._clean(error.message or "")
        reason = f"HTTP {code} {self._clean(error.status or '')}".strip() + (f": {message}" if message else "")
        return _gap(reason, _REMEDIES.get(code, "Run again later." if code >= 500 else "Check llm in the config file."))

    def _clean(self, text: str) -> str:
        """Server text without the key, without markup of an error page, and short."""
        bare = re.sub(r"<[^>]{0,200}>", " ", str(text)[:2000]).replace(self._api_key, "[key]")
        return shorten(one_line(_KEY_SHAPED.sub("[key]", bare)), 160)


def _await(work: Callable[[float], Answer], timeout_s: float) -> Answer | None:
    """What `work` returns, given its deadline on the monotonic clock; None when that is not in time.

    Name resolution obeys no timeout, and a header that trickles resets every read timeout. So the
    wait itself is bounded; a thread that is still stuck then dies with the process.
    """
    ended: list[Answer] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            ended.append(work(time.monotonic() + timeout_s))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            raised.append(error)

    worker = threading.Thread(target=run, name="gemini", daemon=True)
    worker.start()
    worker.join(timeout_s + _GRACE_S)
    if raised:
        raise raised[0]
    return ended[0] if ended else None


_REMEDIES = {
    400: "Check that GEMINI_API_KEY is valid and that llm.model and llm.api_version fit together.",
    401: "GEMINI_API_KEY was refused: make a new key.",
    403: "The key may not use this model or this API: check its restrictions and the project's billing.",
    404: "The model is gone or not open to this key: set llm.model to a current one, such as gemini-3.8-flash.",
    413: "Lower llm.prompt_tokens.",
    429: "The quota of the project is used up: wait, or raise it in AI Studio.",
}


def _word(value: Any) -> str:
    """An enum's value or a string that the SDK does not know yet."""
    return shorten(one_line(str(getattr(value, "value", value))), 40)


def _gap(reason: str, remedy: str, what: str = _WHAT, *, kind: str = "model") -> Gap:
    return Gap(kind=kind, what=what, reason=reason, remedy=remedy)


def _blocked(reason: str) -> Gap:
    return _gap(reason, "Logs about security or personal data can trip the filters; the rules' diagnosis stands alone.")


def _unusable(error: AnswerError, how: str) -> Gap:
    return _gap(
        f"the answer could not be used {how}: {error}", "Run again, or choose another llm.model.", kind="invalid"
    )


def _bounded_client(deadline: float) -> httpx2.Client:
    """An HTTP client whose every wait ends at the deadline and whose answers stay small.

    Hooks rather than a transport: so that proxies from the environment keep working. No redirects:
    the key travels in a header and must not follow one to another host.
    """
    import httpx2

    def limit_wait(request: httpx2.Request) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _OutOfTimeError
        request.extensions["timeout"] = {"connect": min(_CONNECT_S, left), "read": left, "write": left, "pool": left}

    def limit_body(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _RefusedAnswerError("the answer is compressed although that was not asked for")
        response.request.extensions["timeout"]["read"] = _BODY_STALL_S
        response.stream = _bounded_stream(response.stream, deadline)

    return httpx2.Client(
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"request": [limit_wait], "response": [limit_body]},
    )


def _bounded_stream(stream: Any, deadline: float) -> httpx2.SyncByteStream:
    """The body of an answer, as long as it is small and in time."""
    import httpx2

    class BoundedStream(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in stream:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise _RefusedAnswerError(f"the answer is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MiB")
                if time.monotonic() > deadline:
                    raise _OutOfTimeError
                yield chunk

        def close(self) -> None:
            stream.close()

    return BoundedStream()
