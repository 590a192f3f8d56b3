"""Static files in production: those of this build, and of the builds before and after it."""

import re

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware

#: A file whose name says what is in it, by Django's hash: never another file of the same name.
_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


class StaticFilesOfAllBuilds(ServeStaticMiddleware):  # type: ignore[misc]  # untyped
    """Serves what ServeStatic found at the start, and hashed files that are in STATIC_ROOT besides.

    While workers are replaced by those of another build, a page may come from one and ask another
    for its files; and a page that stays open asks for the files of its own build long afterwards.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files and _HASHED.search(path):
            found = await sync_to_async(self.find_file, thread_sensitive=False)(path)
            if found is not None:
                self.files[path] = found
        response: HttpResponseBase = await super().__call__(request)
        return response
