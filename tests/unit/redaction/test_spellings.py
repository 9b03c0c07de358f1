"""Values are escaped as Python's own library does, which the filter does not load."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from incident_bot.redaction.spellings import in_attribute, in_html, in_json, in_url

texts = st.text(st.characters(exclude_categories=())) | st.text("aZ0 %+&<>'\"/\\~_.-\n\x7f\x1fé漢\U0001f600\ud800")


@given(texts)
def test_as_the_library_writes_them(value: str) -> None:
    assert in_url(value) == quote(value, safe="", errors="replace")
    assert in_url(value).replace("%20", "+") == quote_plus(value, errors="replace")
    assert in_json(value) == json.dumps(value)[1:-1]
    assert in_attribute(value) == html.escape(value)
    assert in_html(value) == html.escape(value, quote=False)
