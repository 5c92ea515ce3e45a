"""Fixtures that every test may ask for: the books of the named world, its app, and a street to shop in."""

import pytest
from hypothesis import settings

from db import engine
from shop.app import create_app
from tests.street import opened_street
from tests.world import open_world, settings_for

# What the nightly run asks for with --hypothesis-profile: see tests/machine.
settings.register_profile("nightly")


def pytest_report_header() -> str:
    return f"SQLite {engine.version()}"


@pytest.fixture
async def world(tmp_path):
    opened = await open_world(settings_for(tmp_path))
    yield opened
    await opened.assert_books_balance()
    await opened.db.close()


@pytest.fixture
async def app(world):
    """The shop's application over the same books; nothing listens on a port."""
    application = create_app(world.settings)
    async with application.test_app():
        yield application


@pytest.fixture
async def street(tmp_path):
    async with opened_street(tmp_path) as opened:
        yield opened
        await opened.world.assert_books_balance()


@pytest.fixture
async def street_with_limits(tmp_path):
    async with opened_street(tmp_path, limits=True) as opened:
        yield opened
        await opened.world.assert_books_balance()
