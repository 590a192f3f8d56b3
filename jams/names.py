"""The name a user goes by: made from the id, so there is nothing to type and nothing to moderate.

The page puts the colour word of the user's loop before it ("Amber Otter").
"""

from zlib import crc32

#: Short, friendly, told apart at a glance: a name has to fit under a seat on a phone.
ANIMALS = (
    "Otter",
    "Heron",
    "Moth",
    "Finch",
    "Hare",
    "Lynx",
    "Badger",
    "Fox",
    "Owl",
    "Seal",
    "Wren",
    "Bear",
    "Crane",
    "Newt",
    "Stoat",
    "Robin",
    "Gecko",
    "Koala",
    "Panda",
    "Lemur",
    "Tapir",
    "Ibex",
    "Puffin",
    "Egret",
    "Marten",
    "Vole",
    "Mole",
    "Toad",
    "Crow",
    "Swift",
    "Raven",
    "Dove",
    "Bison",
    "Camel",
    "Cobra",
    "Coati",
    "Dingo",
    "Eagle",
    "Goose",
    "Hippo",
    "Hyena",
    "Llama",
    "Macaw",
    "Moose",
    "Okapi",
    "Oriole",
    "Possum",
    "Quail",
    "Sloth",
    "Squid",
    "Stork",
    "Tiger",
    "Toucan",
    "Turtle",
    "Walrus",
    "Whale",
    "Yak",
    "Zebra",
    "Beaver",
    "Ferret",
    "Falcon",
    "Gibbon",
    "Jackal",
    "Kiwi",
)


def name_of(user_id: str) -> str:
    """Return the same animal for the same user, always."""
    return ANIMALS[crc32(user_id.encode()) % len(ANIMALS)]
