"""Django's own applications, where the project sets them up differently."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """The admin, with the site of ``jams/staff_site.py``."""

    default_site = "jams.staff_site.StaffSite"
