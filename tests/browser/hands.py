"""Two ways of working: with the keyboard alone, and with a finger on a phone; both count what they cost.

What is typed into a field is counted apart: it is as long as it is. Everything else, Tab included, is a key,
and every touch is a tap.
"""

import asyncio
import re
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from playwright.async_api import FileChooser, Locator, Page, expect

MOST_TABS = 900


class Keyboard:
    """Never touches a mouse: the keys of the shop where there are some, Tab and Enter everywhere else."""

    settings: ClassVar = {"viewport": {"width": 1280, "height": 900}}
    unit = "keys"

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts = self.letters = 0
        # Listened to from the beginning: a chooser that opens before the browser reports them is lost.
        self.choosers: asyncio.Queue[FileChooser] = asyncio.Queue()
        page.on("filechooser", self.choosers.put_nowait)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            self.acts += 1

    async def open(self, place: str) -> None:
        """Go to a page of the menu, by its keys where it has some."""
        link = self._in_menu(place)
        address, key = await link.get_attribute("href"), await link.get_attribute("data-go")
        if key is None:
            await self.do(link)
        else:
            await self.press("g", key)
        await self._arrives(address)

    def _in_menu(self, place: str) -> Locator:
        return self.page.locator("#admin-menu a", has_text=re.compile(f"^{place}$"))

    async def _arrives(self, address: str) -> None:
        await self.page.wait_for_url(lambda url: urlsplit(url).path == address)

    async def do(self, wanted: Locator) -> None:
        """Press a button, or follow a link."""
        await self.reach(wanted)
        await self.press("Enter")

    async def tick(self, wanted: Locator) -> None:
        await self.reach(wanted)
        await self.press("Space")

    async def write(self, wanted: Locator, text: str) -> None:
        """Write into a field, over whatever stands there."""
        await self.reach(wanted)
        if await wanted.input_value():
            await self.press("Control+A")
        await self._type(text)

    async def choose(self, wanted: Locator, label: str) -> None:
        """Choose from a list by typing how the choice begins."""
        await self.reach(wanted)
        await self._type(label)
        await expect(wanted.locator("option:checked")).to_have_text(re.compile(f"^{re.escape(label)}"))

    async def give(self, wanted: Locator, *files: Path) -> None:
        """Choose files, once the page is whole: until then nobody could see where to."""
        await self.page.wait_for_load_state()
        await self.reach(wanted)
        await self.press("Space")
        await self._choose(files)

    async def _choose(self, files: tuple[Path, ...]) -> None:
        async with asyncio.timeout(10):
            chooser = await self.choosers.get()
        await chooser.set_files(files)

    async def find(self, text: str) -> None:
        """Ask the search box for something, and follow the first answer."""
        await self.press("/")
        await self._type(text)
        await self._hit(text).wait_for()
        await self.press("ArrowDown", "Enter")

    def _hit(self, text: str) -> Locator:
        """The first answer to the whole text: while one types, answers to its beginning come and go."""
        return (
            self.page.locator("#search-panel a")
            .filter(has_text=re.compile(re.escape(text), re.IGNORECASE))
            .first
        )

    async def mark(self, rows: Locator, count: int) -> None:
        """Tick the boxes of the first rows of a list."""
        for number in range(count):
            await self.press("j", "x")
            await expect(rows.nth(number).get_by_role("checkbox")).to_be_checked()

    async def change_many(self) -> None:
        """Go from a list's rows to the form that changes many of them."""
        await self.press("g", "b")
        await expect(self.page.get_by_label("Change", exact=True)).to_be_focused()

    async def number(self, field: Locator) -> None:
        """Go to the number of the first row, with what stands in it chosen."""
        await self.press("j", "e")
        await expect(field).to_be_focused()

    async def reach(self, wanted: Locator) -> None:
        """Go to a field, button or link, forwards or backwards, past the menu where that is shorter."""
        await wanted.wait_for(state="attached")
        if await wanted.evaluate(IS_FOCUSED):
            return
        if await wanted.evaluate("one => document.activeElement === document.body && !!one.closest('main')"):
            await self.press("Tab", "Enter")
        key = "Shift+Tab" if await wanted.evaluate(IS_BEHIND) else "Tab"
        for _ in range(MOST_TABS):
            await self.press(key)
            if await wanted.evaluate(IS_FOCUSED):
                return
        raise AssertionError(f"the keyboard never came to {wanted}")

    async def enter(self, _button: Locator) -> None:
        """Send the form that is being filled in, which has this button."""
        await self.press("Enter")

    async def _type(self, text: str) -> None:
        await self.page.keyboard.type(text)
        self.letters += len(text)

    def told(self, what: str) -> str:
        return f"{what}: {self.acts} {self.unit}, {self.letters} letters"


IS_FOCUSED = "one => one === document.activeElement"
IS_BEHIND = """
one => document.activeElement !== document.body
  && !!(one.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)
"""


class Touch(Keyboard):
    """A finger on a phone's screen; the letters come from the keyboard on the screen."""

    settings: ClassVar = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    unit = "taps"

    async def tap(self, wanted: Locator) -> None:
        await wanted.tap()
        self.acts += 1

    async def open(self, place: str) -> None:
        link = self._in_menu(place)
        address = await link.get_attribute("href")
        if not await link.is_visible():
            await self.tap(self.page.get_by_role("button", name="Menu"))
        await self.tap(link)
        await self._arrives(address)

    async def do(self, wanted: Locator) -> None:
        await self.tap(wanted)

    async def enter(self, button: Locator) -> None:
        await self.tap(button)

    async def tick(self, wanted: Locator) -> None:
        await self.tap(wanted)

    async def write(self, wanted: Locator, text: str) -> None:
        await self.tap(wanted)
        if await wanted.input_value():
            await wanted.select_text()
            self.acts += 1
        await self._type(text)

    async def choose(self, wanted: Locator, label: str) -> None:
        await self.tap(wanted)
        texts = await wanted.locator("option").all_inner_texts()
        await wanted.select_option(next(text for text in texts if text.strip().startswith(label)))
        self.acts += 1

    async def give(self, wanted: Locator, *files: Path) -> None:
        await self.tap(wanted)
        await self._choose(files)

    async def find(self, text: str) -> None:
        await self.tap(self.page.locator("#finder"))
        await self._type(text)
        await self.tap(self._hit(text))

    async def change_many(self) -> None:
        await self.tap(self.page.get_by_role("link", name="Change many"))

    async def number(self, field: Locator) -> None:
        await self.tap(field)

    async def mark(self, rows: Locator, count: int) -> None:
        for number in range(count):
            await self.tap(rows.nth(number).get_by_role("checkbox"))
