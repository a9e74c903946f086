"""Statements that ask for something: "the can belongs in the bin", "the drawer needs closing"."""

from legion_ros.language.plain.parts import (
    COLORS,
    CONTAINERS,
    END,
    FIXTURES,
    KINDS,
    LISTED,
    NAMED,
    PLACES,
    START,
    STARTS,
    any_of,
)

__all__ = ["RULES"]

_MODAL = any_of(
    "should, must, shall, has to, have to, needs? to, ought to, is to, are to, is supposed to, "
    "are supposed to, can, could, may, "
    "might as well, is meant to, are meant to, will, wants? to, had better, would better"
)
_MORE = "(?: (?:now|please|all|both|also|then|really|just|kindly|probably|actually|still|next|first))*"
_GO = (
    f"(?: {_MODAL}{_MORE} (?:go|belong|move|come|end up|be going|land|live)|{_MORE} (?:goes|"
    "belongs?|go|comes?|moves?|lives?|ends? up))"
)
_WHERE = r"(?:over |straight |right |back |directly |off |safely |away )*"
_CONTAINER = rf"(?:the |that |your |my )?{CONTAINERS}\b"
_THROWN = any_of("bin, ditch, scrap, junk, trash, lose, (?:chuck|toss|fling|sling|hurl) (?:out|away)")

