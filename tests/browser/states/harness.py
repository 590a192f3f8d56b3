"""The page in any of its states, without a server behind it.

A small HTTP server renders the product's own template with data made from the sounds' manifest and
hands out the product's own files; only ``session.js`` is replaced, by ``fake_session.js``. The
product has no branch for this.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from django.template import Context, Engine

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
STATIC = ROOT / "jams" / "static"

#: The policy of the product's pages: a page that breaks it must not pass here.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; media-src 'self'; base-uri 'none'; form-action 'self'"
)

#: What takes the place of the product's own files.
REPLACED = {
    "/static/jams/js/session.js": HERE / "fake_session.js",
    "/states.js": HERE / "states.js",
}


def state_names() -> list[str]:
    """Return the names of all states that ``states.js`` describes, in its order."""
    text = (HERE / "states.js").read_text()
    return re.findall(r"^  (\w+): ", text[text.index("export const STATES") :], re.MULTILINE)


def page_data() -> dict[str, object]:
    """Return the data block as the server writes it, for the first kit and its fellows."""
    manifest = json.loads((STATIC / "jams" / "sounds" / "manifest.json").read_text())
    kits = {
        kit["id"]: {
            "title": kit["title"],
            "loops": {
                loop["id"]: {
                    "url": f"/static/jams/sounds/{loop['file']}",
                    "envelope": loop["envelope"],
                }
                for loop in kit["loops"]
            },
        }
        for kit in manifest["kits"]
    }
    return {
        "protocol": 1,
        "jam_id": "kMcW3bQvTzu0",
        "socket_path": "/ws/jams/kMcW3bQvTzu0/",
        "invite": False,
        "capacity": 7,
        "bar_ms": 2400,
        "bars_per_loop": 2,
        "sample_rate": manifest["sample_rate"],
        "frames": manifest["frames"],
        "kits": kits,
    }


def render(template: str, host: str) -> str:
    """Render one of the product's templates outside of the product."""
    engine = Engine(
        dirs=[str(ROOT / "templates")],
        libraries={"static": "tests.browser.states.plain_static"},
    )
    request = {"scheme": "http", "get_host": host}
    return engine.get_template(template).render(
        Context({"jam_data": page_data(), "request": request})
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        pages = {
            "/": "jams/jam.html",
            "/unavailable": "jams/unavailable.html",
            "/too-often": "jams/too_often.html",
            "/nowhere": "404.html",
        }
        if path in pages:
            body = render(pages[path], self.headers["Host"]).encode()
            self._answer(200, "text/html; charset=utf-8", body)
            return
        file = REPLACED.get(path) or STATIC / path.removeprefix("/static/")
        known = path in REPLACED or path.startswith("/static/")
        if not known or not file.is_file():
            self._answer(404, "text/plain", b"not here")
            return
        kind = guess_type(file.name)[0] or "application/octet-stream"
        self._answer(200, kind, file.read_bytes())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def states_server() -> Iterator[str]:
    """Serve the states on a free port of the loopback; yields the address of the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
