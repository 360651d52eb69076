"""Which Chromium the page tests drive, how, and how long a page may take to show something."""

from __future__ import annotations

import shutil

from playwright.async_api import expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# a page that is there is seen at once; a machine that does much else may need more than the usual 5 s
expect.set_options(timeout=30_000)
