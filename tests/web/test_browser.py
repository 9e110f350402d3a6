"""In a real browser: no error in the console, no request to another host, nothing wider than a telephone."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"),
    reason="Chromium is not installed at /usr/bin/chromium: apt-get install chromium",
)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The demonstration, served by the product's own command."""
    import json

    folder = tmp_path_factory.mktemp("browser") / "demo"
    command = [sys.executable, "-c", "import sys; from registry.cli import main; main(sys.argv[1:])"]
    made = subprocess.run([*command, "demo", "--dir", str(folder), "--json"], capture_output=True, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PREUVE_DATA_DIR": str(folder)}
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            if httpx.get(f"{address}/health/ready").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)
    else:
        server.kill()
        pytest.fail("the server did not answer within 30 seconds")
    yield address, json.loads(made.stdout)
    server.terminate()
    server.wait(timeout=40)


@pytest.fixture
def open_page(played):
    from playwright.sync_api import sync_playwright

    address, _ = played
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def new(width=1280, role=None):
            page = chromium.new_context(viewport={"width": width, "height": 900}, base_url=address).new_page()
            page.troubles = []
            page.on("console", lambda m: page.troubles.append(m.text) if m.type in ("error", "warning") else None)
            page.on(
                "request", lambda r: page.troubles.append(r.url) if not r.url.startswith((address, "data:")) else None
            )
            if role:
                account = next(a for a in played[1]["accounts"] if a["role"] == role)
                page.goto("/login")
                page.fill("#email", account["email"])
                page.fill("#password", account["password"])
                page.click("button.main")
            return page

        yield new
        chromium.close()


def test_each_page_is_quiet_and_fits_a_telephone(played, open_page):
    _, demo = played
    card = next(t["scorecard"] for t in demo["tools"] if t["id"] == "vigiscope")
    paths = ["/", "/tools/dermalyse", "/login", "/verify", "/help", "/schema", f"/scorecards/{card}"]
    for width in (360, 1280):
        page = open_page(width)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.troubles == []


def test_a_site_sends_the_ready_file(played, open_page):
    _, demo = played
    page = open_page(role="pilot-site")
    page.goto(f"/pilots/{demo['open_pilot']['id']}")
    page.set_input_files("#file", demo["open_pilot"]["ready_file"])
    page.click("text=Vérifier ce fichier")
    page.click("button:has-text('Accepter')")
    assert page.locator("text=Accepté").count() >= 1
    assert page.troubles == []


def test_an_evaluator_signs_what_waits(played, open_page):
    _, demo = played
    page = open_page(role="evaluator")
    page.goto(f"/scorecards/{demo['awaiting_signature']['scorecard']}")
    assert page.locator("svg").count() >= 3
    page.fill("#reason", "L'aire sous la courbe n'atteint pas le seuil.")
    page.check("input[name=no_conflict]")
    page.click("button:has-text('Signer')")
    assert page.locator("text=la seconde signature est celle d'une autre personne").count() == 1
    assert page.troubles == []


def test_a_keyboard_reaches_the_content_first(open_page):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
