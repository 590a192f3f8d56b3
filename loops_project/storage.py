"""Where static files go in production."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedModulesStorage(ManifestStaticFilesStorage):
    """Hashed names, which browsers may keep for ever, in the imports of ES modules too.

    Only relative imports (`./clock.js`) whose statement ends with a semicolon are rewritten, and
    not the dynamic ones: a test looks for those that were missed.
    """

    support_js_module_import_aggregation = True
