"""Where static files go in production."""

from servestatic.storage import CompressedManifestStaticFilesStorage

# A static import or a re-export at the start of a line, its relative name apart:
#     import "./a.js"     import { b } from "./b.js"     export * from "../c.js"
IMPORT = (
    r"(?m)(?P<matched>"
    r"(?P<before>^(?:import\s*|(?:import|export)\b[^;\"'=()]*\bfrom\s*)[\"'])"
    r"(?P<url>\.{1,2}/[^\"']+)"
    r"(?P<after>[\"']))"
)
REPLACEMENT = "%(before)s%(url)s%(after)s"


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed names, which browsers may keep for ever, in the imports of ES modules too.

    Each file is also there compressed, by Brotli and gzip, and without its comments.

    Django's own patterns for modules (`support_js_module_import_aggregation`) also find `@import`
    in a comment, go on from there to the next statement, and hash its name twice; and they miss an
    import without a semicolon. Dynamic imports stay as they are: a test looks for any that is left.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("*.js", ((IMPORT, REPLACEMENT),)))
    # A pass for each step of the longest chain of imports; Django's five are for style sheets.
    # Files that import each other in a circle never come to rest and fail whatever stands here.
    max_post_process_passes = 40
