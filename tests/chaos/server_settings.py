"""Development's settings with the application that tests can break: see ``application.py``."""

from loops_project.settings import *  # noqa: F403

ASGI_APPLICATION = "tests.chaos.application.application"
