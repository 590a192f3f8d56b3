"""The statistics, to look back on."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from ..loops import CAPACITY, KITS
from ..models import AppStat, JamStat
from .read_only import ReadOnlyAdmin

COUNTED_AT = "counted at (UTC)"
BY_WORKER, BY_HAND = "by a worker", "by hand"


class CollectedFilter(admin.SimpleListFilter):
    title = parameter_name = "collected"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [("worker", BY_WORKER), ("hand", BY_HAND)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("worker", "hand"):
            return queryset
        return queryset.filter(half_hour__isnull=self.value() == "hand")


@admin.register(AppStat)
class AppStatAdmin(ReadOnlyAdmin):
    date_hierarchy = "at"
    list_display = ("counted_at", "jams", "users", "users_per_jam", "collected", "single_jams")
    list_filter = ("at", CollectedFilter)
    list_per_page = 48  # a day
    fields = ("counted_at", "collected", "jams", "users", "users_per_jam", "single_jams")

    @admin.display(description=COUNTED_AT, ordering="at")
    def counted_at(self, stat: AppStat) -> str:
        return _moment(stat)

    @admin.display(description="users per jam")
    def users_per_jam(self, stat: AppStat) -> str | None:
        return f"{stat.users / stat.jams:.1f}" if stat.jams else None

    @admin.display(description="collected")
    def collected(self, stat: AppStat) -> str:
        return BY_WORKER if stat.half_hour else BY_HAND

    @admin.display(description="its jams")
    def single_jams(self, stat: AppStat) -> str:
        url = reverse("admin:jams_jamstat_changelist")
        return format_html(
            '<a href="{}?app_stat__id__exact={}">users of each jam</a>', url, stat.pk
        )


class _Values(admin.SimpleListFilter):
    """Filters by a column whose values are known: Django would look for them in all rows."""

    values: Iterable[object]

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [(str(value), str(value)) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = [text for text, _ in self.lookup_choices]
        return queryset.filter(**self.used_parameters) if self.value() in known else queryset


class KitFilter(_Values):
    title = parameter_name = "kit"
    values = KITS


class UsersFilter(_Values):
    title = parameter_name = "users"
    values = range(1, CAPACITY + 1)


@admin.register(JamStat)
class JamStatAdmin(ReadOnlyAdmin):
    date_hierarchy = "app_stat__at"
    list_display = ("jam_id", "kit", "users", "counted_at")
    list_filter = (KitFilter, UsersFilter)
    list_select_related = ("app_stat",)
    search_fields = ("jam_id__exact",)  # `=jam_id` ignores case, and so the index
    search_help_text = "A whole jam id."
    show_full_result_count = False

    @admin.display(description=COUNTED_AT, ordering="app_stat__at")
    def counted_at(self, stat: JamStat) -> str:
        return _moment(stat.app_stat)


def _moment(stat: AppStat) -> str:
    return f"{stat.at.astimezone(UTC):%Y-%m-%d %H:%M}"
