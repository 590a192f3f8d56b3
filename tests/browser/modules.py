"""Which modules the page loads: found by following the imports from its entry."""

import re
from pathlib import Path

JAVASCRIPT = Path(__file__).resolve().parents[2] / "jams" / "static" / "jams" / "js"
ENTRY = JAVASCRIPT / "page" / "main.js"

#: An import that loads: at the start of a line, so none of those in comments.
IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?from "(\.[^"]+)";', re.MULTILINE)


def loaded_modules() -> set[str]:
    """Return the modules that the page loads, as paths below ``static/jams/js``."""
    found: set[Path] = set()
    waiting = [ENTRY]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        waiting += [(module.parent / name).resolve() for name in IMPORT.findall(module.read_text())]
    return {str(module.relative_to(JAVASCRIPT)) for module in found}


def preload_list() -> str:
    """Return the text that ``templates/jams/modules.html`` has to have."""
    head = "{% load static %}{# Every module of the page, so that none waits for another. #}\n"
    tags = [
        f"""<link rel="modulepreload" href="{{% static 'jams/js/{name}' %}}">\n"""
        for name in sorted(loaded_modules())
    ]
    return head + "".join(tags)


if __name__ == "__main__":
    print(preload_list(), end="")
