#!/usr/bin/env python
"""Django's command line. Without REDIS_URL, a command that needs a Redis gets a private one."""

import os
import sys

from django.core.management import execute_from_command_line

from loops_project.embedded_redis import EmbeddedRedisError, provide_redis


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loops_project.settings")
    try:
        # Kept in a variable: it ends with this process, not with this call.
        redis = provide_redis(sys.argv, os.environ)
    except EmbeddedRedisError as error:
        sys.exit(str(error))
    try:
        execute_from_command_line(sys.argv)
    finally:
        if redis is not None:
            redis.stop()


if __name__ == "__main__":
    main()
