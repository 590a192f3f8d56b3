"""Staff's side: the live jams and the statistics. The login is in ``staff_site.py``."""

from .live_jams import LiveJamAdmin
from .statistics import AppStatAdmin, JamStatAdmin

__all__ = ["AppStatAdmin", "JamStatAdmin", "LiveJamAdmin"]
