"""``manage.py add_shard``: have another shard of the collection, while everything runs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jams.leases import BEAT_SECONDS
from jams.store import Keys, StoreError, TooManyShards
from jams.worker import sync_balancer


class Command(BaseCommand):
    help = (
        "Adds a shard, another collection of jams under a key tag of its own. Newcomers are spread "
        "over all of them from the workers' next beat on; nobody is moved. There is no way back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("REDIS_URL is not set: it names the Redis that the jams live in.")
        try:
            count = sync_balancer().add_shard()
        except StoreError as error:
            raise CommandError(
                "Redis doesn't answer, so it isn't known whether a shard was added. Before you try "
                f"again, look at how many there are (GET '{Keys().shards}'): {error}"
            ) from error
        except TooManyShards as error:
            raise CommandError(f"Nothing was added: {error}.") from error
        text = f"There are {count} shards now; the workers know within {BEAT_SECONDS:g} s."
        self.stdout.write(self.style.SUCCESS(text))
