"""What staff look at: the live jams, of which Django keeps only the permissions, and statistics."""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint


class NoRows(models.Manager["LiveJam"]):
    """Finds nothing, where a query would find no table."""

    def get_queryset(self) -> models.QuerySet["LiveJam"]:
        return super().get_queryset().none()


class LiveJam(models.Model):
    """A jam that is on right now. It lives in Redis and has no table.

    The model is there for what Django derives from one: its permissions, its place in the admin,
    and the log of what staff did.
    """

    jam_id = models.CharField("jam", max_length=64, primary_key=True)

    objects: ClassVar[NoRows] = NoRows()

    class Meta:
        managed = False
        base_manager_name = "objects"
        default_permissions = ("view",)
        permissions = [("free_seat", "Can free a seat of a live jam")]
        verbose_name = "live jam"

    def __str__(self) -> str:
        return self.jam_id


class AppStat(models.Model):
    """How many jams and users there were at a moment."""

    at = models.DateTimeField("counted at")
    #: Unique, so that of several workers only one can store a half hour's.
    half_hour = models.DateTimeField(
        unique=True,
        null=True,
        blank=True,
        help_text="The half hour it stands for; empty if it was collected by hand.",
    )
    jams = models.PositiveIntegerField()
    users = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at"]
        verbose_name = "app statistic"
        indexes = [Index(fields=["at"], name="app_stat_at")]
        constraints = [
            CheckConstraint(condition=Q(users__gte=F("jams")), name="app_stat_no_empty_jam"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.jams} jams, {self.users} users"


class JamStat(models.Model):
    """How many users one jam had at that moment."""

    #: Without an index of its own: the one that makes it unique with its jam serves as well.
    app_stat = models.ForeignKey(AppStat, models.CASCADE, related_name="jam_stats", db_index=False)
    jam_id = models.CharField("jam", max_length=64)
    kit = models.CharField(max_length=32)
    users = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-app_stat_id", "-users", "jam_id"]
        verbose_name = "jam statistic"
        indexes = [Index(fields=["jam_id"], name="jam_stat_jam_id")]
        constraints = [
            UniqueConstraint(fields=["app_stat", "jam_id"], name="jam_stat_once"),
            CheckConstraint(condition=Q(users__gte=1), name="jam_stat_no_empty_jam"),
        ]

    def __str__(self) -> str:
        return f"{self.jam_id}: {self.users} users"
