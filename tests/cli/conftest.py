"""The real engine, as tests of the sandbox have it."""

from tests.sandbox.conftest import host

__all__ = ["host"]
