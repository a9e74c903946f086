"""Which things are meant: colours after the noun, corrections, exceptions."""

from legion_ros.language import lexicon
from legion_ros.language.plain.parts import COLORS, CONTAINERS, END, KINDS, LISTED, NAMED, PART, STARTS

__all__ = ["RULES"]

_SELECTORS = "|".join(sorted(lexicon.SELECTORS, key=len, reverse=True))

_NO = r"(?:that|which) (?:is|are) not (?:an? |the )?"
_ONE_COLOR = rf"(?! (?:or|nor|and) (?:the )?{COLORS})"
_ALL_BUT = (
    r"\b(?:everything|anything|all(?: the)?(?: things| objects)?|every (?:thing|object|item)|what|"
    r"whatever|the things|things) (?:(?:that|which) )?(?:is|are) not "
)

RULES = (
    (r"\bmore (far|near)(?: away)?\b", r"\1er"),
    (r"\bfarer\b", "farther"),
    # "leo's mug is the white one, put it in the drawer"
    (
        rf"(^|[.;:!?] ?)(?:\w+'s|my|our|his|her) ({KINDS}) is the ({COLORS}) one(?=[.;:!?,])",
        r"\1there is the \3 \2",
    ),
    (
        rf"\bin(to)? the ({CONTAINERS})(?: and not|,? rather than|,? instead of)(?: in(?:to)?)? the (?!\2)"
        rf"{CONTAINERS}\b",
        r"in\1 the \2",
    ),
    (rf"\b(left|right)-?hand (?=(?:{COLORS} )?(?:{KINDS}|one)s?\b)", r"\1 "),
    # "everything that is not a mug or a can", "whatever is not red or blue"
    (
        rf"{_ALL_BUT}(?:an? )?({KINDS})s? (?:or|nor|and) (?:an? )?({KINDS})s?\b",
        r"everything except every \1 and every \2",
    ),
    (
        rf"{_ALL_BUT}({COLORS}) (?:or|nor|and) ({COLORS})\b",
        r"everything except all the \1 things and all the \2 things",
    ),
    # "the mug that is not red"; of several, all but the red ones
    (
        rf"\b(?:the|that|a|an|one|any) ({KINDS}) {_NO}({COLORS})(?: one)?\b{_ONE_COLOR}",
        r"the non\2 \1",
    ),
    (rf"\b(the|that|a|an|one) non[- ]?({COLORS}) ({KINDS})\b(?!e?s\b)", r"\1 non\2 \3"),
    (
        rf"\b(?:(?:all|all of|both|any) )?(?:the |those |these )?non[- ]?({COLORS}) ({KINDS})e?s\b",
        r"all the \2s except the \1 \2s",
    ),
    (rf"\b(?:every|each|any) non[- ]?({COLORS}) ({KINDS})\b", r"all the \2s except the \1 \2s"),
    (
        rf"\b(?:(?:all|every|any) )?(?:the )?non[- ]?({COLORS}) (?:things?|objects?|items?|ones|stuff)\b",
        r"everything except all the \1 things",
    ),
    (
        rf"\b(?:(?:all|all of) )?(?:the|those|these|any)? ?\b({KINDS})s {_NO}({COLORS})(?: ones)?\b"
        rf"{_ONE_COLOR}",
        r"all the \1s except the \2 \1s",
    ),
    # "neither mug is to be touched", "neither of the cans may be moved"
    (
        rf"(^|[.;:!?,] ?)(?:and |but )?neither (?:of )?(?:the |these |those |my )?({KINDS})s?(?: there)? "
        r"(?:is to|must|should|may|can|shall|is allowed to|ought to) be "
        r"(?:touched|moved|disturbed|harmed|shifted)\b",
        r"\1leave both \2s alone",
    ),
    # "everything but the box, which you must not touch"
    (
        rf"\b((?:the|that|my|this) (?:{COLORS} )?{KINDS}),? (?:which|that) "
        r"(?:you (?:must|should|may|are|can|do) not (?:to )?(?:ever )?touch|"
        r"(?:must|should|may|can) not be touched|(?:must|should|has to|is to|needs to) (?:stay|be left) "
        r"(?:alone|untouched|as it is|where it is))\b",
        r"\1; do not touch \1; ",
    ),
    # "of the two blocks, bin the one farther from you", "of the mugs, the one on the left goes in the drawer"
    (
        rf"(^|[.;!?,] ?)(?:out )?of (?:the|these|those|our|my|your) (?:two |three |four )?({KINDS})e?s,? "
        rf"([^.;:!?]*?)\b(?:the )one\b",
        r"\1\3the \2",
    ),
    (
        rf"\bthe (thing|object|item|one|(?:\w+ )?{KINDS}),? (?:(?:that|which) is )?(?:the )?(nearer|"
        rf"closer|farther|further)(?: away)? "
        r"(?:to|from) (?:you|me|us|yourself|(?:the|your) (?:robot|base|arm|robot base|gripper))\b",
        r"the \2 \1",
    ),
    (
        rf"\bthe ({KINDS}) (nearer|closer|farther|further)(?: away)?(?= (?:in|into|to)\b|[.;!,]|$)",
        r"the \2 \1",
    ),
    # "left mug: bin", "rest in the drawer"
    (
        rf"((?:^|[.;,!?:] ?|\bthen ))(?=(?:{_SELECTORS}|other) (?:{COLORS} )?(?:{KINDS}|thing|object)"
        r"s?\b)",
        r"\1the ",
    ),
    (r"(^|[.;,!?:] )rest (?=in\b|into\b|to\b|goes\b)", r"\1the rest "),
    (
        rf"\b(?:take|grab|get|pick up) ({NAMED}) and do (?:the same|likewise) (?:with|to|for) (?:it|"
        r"them)\b",
        r"do the same with \1",
    ),
    (r"(?<=\w)[.;!] (?:and |but )?not (?=(?:the|that|my|any) [^.;:!?,]*(?:[.;!]|$))", ", not "),
    (
        rf",? \b(?:except|but|save) for (?={NAMED}\b)|,? \b(?:apart|aside) from (?={NAMED}\b)|"
        rf",? \b(?:besides|other than) (?={NAMED}\b)",
        " except ",
    ),
    (
        rf"\bwhichever ((?:\w+ )?{KINDS}) is (?:the )?({_SELECTORS})(?: away)?"
        r"(?: (?:to|from) (?:you|me|yourself|the robot)\b)?",
        r"the \2 \1",
    ),
    (rf"\bthe ((?:\w+ )?{KINDS}) (nearest|closest)(?: to)? (?:you|me|us|yourself)\b", r"the \2 \1"),
    (r"\b((?:the|my) \w+(?: \w+)?|them|they) (?:all|both) (?=(?:in|into|inside|to) )", r"\1 "),
    # "the can, i mean the blue one", "the mug, the blue one i mean"
    (
        rf"\bthe (?:{COLORS} )?({KINDS})\b([^.;:!?]*?),? (?:no |sorry )*,?(?:i mean|i meant|that is|"
        "namely|to be (?:precise|exact|clear)),? the "
        rf"({COLORS}) (?:one|\1)\b",
        r"the \3 \1\2",
    ),
    (
        rf"\b(the|that|this|my) ({KINDS})\b([^;:!?]*?)[.,]? the ({COLORS}) (?:one|\2),? (?:i mean|i meant|"
        r"that is|to be (?:precise|exact|clear)|please)\b(?:,(?= (?:is|was|has|goes|needs|should)\b))?",
        r"\1 \4 \2\3",
    ),
    # "put the mug in the bin, the blue one"
    (
        rf"\b(?:the|a|that|(?:just |only )?one(?: of the)?) ({KINDS})s?\b((?:(?! and )[^.;:!?,])*), the "
        rf"({COLORS}) (?:one|\1)(?=[.;!?,]|$)",
        r"the \3 \1\2",
    ),
    (rf"\b(?:it|them), ({NAMED}),(?= )", r"\1"),
    (rf"\bthe (\w+) one of the (?:two |three )?({KINDS})s\b", r"the \1 \2"),
    (
        r"\b(?:everything|anything|all(?: the)?(?: things| objects)?|every (?:thing|object|item)|what|"
        "whatever) (?:(?:that|which) )?(?:is|are) "
        rf"not (?:an? )?({KINDS})s?\b",
        r"everything except every \1",
    ),
    (
        r"\b(?:everything|anything|all(?: the)?(?: things| objects)?|every (?:thing|object|item)|what|"
        "whatever) (?:(?:that|which) )?(?:is|are) "
        rf"not ({COLORS})\b",
        r"everything except all the \1 things",
    ),
    (rf"\b(?:all|anything) but (?={NAMED}\b)", "everything except "),
    (rf", ({NAMED}) (?:excepted|excluded|aside|apart|exempted)\b", r" except \1"),
    (r"\bthem (?:both|all)\b", "them"),
    (r"\bit all\b", "all of it"),
    # "not the red mug but the blue one", "not the red mug, put the blue one in the bin"
    (rf"\bnot the {COLORS} ({KINDS}),? (?:but )?(?:rather )?((?:\w+ )?)the ({COLORS}) one", r"\2the \3 \1"),
    # "the red mug, and only the red mug, ..."
    (
        rf"\b({STARTS} [^,.;:]*?),? (?:and )?(?:only|just) (?:\1|that(?: one)?|it|those|them|this(?: "
        r"one)?)\b,?",
        r"\1",
    ),
    # "forget the cans; put the ball in the drawer"
    (
        f"^(?:forget(?: about)?|never mind|do not (?:worry|bother)(?: about| with)?) ({NAMED})[.,;:] "
        "(?:just |only |but )?"
        r"(?![^.]*\b(?:everything|all|rest|table|tidy|clear|clean|others?|else)\b)",
        "",
    ),
    (r"\b(?:all )?the (?:whole |entire )?lot\b(?! of)", "everything"),
    # "apart from the mug, everything goes in the bin"
    (
        "(^|[.;!?] ?)(?:except(?: for)?|apart from|aside from|besides|other than|with the exception "
        "of|excluding|minus|save for) "
        rf"({NAMED}), (?!the )([^.;!?]*?)(?=[.;!?]|,? (?:and )?then\b|, and\b|$)",
        r"\1\3 except \2",
    ),
    (r",? (?:but |and )?mak(?:e|ing) an exception (?:for|of) ", " except "),
    (
        rf" (?:that|which) (?:is|are) neither (?:an? |the )?({COLORS}) nor (?:an? |the )?({COLORS})\b",
        r" except all the \1 things and all the \2 things",
    ),
    (r" (?:that|which) (?:is|are) neither an? (\w+) nor an? (\w+)\b", r" except every \1 and every \2"),
    # "put the mug in the drawer together with the ball"
    (
        rf"\b(\w+) ({NAMED}) ((?:in|into|to) [^.,;:!?]*?) (?:together|along) with ({NAMED}){END}",
        r"\1 \2 and \4 \3",
    ),
    (rf",? (?:together with|along with|as well as|plus|in addition to) (?={NAMED}\b)", " and "),
    (rf"\band (?:also|likewise|similarly|equally) (?={NAMED}\b)", "and "),
    (
        f"({KINDS}s?|it|they|everything else|the rest|the others?) (?:can|could|may|should|must|will|"
        "shall|has to|have to|is to|are to|"
        r"needs? to|gets? to) (?:all |both |just )?(?:stay|remain)\b",
        r"\1 stays",
    ),
    # "see the mug? put it in the drawer"
    (rf"^(?:do )?(?:you )?see ({NAMED})(?: over there)?\? ", r"\1: "),
    # "begin with the red mug: put it in the bin", "as for the ball, push it left", "the mug, bin it"
    # (not after a mere "and": in "put the can and the mug in the drawer, close it" both are still to be put)
    (
        f"{PART}((?:(?:start|begin|continue|finish|end|go on) with|as for|regarding|concerning|about|"
        f"take) )?({LISTED})[:,?] "
        r"(?!(?:and|then|but|in|into|to|on|at)\b)(\w+)(?: (up|down|out|away))? (?:it|them|that one|"
        r"that)\b",
        r"\1\4 \3 \5",
    ),
    # "of the two mugs, put the red one in the bin"
    (
        rf"(^|[.;!?,] ?)(?:out )?of (?:the|these|those) (?:two |three )?({KINDS})s,? ([^.;:!?]*?)\bthe "
        r"([\w-]+) one\b",
        r"\1\3the \4 \2",
    ),
    # "put two of these things in the bin: the can and the bottle"
    (
        r"\b(?:(?:one|two|three|four|five|all|both|each) of )?(?:these|those|the following)(?: "
        r"(?:things?|objects?|items?|ones?))?\b"
        r"([^.;:!?]*): ?([^.;:!?]+)",
        r"\2\1",
    ),
    (
        r"\b(?:one|two|three|four|five|several|some|a few) (?:things|objects|items)\b([^.;:!?]*): "
        "?([^.;:!?]+)",
        r"\2\1",
    ),
    # "ball, box and block: all in the bin"
    (
        f"(^|[.;!?] ?)({LISTED}): (?:all|both|them|everything)?(?: of them)?(?: go(?:es)?)? ?(?=(?:in|"
        "into|to) the )",
        r"\1put \2 ",
    ),
    # "one ball in the bin and the other in the drawer"
    (r"\bthe other(?=,? (?:in|into|to|toward|towards|away)\b|[.;!,]|$)", "the other one"),
    # "the mug that is farther away"
    (
        rf"\bthe ((?:\w+ )?{KINDS}),? (?:that|which) is (?:the )?({_SELECTORS})(?: away)?(?: (?:to|from)"
        r" (?:you|me|yourself|the robot)\b)?\b",
        r"the \2 \1",
    ),
    # "the object closest to your base"
    (
        rf"\bthe (thing|object|item|one|(?:\w+ )?{KINDS}),? (?:(?:that|which) is )?(?:the )?(nearest|"
        "closest|farthest|furthest)(?: away)? "
        r"(?:(?:to|from) )?(?:you|me|us|yourself|(?:the|your) (?:robot base|robot|base|arm|gripper))\b",
        r"the \2 \1",
    ),
    # "whatever is red", "all that is red", "any red things"
    (
        r"\b(?:whatever|what|all|anything|everything|all things|any things?|the things|those|the ones|"
        "every ?thing) "
        rf"(?:(?:that|which) )?(?:is|are|looks?)(?: colou?red)? ({COLORS})\b",
        r"all the \1 things",
    ),
    (
        rf"\b(?:anything|everything|whatever) ({COLORS})\b(?! (?:things|objects|items|ones|{KINDS}))",
        r"all the \1 things",
    ),
    # "one can in the bin and one in the drawer"
    (
        rf"\b(one (?:of the )?{KINDS}s?\b[^.;]*?) and (?:the )?(?:second )?one (?=in\b|into\b|to\b)",
        r"\1 and the other one ",
    ),
    (rf"\bany (?=(?:{COLORS} )?(?:things|objects|items|{KINDS}s|{KINDS}es)\b)", "all the "),
    # "shut it, the drawer i mean"
    (rf"\b(?:it|them)\b([^.;:!?]*?),? (?:i mean|that is|meaning) ({NAMED})(?=[.;:!?,]|$)", r"\2\1"),
    (rf"\b(?:it|them)\b([^.;:!?]*?), ({NAMED}),? (?:i mean|that is)(?=[.;:!?,]|$)", r"\2\1"),
    # "bin the can and nothing else"
    (
        r"(?:,? ?\b(?:and|but) |, )(?:nothing (?:else|more)|that is (?:all|it)|no more|no others?|only "
        "that|leave it at that)(?=[.;!?,]|$)",
        "",
    ),
    # "minus the bottle"
    (
        ",? (?:minus|excluding|with the exception of|not counting|not including|leaving out|leaving "
        "aside|bar|save|excepting|"
        rf"if not|ignoring|omitting|skipping|without counting|short of) (?={NAMED}\b)",
        " except ",
    ),
)
