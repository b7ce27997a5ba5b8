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
    """The forms of the page that are posted."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append(Form(given.get("action", "")))
            self._inside = True
        elif self._inside and tag in ("input", "select", "textarea") and "name" in given:
            self._field(self.forms[-1], given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _field(self, form: Form, given: dict[str, str]) -> None:
        form.names.add(given["name"])
        ticked = given.get("type", "text") not in ("checkbox", "radio") or "checked" in given
        if ticked:
            form.values.setdefault(given["name"], []).append(given.get("value", ""))


def read_form(page: str, field: str = "") -> Form | None:
    """The first form of a page that is posted and has this field, or None."""
    reader = _Reader()
    reader.feed(page)
    return next((form for form in reader.forms if not field or field in form.names), None)
