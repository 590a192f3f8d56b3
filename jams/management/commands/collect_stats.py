"""``manage.py collect_stats``: count the jams and users now, whatever the half hour."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jams.stats import record
from jams.store import StoreError
from jams.worker import sync_balancer


class Command(BaseCommand):
    help = "Store how many jams and users there are now. (The workers do it every half hour.)"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("REDIS_URL is not set: it names the Redis that the jams live in.")
        try:
            jams = sync_balancer().snapshot()
        except StoreError as error:
            raise CommandError(
                f"Redis doesn't answer, so nothing was counted or stored: {error}"
            ) from error
        total = record(jams, timezone.now())
        self.stdout.write(self.style.SUCCESS(f"Stored {total}"))
