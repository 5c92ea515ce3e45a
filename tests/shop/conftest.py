"""The local Stripe for tests of the domain that talk to it."""

from tests.sandbox.conftest import local

__all__ = ["local"]
