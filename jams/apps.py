from django.apps import AppConfig

from .redis_client import see_closed_transports


class JamsConfig(AppConfig):
    name = "jams"
    verbose_name = "Loops With Friends"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        see_closed_transports()
