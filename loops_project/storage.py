"""Where static files go in production."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedModulesStorage(ManifestStaticFilesStorage):
    """Hashed names, which browsers may keep for ever, in the imports of ES modules too.

    Only relative imports (`./clock.js`) are rewritten.
    """

    support_js_module_import_aggregation = True
