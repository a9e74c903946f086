"""Takes off a clause what only makes it polite or says how soon: "could you please ... now?"."""

import re

__all__ = ["imperative"]

# Said before a request, in any order.
_BEFORE = (
    "please, possibly, kindly, only, dude, man, bro, very carefully, very gently, very slowly, "
    "nice and "
    "slowly, buddy, mate, pal, my friend, my dear, then, right then, now then, alright "
    "then, ok then, hey, hi, hello, ok, okay, well, so, now, next, first, second, also, robot, "
    "dear robot, "
    "legion, panda, franka, and, but, just, simply, maybe, perhaps, quick, quickly, slowly, "
    "carefully, "
    "gently, immediately, can someone, could someone, would someone, can somebody, could "
    "somebody, would "
    "somebody, somebody, someone, come on, hurry up, thanks, thank you, thank you very much, "
    "cheers, great, "
    "good, alright, all right, sorry, can you, could you, would you, will you, do you mind, would "
    "you mind, "
    "you, why do not you, can i get you to, could i get you to, can i ask you to, could i ask you "
    "to, may i "
    "ask you to, i want you to, i need you to, i would like you to, i would love you to, i expect "
    "you to, i "
    "ask you to, i wish you to, i am asking you to, i think you should, i say, i would appreciate "
    "it, you "
    "should, you must, you need to, you have to, you can, you could, you may, you will, you ought "
    "to, you "
    "are to, we should, we must, we need to, we have to, we ought to, let us, it is time to, time "
    "to, your "
    "task is to, your job is to, the task is to, your turn to, try to, help me to, help me, be so "
    "kind as "
    "to, feel free to, remember to, do me a favor and, start by, begin by, finish by, end by, "
    "start with, "
    "begin with, finish with, start to, begin to, start, begin, proceed to, continue to, continue "
    "by, to "
    "start with, to begin with, go and, use your hand to, use your finger to, use your fingers "
    "to, use your "
    "gripper to, use your arm to, use the gripper to, use the arm to, make sure you, make sure "
    "that you, "
    "see to it that you"
)
# Said after it.
_AFTER = (
    "please, instead, really, already, mate, dude, man, buddy, pal, my friend, dear, love, real "
    "quick, "
    "quick, "
    "straight away, if you "
    "please, in a jiffy, neatly, nicely, "
    "behind you, when you can, without delay, please and thank you, now, thanks, thank you, thank "
    "you very much, cheers, for me, for us, for her, for him, again, once more, right "
    "now, right away, at once, immediately, quickly, slowly, carefully, gently, robot, legion, "
    "will you, "
    "would you, could you, can you, a bit, a little, a little bit, slightly, asap, as soon as you "
    "can, as "
    "soon as possible, as quickly as possible, as quickly as you can, too, as well, okay, ok, "
    "here, today, "
    "this time, for now, with care, care, afterwards, somehow, first, in one go, in a go, with "
    "the gripper, "
    "with your gripper, with your hand, with the hand, with the arm, with your arm, with your "
    "fingers, with "
    "your finger, using the gripper, using your hand"
)


def _any(phrases: str) -> str:
    return "|".join(sorted(map(re.escape, phrases.split(", ")), key=len, reverse=True))


_PREFIX = re.compile(rf"^(?:{_any(_BEFORE)})\b[, ]*")
_SUFFIX = re.compile(rf"(?:^|(?<! the)(?<! your)[, ]+)(?:{_any(_AFTER)})$")
# "go put the can away", not "go over to the can"
_GO = re.compile(
    "^go (?:and )?(?=(?!to|over|above|near|close|toward|towards|back|right|straight|up|down|left)[a-z]+ )"
)

# Requests whose first verb says nothing.
_PLAINER = (
    # "i want the table cleared" -> have the table cleared
    (
        r"^i (?:want|need|would like|would love|wish)(?: to see| to have)? "
        r"(?=(?:the|this|that|all|every|everything|both|my|it)\b)",
        "have ",
    ),
    # "make sure that the drawer is open" -> have the drawer open
    (
        "^(?:make sure|make certain|ensure|see to it)(?: that)? (.+?) (?:is|are|gets?|ends? up|goes|lands?) ",
        r"have \1 ",
    ),
    # "i need you to open it, and then to press it"
    (r"^to (?!the |your |my |that )(?=\w+ )", ""),
    # "give the button a push" -> push the button
    (r"^give (.+?) an? (?:little |good |quick )?(\w+)\b(?! of)", r"\2 \1"),
    # "let the gripper hover over the can" -> hover over the can
    (r"^let (?:your|the) (?:hand|gripper|arm) (?=\w+ (?:over|to|above|near|close))", ""),
)


def imperative(text: str) -> str:
    """A clause without address and politeness, before and after, and with the verb that counts."""
    text = text.strip(" ,'-")
    while True:
        shorter = text
        for pattern, plain in _PLAINER:
            shorter = re.sub(pattern, plain, shorter)
        shorter = _GO.sub("", _PREFIX.sub("", _SUFFIX.sub("", shorter, count=1), count=1)).strip(" ,'-")
        if shorter == text:
            return text
        text = shorter
