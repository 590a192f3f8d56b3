"""A ``static`` tag without Django's storages: the harness serves the files where they lie."""

from django import template

register = template.Library()


@register.simple_tag
def static(path: str) -> str:
    """Return the address of a static file in the harness."""
    return f"/static/{path}"
