"""Verbs that mean a skill with what they are said of: "pop the can in the bin", "yank it open"."""

from legion_ros.language.plain.parts import CONTAINERS, END, FIXTURES, KINDS, NAMED, any_of

__all__ = ["RULES"]

_PUT = any_of(
    "pop, plop, plonk, plunk, bung, sling, lob, shove, stuff, squeeze, cram, tuck, slot, slip, "
    "nestle, hurl, pitch, whack, "
    "ram, park, position, install, insert, house, secure, lodge, convey, relocate, deliver, ship, "
    "send, guide, lower, load, "
    "file, shift, shuffle, dunk, dispatch, rehome, bring, haul, lay, rest, release, chuck, shoot, "
    "flick, flip, whip, "
    "lock away, put away, stash away, stow away"
)
_PRESS = any_of(
    "actuate, activate, trigger, hit, smack, bop, whack, thump, punch, jab, bash, boop, mash, "
    "engage, strike, prod, nudge, "
    "bump, poke, tap on, push down on, push in on, lean on, bear down on, press down on, click "
    "on, depress, ring, operate"
)
_OPEN = any_of(
    "yank, tug, haul, pry, prise, crack, pop, swing, draw, ease, jerk, wrench, bring, roll, get, "
    "slide, pull, push"
)
_CLOSE = any_of(
    "bang, slam, nudge, bump, ease, swing, ram, snap, knock, roll, tuck, bring, get, slide, push, "
    "shove, press"
)
_WAY = any_of(
    "proceed, return, go back, move back, travel, navigate, drive, fly, head, make your way, find "
    "your way, move in, advance, "
    "swing over, swing, come, "
    "hop over, stretch, extend, park, stop, wait, line up, line yourself up, align, align "
    "yourself, position yourself, station "
    "yourself, park yourself, place yourself, drift, glide, float, gesture, get, get yourself, "
    "bring yourself, take yourself"
)
_THE = rf"(?:the|that|this|my|our) (?:\w+ )?(?:{FIXTURES})"
_TOOL = r"(?:your|the) (?:gripper|hand|arm|fingers?|claw|end effector|tool)"

RULES = (
    (r" (?:to|into|in) a hover(?:ing)? (?:pose|position) (?=above|over)", " "),
    (
        rf"\b{_PUT} ({NAMED}) (?:down |away |back |over |safely |straight |right |out )*(in|into|inside|"
        "to|within) (?=(?:the |that |your |my )?"
        rf"{CONTAINERS}\b)",
        r"put \1 \2 ",
    ),
    (rf"\b{_PRESS} (?=(?:the|that|this) (?:\w+ )?(?:button|switch|buzzer)\b)", "press "),
    (rf"\b{_OPEN} (?:open|out) (?=(?:the|that|this) drawer\b)", "open "),
    (
        rf"\b{_OPEN} ((?:the|that|this) drawer|it) (?:wide |fully |all the way |right )*(?:open|out|"
        r"outward|outwards)\b",
        r"open \1",
    ),
    (rf"\b{_CLOSE} (?:shut|closed|in) (?=(?:the|that|this) drawer\b)", "close "),
    (
        rf"\b{_CLOSE} ((?:the|that|this) drawer|it) (?:fully |all the way |right |back )*(?:shut|closed|"
        f"to|home){END}",
        r"close \1",
    ),
    (
        rf"\b{_WAY} (?:up |over |out |right |directly |just )*(?:to|above|over|at|toward|towards|near|"
        rf"with|by) (?=(?:the|a|that|this) (?:\w+ )?{KINDS}\b)",
        "go to ",
    ),
    (
        r"\b(?:hold|park|place|put|position|bring|move|send|take|get|guide|steer|swing|lower|line|line "
        "up|align|aim|stop|keep|stretch|"
        f"extend|have|hover|station) {_TOOL} (?:up |over |out |right |directly |just |close |down )"
        "*(?:to|above|over|at|toward|towards|near|with|by|on top of) "
        rf"(?=(?:the|a|that|this) (?:\w+ )?{KINDS}\b)",
        "go to ",
    ),
    (
        rf"\b(?:have|make|let) {_TOOL} (?:hover|go|move|reach|point|stop|wait|stay|travel|fly|rest|come)"
        " (?:up |over |out |right |directly |just "
        "|close |down )*(?:to|above|over|at|toward|towards|near|with|by|for|on top of) (?=(?:the|a|"
        rf"that|this) (?:\w+ )?{KINDS}\b)",
        "go to ",
    ),
)
