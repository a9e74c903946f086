"""The closed word classes of the small English that instructions are written in, and the names of things.

Verbs are not here: which words mean a skill is learned from `config/instructions.yaml`.
"""

import re

__all__ = [
    "ACQUIRE",
    "ADVERBS",
    "COLORS",
    "DETERMINERS",
    "DISCARD",
    "EVERYTHING",
    "FINITE",
    "FIXTURES",
    "GOAL",
    "KINDS",
    "NUMBERS",
    "OTHERS",
    "PLACES",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUANTIFIERS",
    "SELECTORS",
    "SOURCE",
    "TABLE",
    "THINGS",
    "TOOL",
    "VAGUE",
    "words",
]


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _names(text: str) -> tuple[str, ...]:
    """Names of one or more words each, between commas."""
    return tuple(text.split(", "))


# What people call the kinds of objects; the first is the kind.
KINDS: dict[str, tuple[str, ...]] = {
    "can": _names("can, soda can, beer can, coke can, tin can, drink can, tin, soda, coke, cola, drink"),
    "box": _names("box, cardboard box, carton, package, packet, parcel, case, crate"),
    "mug": _names("mug, cup, coffee mug, coffee cup, tea cup, teacup, tumbler, beaker"),
    "ball": _names("ball, tennis ball, sphere, orb, marble, globe"),
    "bottle": _names("bottle, water bottle, flask, jug, pitcher, thermos"),
    "block": _names("block, cube, brick, building block, toy block"),
}

# Likewise of the fixtures, by the fixture's kind.
FIXTURES: dict[str, tuple[str, ...]] = {
    "bin": _names(
        "bin, trash bin, trash can, trashcan, trash, garbage bin, garbage can, garbage, rubbish bin, "
        "rubbish, waste, trash basket, garbage pail, refuse bin, waste bin, waste basket, wastebasket, "
        "dustbin, basket, bucket, recycling bin, container"
    ),
    "drawer": _names("drawer, table drawer, desk drawer"),
    "button": _names("button, switch, buzzer"),
}

TABLE = frozenset(
    _names(
        "table, desk, tabletop, counter, countertop, worktop, workbench, workspace, workplace, bench, "
        "surface, desktop, room, place, area, table top, counter top, work surface, work space"
    )
)
TOOL = frozenset(
    _names(
        "gripper, hand, arm, fingers, finger, claw, tool, you, yourself, robot, end effector, "
        "robot arm, robot hand"
    )
)
# Any object at all.
THINGS = words("thing things object objects item items stuff mess clutter junk belongings")

# Things that stand on no table of ours: a noun nearer to one of these than to a kind is none of the kinds.
OTHERS = _names(
    "piano, guitar, violin, book, newspaper, letter, pen, pencil, phone, laptop, computer, keyboard, mouse, "
    "screen, television, radio, camera, lamp, light, candle, chair, sofa, bed, pillow, blanket, carpet, "
    "curtain, window, door, gate, wall, floor, ceiling, roof, house, garage, garden, kitchen, street, city, "
    "car, truck, bicycle, train, boat, plane, fork, knife, spoon, plate, bowl, pan, pot, kettle, oven, "
    "stove, fridge, sink, napkin, towel, sponge, soap, brush, broom, scissors, hammer, screwdriver, nail, "
    "screw, key, lock, rope, chain, wheel, engine, battery, cable, wallet, coin, money, watch, ring, shirt, "
    "shoe, sock, hat, glove, coat, bag, suitcase, umbrella, doll, puzzle, card, apple, banana, orange, "
    "lemon, tomato, potato, carrot, bread, cake, cookie, sandwich, pizza, egg, cheese, meat, fish, rice, "
    "soup, salad, sugar, salt, water, milk, juice, coffee, tea, wine, beer, dog, cat, bird, horse, "
    "elephant, tree, flower, grass, rock, stone, mountain, river, sea, moon, sun, star, cloud, rain, snow, "
    "fire, air, person, man, woman, child, baby, friend, song, story, joke, game, movie, music, picture, "
    "time, day, week, world, shelf, cupboard, closet, cabinet, doorbell, alarm, clock, can opener, lid, "
    "handle, rack, stand, tray, tower, pyramid, teapot, coffee pot, vase, saucer, bucket, basket, barrel, "
    "ladle, colander, blender, toaster, thermos"
)

COLORS = words(
    "red green blue yellow orange purple white black brown grey gray pink cyan magenta turquoise teal "
    "violet indigo "
    "gold golden silver beige maroon navy lime olive crimson scarlet tan lilac lavender"
)

DETERMINERS = words("the a an this that these those my your our his her its their some any")
QUANTIFIERS = words("all both every each everything")
EVERYTHING = words("everything all whatever")  # on their own
# Quantities that name no definite set.
VAGUE = words("some few several most half many enough another other second third last next")
NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "5": 5,
}
PRONOUNS = words("it them they")

# Words that choose among several, and what they choose by.
SELECTORS: dict[str, str] = {
    **dict.fromkeys(("left", "leftmost"), "left"),
    **dict.fromkeys(("right", "rightmost"), "right"),
    **dict.fromkeys(("near", "nearest", "closest", "nearer", "closer", "front"), "near"),
    **dict.fromkeys(("far", "farthest", "furthest", "farther", "further", "back"), "far"),
    **dict.fromkeys(("big", "biggest", "large", "largest", "bigger", "larger"), "big"),
    **dict.fromkeys(("small", "smallest", "little", "smaller", "tiny"), "small"),
    **dict.fromkeys(("tall", "tallest", "taller"), "tall"),
}

# The words for each of legion_ros.core.skill.PLACES, as the robot sees the table.
PLACES: dict[str, tuple[str, ...]] = {
    "left": ("left",),
    "right": ("right",),
    "far": ("far", "back", "rear", "opposite"),
    "near": ("near", "front", "close"),
    "middle": ("middle", "centre", "center"),
}

PREPOSITIONS = words(
    "in into inside within to toward towards onto on upon at from off of over above near by with using "
    "under below "
    "beneath behind beside between around across along for about through against past after"
)
# Prepositions of where a thing is to go, of where it comes from or is now.
GOAL = words("in into inside within to toward towards")
SOURCE = words("from off out-of of")
ADVERBS = words(
    "up down away out back rid open opened closed shut together apart aside too also there here again now "
    "fully "
    "completely entirely all-the-way properly only just forward forwards backward backwards close clear "
    "cleared tidy "
    "tidied clean cleaned empty pressed pushed clearing cleaning tidying wide tight hard home fast soft "
    "directly "
    "straight loose still"
)
# Finite verbs that make a sentence a statement when it begins with what it is about.
FINITE = words(
    "is are was were am be been has had does did would should shall must could might needs goes go belongs "
    "belong "
    "looks look seems gets wants want took think know"
)
# Taking hold of a thing on the way to putting it somewhere: "pick up the can and put it in the bin".
ACQUIRE = (
    r"(?:remove|pick up|pick|take|grab|get|lift up|lift|grasp|fetch|collect up|collect|seize|"
    r"gather up|gather|scoop up|round up|snatch|retrieve|find|locate|hold|carry)"
)
# Verbs that say by themselves that a thing goes to the bin.
DISCARD = re.compile(
    r"^(?:throw|throwing|thrown|toss|tossed|chuck|chucked|fling)(?: .*)? (?:away|out)\b|"
    r"^(?:get|getting|got) rid of\b|^dispos(?:e|ing|ed) of\b|"
    r"^(?:discard|trash|junk|scrap|dump|ditch)(?:ed|ing)?\b|^bin(?:ned|ning)?\b"
)
