"""Text without the HTML that an export left in it. What may be code stays: it is better to leave a tag than to eat a type.

Read twice, a text would lose what it only spoke of: `&lt;b&gt;` is `<b>` to the reader, and no tag. Where that could
happen, references stay as they are.
"""

import html
import re

_ALONE = ("br", "hr", "img", "li", "p", "td", "th", "tr")  # need no end
_PAIRED = (
    *("a", "abbr", "b", "blockquote", "center", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "i"),
    *("ol", "pre", "small", "span", "strong", "sub", "sup", "table", "tbody", "thead", "u", "ul"),
)
# An attribute must have a value: "a<b and c>d" is no tag.
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join(sorted(_ALONE + _PAIRED, key=len, reverse=True))})"
    r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))*\s*/?>",
    re.IGNORECASE,
)
_BREAKS = frozenset({"div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "tr"})  # whose ends end a line
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def without_html(text: str) -> str:
    """The text as a browser would show it, more or less; doing it again changes nothing."""
    if "<" not in text and "&" not in text:
        return text
    pieces = _CODE.split(text)
    pieces[::2] = [_plain(piece) for piece in pieces[::2]]
    plain = "".join(pieces)
    # A line that ends anew may part what were backquotes of one piece of code.
    return plain if _CODE.findall(plain) == pieces[1::2] else text


def _plain(text: str) -> str:
    stripped = _stripped(text)
    if _stripped(stripped) != stripped:
        return text
    read = html.unescape(stripped)
    return read if _stripped(read) == read == html.unescape(read) else stripped


def _stripped(text: str) -> str:
    tags = {(match["name"].lower(), match["end"]) for match in _TAG.finditer(text)}
    paired = {name for name, _ in tags if {(name, ""), (name, "/")} <= tags}
    return _TAG.sub(lambda tag: _shown(tag, paired), text)


def _shown(tag: re.Match[str], paired: set[str]) -> str:
    name = tag["name"].lower()
    # "vector<i>" and "List<p> x" are code, "x<br>y" is not.
    is_type = tag.start() > 0 and tag.string[tag.start() - 1].isalnum() and name not in ("br", "hr", "img")
    if name not in paired and (is_type or name in _PAIRED):
        return tag.group()
    return "\n" if name == "br" or (tag["end"] and name in _BREAKS) else ""