RULES = (
    (rf"(?<=\w),? so (?:please )?put (?:it|them) (?:in )?there{END}", ""),
    (rf"(^|[.;!?] ?)({LISTED}): (in|into|to) ({_CONTAINER}) with (?:it|them){END}", r"\1put \2 \3 \4"),
    (r" to (middle|center|centre|far side|near side|back|front)\b", r" to the \1"),
    (rf"(^|[.;!?,] ?)({CONTAINERS}) for ({NAMED}){END}", r"\1put \3 in the \2"),
    (rf"(^|[.;!?] ?|, )((?:{STARTS} )?(?:{COLORS} )?{KINDS}s?),? ({CONTAINERS}){END}", r"\1put \2 in the \3"),
    # "ball -> drawer, bottle -> bin"
    (rf"(^|[.;:!,] ?)((?:{COLORS} )?{KINDS}s?) to ({CONTAINERS})(?=[.;!,]|$)", r"\1put \2 in the \3"),
    (r"\b(?:get rid of|dispose of|discard) (?=(?:everything|all)\b)", "throw out "),
    (rf"{START}({NAMED}) (?:is|are) (?:meant |destined |intended )?for (?={_CONTAINER})", r"\1put \2 in "),
    (r" from (?:the |your )?(?:left|right|front|back|middle|far side|near side)(?: side)? (?=to )", " "),
    (rf"(^|[.;!?,] ?)({FIXTURES}): (open|close|shut|press|push)(?: it)?(?=[.;!?,]|$)", r"\1\3 the \2"),
    (rf"\b(?:chuck|toss|dump) (it|them)(?= (?:too|as well)\b|{END[3:-1]})", r"throw out \1"),
    # "i want the mug left alone"
    (
        rf"\b(?:i (?:want|need|would like|prefer)|have|see that|make sure(?: that)?) "
        rf"({STARTS} [^,.;:!?]*?|it|they|everything) (?:to "
        "(?:be|stay) |is |are |stays? |be )?"
        "(?:left |kept |staying )?(?:exactly |right |just )?(?:alone|untouched|undisturbed|in (?:its|"
        rf"their) place|where (?:it is|they are)|on the table{END})",
        r"leave \1 alone",
    ),
    (
        rf"(^|[.;!?,] ?)(?:my |the |our )?(?!nobody|who|no |it |i )\w+ wants? ({NAMED}) (?=in\b|into\b|"
        r"to (?:the|be)\b|open|closed|shut|clear)",
        r"\1have \2 ",
    ),
    (r"\b(?:nobody|no one|no-one) (?:is to |should |may |gets to )?touch(?:es)? ", "do not touch "),
    # "..., except the cans, which go into the bin"
    (rf",? (?:and )?which (?:{_MODAL} |all |both )*(?:go|belong) (?=(?:in|into|to|on) )", "; put them "),
    (rf",? (?:and )?which (?:{_MODAL} go|goes|belongs) (?=(?:in|into|to|on) )", "; put it "),
    # "all cans bin"
    (rf"{START}((?:{STARTS} )?(?:{COLORS} )?{KINDS}s?) (bin|drawer|trash){END}", r"\1put \2 in the \3"),
    (
        f"{START}{_WHERE}(in|into|inside|to) ({_CONTAINER}) (it|they|{NAMED}) (?:{_MODAL} )?goe?s?{END}",
        r"\1put \4 \2 \3",
    ),
    (r"\bput they\b", "put them"),
    # "box: drawer. bottle: bin", "bin: the can and the mug"
    (
        rf"(^|[.;!,] ?)({LISTED}): ?(?:in |into |to )?(?:the )?({CONTAINERS})(?=[.;!,]|$)",
        r"\1put \2 in the \3",
    ),
    (rf"(^|[.;!,] ?)(?:in |into )?(?:the )?({CONTAINERS}): ?({LISTED})(?=[.;!]|$)", r"\1put \3 in the \2"),
    # "the can goes in the bin", "both mugs should go to the left"
    (
        f"{START}({NAMED}){_GO} {_WHERE}(?=(?:in|into|inside|to|toward|towards|on) (?:the|your|my|that)"
        r" |left\b|right\b)",
        r"\1put \2 ",
    ),
    (
        rf"{START}({NAMED}){_GO} {_WHERE}(?=(?:inside|in there|in it|there|in)(?:[.;:!?,]| and\b|$))",
        r"\1put \2 ",
    ),
    # "the rubbish is where the can goes"; "into the drawer goes the ball", "into the bin with the can"
    (
        f"{START}{_WHERE}(in|into|inside|to) ({_CONTAINER})(?: {_MODAL} go| goes| go| with) ({NAMED}){END}",
        r"\1put \4 \2 \3",
    ),
    (
        f"{START}{_WHERE}(in|into|inside|to) ({_CONTAINER}),? (put|place|drop|throw|toss|stow|move|pop|"
        "stick|chuck|get) "
        rf"({NAMED}){END}",
        r"\1\4 \5 \2 \3",
    ),
    (rf"{START}(?:away|out|off) (?:with|goes|go) ({NAMED}){END}", r"\1throw out \2"),
    # "the drawer should be open", "the can needs to be thrown away"
    (
        f"{START}({NAMED}) {_MODAL}{_MORE} (?:be|get|become|end up|have been|be made)(?! (?:left|kept|"
        r"alone|untouched|there|here|the|a|it|them)\b)"
        rf"{_MORE} (?=\w)",
        r"\1have \2 ",
    ),
    # "the drawer needs closing", "the can wants binning"
    (
        f"{START}({NAMED}) (?:needs?|wants?|requires?|could do with|could use)(?: a (?:good )?)"
        f"?{_MORE} "
        r"(\w+ing)(?: (up|out|away))?\b",
        r"\1\3 \2 \4",
    ),
    # "i want nothing left on the table", "make the table nice and tidy"
    (
        r"(?:\b(?:make sure|make certain|see to it|ensure|i want|i would like|have|get|so|let there be)"
        "(?: that)? )?(?:there (?:is|be) )?"
        r"\bnothing (?:is |to be |must be |should be )?(?:left|remains?|remaining|stays?|standing|"
        "lying) on (?=(?:the|my|this) )",
        "clear ",
    ),
    (r"\b(?:nice|neat|spick) and (?=\w)", ""),
    # "and do not leave it open"
    (rf"(?:\b(?:and|but) )?\bdo not (?:leave|keep) ({NAMED}) (?:standing )?open\b", r"; then close \1"),
    (rf"(?:\b(?:and|but) )?\bdo not (?:leave|keep) ({NAMED}) (?:closed|shut)\b", r"; then open \1"),
    (
        rf"\bwith ({NAMED}) (?:(?:left|kept|staying|remaining|being) )?(?:alone|untouched|undisturbed|"
        "in (?:its |their )?place|"
        r"where (?:it is|they are))",
        r"leaving \1 alone",
    ),
    # "button down", "down with the button"
    (rf"{START}down with ({NAMED}){END}", r"\1press \2"),
    # "get it off the table and into the trash"
    (r"\b((?:off|from)(?: of)? (?:the|my|your|this) \w+),? and (?=into?\b|to\b)", r"\1 "),
    # "bin everything", "chuck out the can"
    (
        rf"(?<!the )(?<!a )(?<!your )(?<!my )(?<!that )(?<!in )(?<!into )(?<!to )\b{_THROWN}(?= "
        rf"{LISTED}\b)",
        "throw out",
    ),
    (rf"\blet ({NAMED}) (?:drop|fall|slide|go|slip|land|roll) (?=into?\b)", r"drop \1 "),
    (rf"\b(?:get|have|take) ({NAMED}) out of (?:here|my sight|there)\b(?! to| into)", r"throw out \1"),
    # "the cans are thrown out but put the bottle in the drawer"
    (r",? \bbut (?=(?:put|have|throw out) (?![^.;]*\b(?:first|beforehand)\b))", "; "),
    (rf"\bbinning (?={NAMED}\b)", "throwing out "),
    (rf"\bbinned (?={NAMED}\b)", "thrown out "),
    (
        rf"\b(?:chuck|bin) ((?:the|that|this|my|both|all)(?: (?!in |into |at |to )\w+){{1,3}}){END}",
        r"throw out \1",
    ),
    (rf"\bcent(?:er|re) ({NAMED})(?: on (?:the|your|my) \w+)?{END}", r"push \1 to the middle"),
    (r" from (?:where (?:it|they) (?:is|are)|(?:its|their) (?:place|spot|position))(?= )", ""),
    (rf"\b(that|this) (\w+(?: \w+)?) (?:over )?there{END}", r"\1 \2"),
    (
        r"\b(?:for|just) (?:a|one) (?:short |little |brief )?(?:moment|second|sec|bit|while|minute|"
        r"instant)\b",
        "",
    ),
    (
        " and (?:then )?(?:stay|wait|remain|stop|hold|pause)(?: (?:there|still|here|put|in place|over "
        f"it|above it))?{END}",
        "",
    ),
    (rf"\b(?:chuck|toss) (everything|all of it|the lot|it all){END}", r"throw out \1"),
    (rf"{START}({NAMED}) (?:has to|have to|needs? to|must) go{END}", r"\1throw out \2"),
    # "put the can and the ball in the bin and the drawer respectively"
    (
        rf"\b(\w+) ({NAMED}),? and ({NAMED}) (in|into|to) ({_CONTAINER}),? and (?:in|into|to)? "
        f"?({_CONTAINER}),? respectively",
        r"\1 \2 \4 \5 and \3 \4 \6",
    ),
    # "as far to the left as you can"
    (
        rf"\bas far (?:over |out |off )*(?:to |towards? |on )?(?:the |your )?({PLACES}) as (?:possible|"
        "you can|it (?:will )?goe?s?)",
        r"to the \1",
    ),
    (
        r"\bas far (?:away |back |out )*(?:from (?:you|yourself|the robot) )?as (?:possible|you can|it "
        "(?:will )?goe?s?)",
        "away from you",
    ),
    (r"\bas (?:close|near) (?:to (?:you|yourself|the robot) )?as (?:possible|you can)", "toward you"),
)
