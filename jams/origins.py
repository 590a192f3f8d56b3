"""Tags of network addresses, so that one host can't take the seats of many."""

import hashlib
import ipaddress

from django.conf import settings


def origin_tag(address: str) -> str:
    """Return an opaque tag of an address; IPv6 by its /64, for that is what one host may have.

    Keyed with the secret key, so that it can't be turned back into an address. Empty for what is
    no address (a Unix socket).
    """
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        return ""
    if network.version == 6:
        network = network.supernet(new_prefix=64)
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(str(network).encode(), key=key, digest_size=6).hexdigest()
