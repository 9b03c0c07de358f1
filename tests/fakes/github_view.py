"""What GitHub would make of a Markdown text: its own parser, then its later passes as they are documented.

`cmarkgfm` is GitHub's fork of cmark. Mentions, references, commits and math are found by passes
behind the parser, in text outside code; they are modelled here, on the strict side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_MENTION = re.compile(r"@[\w-]")
_REFERENCE = re.compile(r"(?i)#\d|\bgh-\d")
_COMMIT = re.compile(r"(?i)(?<![0-9a-z])(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?![0-9a-z])")
_MATH = re.compile(r"\$\S")
_ADDRESS = re.compile(r"(?i)https?://|\bwww\.|mailto:|ftp://")


@dataclass
class GitHubView(HTMLParser):
    """The parsed page: tags, links, live text, code and comments."""

    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text: str = ""
    code: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "action"}]
        if tag == "code":
            self.code.append("")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append("")
        if tag == "summary":
            self.summaries.append("")

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        if "code" in self._open:
            self.code[-1] += data
        else:
            self.text += data
        if self._open and re.fullmatch("h[1-6]", self._open[-1]):
            self.headings[-1] += data
        if "summary" in self._open:
            self.summaries[-1] += data

    def handle_comment(self, data):
        self.comments.append(data)

    @property
    def mentions(self) -> list[str]:
        return _MENTION.findall(self.text)

    @property
    def references(self) -> list[str]:
        return _REFERENCE.findall(self.text)

    @property
    def commits(self) -> list[str]:
        return _COMMIT.findall(self.text)

    @property
    def math(self) -> list[str]:
        return _MATH.findall(self.text)

    @property
    def addresses(self) -> list[str]:
        return _ADDRESS.findall(self.text)


_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_FOOTNOTES


def view(markdown: str) -> GitHubView:
    """The page of a Markdown text, raw HTML kept so that its presence can be seen."""
    page = GitHubView()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, _OPTIONS))
    page.close()
    return page
