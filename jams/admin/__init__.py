"""Staff's side: the live jams, the statistics, and a login that can't be guessed through."""

from django.contrib import admin

from .live_jams import LiveJamAdmin
from .login import StaffLoginForm, throttled
from .statistics import AppStatAdmin, JamStatAdmin

__all__ = ["AppStatAdmin", "JamStatAdmin", "LiveJamAdmin"]

admin.site.site_title = admin.site.site_header = "Loops With Friends: staff"
admin.site.index_title = "Overview"
admin.site.login_form = StaffLoginForm
admin.site.login = throttled(admin.site.login)  # type: ignore[method-assign]
