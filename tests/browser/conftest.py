"""A real browser before the furnished demo shop; skipped where there is none, except in CI."""

import asyncio
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items) -> None:
    """Run these tests in the event loop that the browser lives in."""
    for item in items:
        if ROOT / "tests" / "browser" in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Demo:
    """The demo as a stranger meets it: an address, and the sign-ins that were printed."""

    base: str
    sign_ins: dict[str, tuple[str, str]]


def browser_path() -> str | None:
    named = os.environ.get("SHOP_BROWSER")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser_file() -> str:
    found = browser_path()
    if found is None:
        say = "There is no browser: install chromium, or name one in SHOP_BROWSER."
        pytest.fail(say) if os.environ.get("CI") else pytest.skip(say)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(browser_file):
    """One browser for all tests of a process; each opens windows of its own in it, which share nothing."""
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_file, args=[*QUIET, *root])
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A folder with the demo's catalogue and people in it: as `shop demo` finds it when started again."""
    folder = tmp_path_factory.mktemp("furnished")
    subprocess.run([sys.executable, "-m", "shop", "seed"], cwd=folder, env=_environment(), check=True)
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path, furnished):
    """`shop demo` on a free port, in a folder of its own."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shop", "demo", "--port", "0",
        cwd=tmp_path, env=_environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    base = (await process.stdout.readline()).decode().split()[-1]
    told = [(await process.stdout.readline()).decode().split() for _ in range(3)]
    sign_ins = {email.split("@")[0]: (email, password) for _, email, password in told}
    await _answers(base)
    yield Demo(base, sign_ins)
    process.terminate()
    await process.communicate()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium, demo):
    """Open a page for a person with the settings that are asked for; errors on its console fail the test."""
    errors: list[str] = []
    contexts = []

    async def open_page(**settings):
        context = await chromium.new_context(base_url=demo.base, **settings)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("console", lambda message: _note(errors, message))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        # Closing is not what is tested, and after printing the browser was once seen not to answer it.
        async with asyncio.timeout(30):
            await context.close()
    assert errors == []


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "SHOP_LIMITS": "off"}


def _note(errors, message) -> None:
    # The browser reports every refusal of ours as an error; the sentence on the page is what matters.
    if message.type == "error" and "status of 4" not in message.text:
        errors.append(message.text)


async def _answers(base: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(100):
            try:
                await http.get(f"{base}/healthz")
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError("the demo did not answer")
