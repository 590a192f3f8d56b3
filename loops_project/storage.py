"""Where static files go in production."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedModulesStorage(ManifestStaticFilesStorage):
    """Hashed names, which the server lets browsers keep for ever, in the imports between ES modules too.

    Only relative imports (`./clock.js`) are rewritten.
    """

    support_js_module_import_aggregation = True
