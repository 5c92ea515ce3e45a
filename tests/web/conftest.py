"""Browsers without script: one for each of the named people, over the application itself."""

import pytest
from quart.datastructures import Headers

from tests.world import PASSWORD

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Visitor:
    """Asks the shop as a browser on its own pages would."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    async def get(self, path, headers=None, **more):
        return await self.client.get(path, headers=headers, **more)

    async def post(self, path, form=None, *, htmx=False, headers=None, body=None):
        told = {"Sec-Fetch-Site": "same-origin"} | (HTMX if htmx else {}) | (headers or {})
        what = {"form": form or {}} if body is None else {"data": body}
        return await self.client.post(path, headers=Headers(told), **what)

    async def sign_in(self, email, password=PASSWORD):
        answer = await self.post("/login", {"email": email, "password": password})
        assert answer.status_code == 303
        return self


@pytest.fixture
def stranger(app):
    return Visitor(app)


@pytest.fixture
async def sam(app, world):
    return await Visitor(app).sign_in(world.sam.email)


@pytest.fixture
async def mallory(app, world):
    return await Visitor(app).sign_in(world.mallory.email)


@pytest.fixture
async def ada(app, world):
    return await Visitor(app).sign_in(world.ada.email)


async def text_of(answer) -> str:
    return await answer.get_data(as_text=True)
