from django.apps import AppConfig


class JamsConfig(AppConfig):
    name = "jams"
    verbose_name = "Loops With Friends"
    default_auto_field = "django.db.models.BigAutoField"
