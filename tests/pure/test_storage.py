"""Which texts in a module count as an import whose name gets a hash."""

import re

import pytest

from loops_project.storage import IMPORT, REPLACEMENT


@pytest.mark.parametrize(
    "statement",
    [
        'import "./a.js";',
        "import './a.js'",
        'import{b}from"./a.js"',
        'import { b, c } from "./a.js";',
        'import {\n  b,\n  c,\n} from "./a.js";',
        'import b, * as c from "../page/a.js";',
        'export * from "./a.js";',
        'export { b as default } from "./a.js";',
    ],
)
def test_an_import_and_a_re_export_are_found_and_only_their_name_changed(statement: str) -> None:
    (match,) = re.finditer(IMPORT, f"// first\n{statement}\n")
    assert match["matched"] in statement
    replaced = REPLACEMENT % {**match.groupdict(), "url": "./a.0123.js"}
    assert replaced == match["matched"].replace(match["url"], "./a.0123.js")


@pytest.mark.parametrize(
    "text",
    [
        '/** @import { A } from "./a.js" */',
        ' * @import { A } from "./a.js"',
        '/** @param {import("./a.js").A} a */',
        '// import { b } from "./a.js";',
        'export const path = "./a.js";',
        'export function open(path = "./a.js") {}',
        'import { b } from "lib";',
        'const text = "import from ./a.js";',
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert re.search(IMPORT, text) is None


def test_a_comment_before_a_re_export_does_not_reach_into_it() -> None:
    text = '/** @import { A } from "./a.js" */\nexport { b } from "./b.js";\n'
    assert [match["url"] for match in re.finditer(IMPORT, text)] == ["./b.js"]
