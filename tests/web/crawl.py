"""Walks through all pages that links lead to, and reads their forms as a browser without script does."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from werkzeug.exceptions import HTTPException

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
MOST_PAGES, OF_ONE_KIND, OF_ONE_QUERY = 500, 16, 2
CHOICE = ("checkbox", "radio")
REFUSALS = {"error", "flash-bad", "flash-note", "lead"}
"""Classes of what says no: beside a field, above the page, and as a page of its own."""


@dataclass
class Control:
    """A field of a form: its kind is that of an input, or `select`, `textarea`, `button`."""

    name: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()
    ticked: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def is_shown(self) -> bool:
        return self.kind not in ("hidden", "button", "submit")


@dataclass
class Form:
    """Where a form goes, and what it sends."""

    method: str
    action: str
    multipart: bool
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(control.name for control in self.controls if control.name))


class Page(HTMLParser):
    """A page or a fragment: where its links lead, its forms, what it refuses and beside what."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.controls: list[Control] = []
        self.texts: dict[str, str] = defaultdict(str)
        self.refusals: list[str] = []
        self._open: list[tuple[str, str, bool]] = []
        self._forms: dict[str, Form] = {}
        self._apart: list[tuple[str, Control]] = []
        self._form: Form | None = None
        self.feed(text)
        for form_id, control in self._apart:
            if form_id in self._forms:
                self._forms[form_id].controls.append(control)

    @property
    def sentences(self) -> list[str]:
        """What the page says against what was sent."""
        return [text for text in self.refusals if text.strip()]

    def handle_starttag(self, tag: str, attrs: list) -> None:
        told = {name: value or "" for name, value in attrs}
        refuses = bool(REFUSALS & set(told.get("class", "").split())) or told.get("role") == "alert"
        if tag not in VOID:
            self._open.append((tag, told.get("id", ""), refuses))
            self.refusals += [""] if refuses else []
        if tag == "a" and told.get("href"):
            self.links.append(urldefrag(urljoin(self.address, told["href"]))[0])
        if tag == "form":
            self._begin_form(told)
        elif tag in ("input", "select", "textarea", "button"):
            self._add(tag, told)
        elif tag == "option" and self.controls and self.controls[-1].kind == "select":
            self._choose(told)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        for _, element, refuses in self._open:
            if element:
                self.texts[element] += data
            if refuses:
                self.refusals[-1] += data
        if self._open and self._open[-1][0] == "textarea" and self.controls:
            self.controls[-1].value += data

    def _begin_form(self, told: dict[str, str]) -> None:
        action = urljoin(self.address, told.get("action", ""))
        self._form = Form(told.get("method", "get").lower(), action, "multipart" in told.get("enctype", ""))
        self.forms.append(self._form)
        self._forms[told.get("id", "")] = self._form

    def _add(self, tag: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text") if tag == "input" else tag
        control = Control(told.get("name", ""), kind, told.get("value", ""), attributes=told)
        control.ticked = "checked" in told
        self.controls.append(control)
        if told.get("form"):
            self._apart.append((told["form"], control))
        elif self._form is not None:
            self._form.controls.append(control)

    def _choose(self, told: dict[str, str]) -> None:
        control, value = self.controls[-1], told.get("value", "")
        control.choices += (value,)
        if "selected" in told or (not control.value and value):
            control.value = value

    def invalid(self) -> list[tuple[Control, str]]:
        """Return the fields that are marked as wrong, and what describes each."""
        return [
            (one, " ".join(self.texts.get(name, "") for name in described(one)))
            for one in self.controls
            if one.attributes.get("aria-invalid") == "true"
        ]


def described(control: Control) -> list[str]:
    return control.attributes.get("aria-describedby", "").split()


@dataclass
class Site:
    """All pages that were met, by their addresses, and the rules of the application."""

    app: object
    pages: dict[str, Page] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """Links that lead to nothing, or to an error, and where they stood."""

    def rule(self, address: str, method: str) -> str:
        """Return the route of an address; an address without one is its own."""
        try:
            found, _ = self.app.url_map.bind("x").match(urlsplit(address).path, method, return_rule=True)
        except HTTPException:
            return address
        return str(found.rule)

    def forms(self, method: str = "post", prefix: str = "/admin") -> list[Form]:
        """Return one form of each kind: going to the same route with fields of the same names."""
        found: dict[tuple, Form] = {}
        for page in self.pages.values():
            for form in page.forms:
                if form.method == method and urlsplit(form.action).path.startswith(prefix):
                    names = frozenset(re.sub(r"(?<=[-:]).+", "", name) for name in form.names)
                    found.setdefault((self.rule(form.action, method.upper()), names), form)
        return list(found.values())

    def samples(self) -> dict[str, str]:
        """Return an address for each route that answers with a page."""
        found: dict[str, str] = {}
        for address in sorted(self.pages, key=len):
            found.setdefault(self.rule(address, "GET"), address)
        return found


async def crawl(app, visitor, start: str = "/admin", prefix: str = "/admin") -> Site:
    """Follow every link below a prefix, but only so many that lead to the same kind of page."""
    site, waiting, kinds = Site(app), [start], Counter()
    come_from = {start: ""}
    while waiting and len(site.pages) < MOST_PAGES:
        address = waiting.pop(0)
        answer = await visitor.get(address)
        if answer.status_code >= 400:
            site.broken.append(f"{come_from[address]} → {address}: {answer.status_code}")
        if answer.status_code >= 300 or not answer.content_type.startswith("text/html"):
            continue
        page = site.pages[address] = Page(address, await answer.get_data(as_text=True))
        for link in page.links:
            kind = (site.rule(link, "GET"), *sorted(name for name, _ in parse_qsl(urlsplit(link).query)))
            most = OF_ONE_KIND if len(kind) == 1 else OF_ONE_QUERY
            if link.startswith(prefix) and link not in come_from and kinds[kind] < most:
                come_from[link] = address
                kinds[kind] += 1
                waiting.append(link)
    return site
