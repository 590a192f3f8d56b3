"""Where the pages are."""

from django.urls import path, re_path

from .routing import JAM_ID
from .views import jam

urlpatterns = [
    path("", jam, name="home"),
    re_path(rf"^jams/{JAM_ID}/$", jam, name="jam"),
]
