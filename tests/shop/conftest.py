"""The local Stripe for tests of the domain that talk to it."""

from tests.sandbox.conftest import letterbox, local

__all__ = ["letterbox", "local"]
