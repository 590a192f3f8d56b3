"""What the page is made of: every module preloaded, and little to load."""

import gzip
from pathlib import Path

from tests.browser.modules import JAVASCRIPT, loaded_modules, preload_list
from tests.browser.states.harness import STATIC, render

ROOT = Path(__file__).resolve().parents[2]


def test_the_preload_list_names_every_module() -> None:
    assert (ROOT / "templates" / "jams" / "modules.html").read_text() == preload_list()


def test_the_page_s_own_share_of_the_weight_is_small() -> None:
    """HTML, styles and the page's modules: 42 kB of the 60 kB that all without sound may weigh.

    With gzip, file by file, as a server sends them, and with every comment.
    """
    modules = [JAVASCRIPT / name for name in loaded_modules() if name.startswith("page/")]
    files = [*modules, *(STATIC / "jams" / "css").glob("*.css"), STATIC / "jams/img/icon.svg"]
    parts = [render("jams/jam.html", "localhost").encode(), *(file.read_bytes() for file in files)]
    assert sum(len(gzip.compress(part, 9)) for part in parts) < 42_000
