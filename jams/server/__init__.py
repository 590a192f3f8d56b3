"""The production server: uvicorn with its options pinned, in processes that are looked after.

    manage.py serve -> supervisor.py -> one process per worker -> worker.py -> uvicorn -> asgi.py

``options.py`` holds every option; a connection begins in ``front.py``; ``protocol.py`` is the fast
path of the sockets, ``framing.py`` reads short messages for it, ``keepalive.py`` notices who is
gone. Development runs daphne (``runserver``) and uses nothing of this package.
"""
