"""Tags of network addresses, so that one host can't take the seats of many."""

import hashlib
import ipaddress
from functools import lru_cache

from django.conf import settings

#: What one customer may have of IPv6: so many bits of an address say nothing about who it is.
_IPV6_HOST_BITS = 64


def address_tag(address: str) -> str:
    """Return an opaque tag of an address; IPv6 by its /64, for that is what one host may have.

    Keyed with the secret key, so that it can't be turned back into an address. Empty for what is
    no address (a Unix socket).
    """
    return _tag(address, settings.SECRET_KEY)


@lru_cache(maxsize=4096)  # a visitor asks for a page, then for a socket, and many share an address
def _tag(address: str, secret_key: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped  # a socket for both protocols shows all of IPv4 within one /64
    host = f"{ip}/32" if ip.version == 4 else f"{int(ip) >> _IPV6_HOST_BITS:x}/64"
    key = hashlib.sha256(secret_key.encode()).digest()
    return hashlib.blake2b(host.encode(), key=key, digest_size=6).hexdigest()
