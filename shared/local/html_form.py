"""Reads an HTML form the way a browser does, so that the tour sends what the page really asks for."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`values` are what a browser would send untouched; `names` is every field the page has."""

    action: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    """The first form of the page that is posted."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None and given.get("method", "").lower() == "post":
            self.form, self._inside = Form(given.get("action", "")), True
        elif (
            self._inside
            and self.form is not None
            and tag in ("input", "select", "textarea")
            and "name" in given
        ):
            self._field(self.form, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _field(self, form: Form, given: dict[str, str]) -> None:
        form.names.add(given["name"])
        ticked = given.get("type", "text") not in ("checkbox", "radio") or "checked" in given
        if ticked:
            form.values.setdefault(given["name"], []).append(given.get("value", ""))


def read_form(page: str) -> Form | None:
    """The form of a page, or None when it has none that is posted."""
    reader = _Reader()
    reader.feed(page)
    return reader.form
