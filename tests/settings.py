"""The settings under test: development's, whatever the shell's environment holds.

Only DATABASE_URL passes, so that the suite can be run on PostgreSQL too.
"""

import os

for name in (
    "ALLOWED_HOSTS",
    "ALLOWED_ORIGINS",
    "CSRF_TRUSTED_ORIGINS",
    "TRUSTED_PROXIES",
    "REDIS_URL",
    "REDIS_CLUSTER",
    "RELAY_REDIS_URLS",
    "LOG_LEVEL",
):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("JAM_")]:
    del os.environ[name]
os.environ.update(
    DEBUG="1", SECRET_KEY="tests only: signs nothing that anybody keeps, nowhere but here"
)

from loops_project.settings import *

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # the safe ones are slow on purpose
