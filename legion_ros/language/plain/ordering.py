"""Words that tell the order, said again with "then", "before" and "after you have"."""

from legion_ros.language.plain.parts import END, FIXTURES, KINDS, NAMED, any_of

__all__ = ["RULES"]

_TASK = any_of(
    "thing, task, job, step, move, action, order of business, request, item, instruction, command, duty, stop"
)
_TO_DO = (
    "(?: (?:to do|you do|you should do|you must do|i want(?: you to do)?|i need(?: you to do)?|i "
    "would like(?: you to do)?|"
    r"on the list|for you|of all|for now|we need))*"
)
_IS = r"(?: (?:is|are|should be|will be|would be|must be)(?: to| for you to| that you)?|:|,)"
_LATER = any_of("second, third, fourth, fifth, next, following, other")
_VERBS = any_of(
    "press, push, put, open, close, shut, clear, tidy, bin, throw, toss, move, slide, reach, go, "
    "get, take, pick, drop, place, "
    "stow, hover, hit, bring, store, tap, drag, pull, shove, nudge, dump, discard, clean, chuck, "
    "have, dispose, stash, point, pop"
)
_NOT_YET = r"(?:do|must|should|can|may|shall) not(?: you)?"

RULES = (
    (r"(?<=\w) [2-9]\. (?=[a-z])", "; then "),
    (
        r",? ?\b(?:when|once|as soon as) (?:everything|all|that|this|it|all (?:of )?(?:that|this|it)) "
        "is "
        r"(?:all )?(?:done|finished|over|complete)(?=[.;!?]|$)",
        "",
    ),
    (
        r"\b(?:when|once|as soon as) (?:everything|all|all (?:of )?(?:that|this|it)) is "
        r"(?:all )?(?:done|finished|over|complete)\b,?",
        "then ",
    ),
    (rf"\bplus (?={_VERBS} )", "and "),
    (
        r"[.;!?,] (?:but|though|only) (?:first(?: of all)?|before that|beforehand),? (?:please )?|"
        r",? and,? first of all,? (?:please )?",
        ", but first ",
    ),
    (
        rf",? ?\b(?:and )?(?:follow(?:ed)?(?: up)?|continue|go on|carry on|proceed) with (?={NAMED}\b)",
        " then ",
    ),
    (r"^only (?:after|once) ([^,]+?),? should you ", r"after \1, "),
    (
        rf"\b(?:once|as soon as|after|when) ({NAMED}) (?:has|have) (?:gone|landed|ended up) (?=\w)",
        r"after you have \1 ",
    ),
    (r"\bwait(?:ing)? for (?:that|this|it) to (?:finish|be done|end|happen|be finished)\b,? ?", ""),
    # "step one: press the button. step two: ..."
    (
        "(^|[.;!?,] ?)(?:and )?"
        "(?:(?:step|part|task|number) ?(?:one|two|three|four|five|six|[1-6])|no ?[1-6])[:.,]? ",
        r"\1then ",
    ),
    (r"(^|[.;!?,] ?)[1-6][.:] ?(?=[a-z])", r"\1then "),
    # "the first thing to do is press the button", "your last task is to ..."
    (rf"\b(?:the|your|my) (?:very )?first {_TASK}?{_TO_DO}{_IS} ", "first "),
    (rf"(?:,? ?\band )?\b(?:the|your|my) {_LATER}(?: {_TASK})?{_TO_DO}{_IS} ", " then "),
    (
        rf"(?:,? ?\b(?:and|but) )?\b(?:the|your|my) (?:very )?(?:last|final)(?: {_TASK})?{_TO_DO}{_IS} ",
        ". finally ",
    ),
    (
        "(^|[.;!?] ?)(?:and )?([^.;!?,]+?) (?:last(?: of all)?|at the (?:very )?end|as (?:the|your|a) "
        "(?:very )?(?:last|final) "
        r"(?:thing|step|action|task|move|job))"
        r"(?=,|[.;!?]|$| but\b)",
        r"\1finally \2",
    ),
    (
        r"\b(?:as (?:the|a|your) (?:very )?(?:first|next|last|final|second|third) (?:step|thing|task|"
        "move)|as a start|"
        "for (?:a start|starters)|to (?:start|begin)(?: off)?(?: with)?|first (?:of all|things first|"
        "off|up)|firstly|"
        r"before (?:you )?do(?:ing)? (?:anything|something)(?: else)?|"
        r"before (?:anything|everything|all) else|before all else|above all|initially)\b,?",
        "first ",
    ),
    (
        r"\b(?:secondly|thirdly|fourthly|subsequently|following (?:that|this|which)|when (?:that|this|"
        "it) is (?:all )?(?:done|over)|"
        "from there|thereafter|only then|and then only|after (?:that|this|it)|at (?:the )?(?:very )"
        "?(?:end|last)|in the end|"
        "to (?:finish|end|conclude|wrap up|round (?:it )?off)(?: (?:off|up|things))*(?=,)|as (?:the|a)"
        " last (?:thing|step)|"
        "last but not least|last of all|last thing|next thing|next up|once (?:that|this) is|(?:that|"
        "this) done|with (?:that|this) done)"
        r"\b,? ?",
        "then ",
    ),
    (
        r"(^|[.;!?,] ?)(?:and |then )*(?:last|next|second|third),? (?=\w+ (?:the|all|both|every|it|my|"
        r"that|your|down|up)\b)",
        r"\1then ",
    ),
    (rf",? next,? (?={NAMED}\b)", " then "),
    (r"\b(?:start|begin|kick) (?:off |out |things )*(?:by|with) (?=\w+ing\b)", "first "),
    (r"\b(?:finish|end|conclude|close|wrap)(?: (?:off|up|things|it))* (?:by|with) (?=\w+ing\b)", "then "),
    (
        r"\b(?:finish|end|conclude|close)(?: (?:off|up))? with an? (press|push|tap|click) (?:of|on) "
        "(?=the)",
        r"then \1 ",
    ),
    (
        "(?:^|(?<=[.;!?,] ))(?:(?:the |my |your |a |one |first |next |here is (?:a|the|your) )"
        "*(?:command|order|request|mission|goal|"
        "wish|assignment)(?: (?:is|for you))*(?: (?:simple|this))?|in order|(?:two|three|four|some|a "
        "few|a couple of) (?:things|tasks|steps|jobs)(?: (?:to do|for you))?|"
        "here is (?:what to do|the plan|what i (?:want|need))|this is (?:what to do|the plan)|(?:the )"
        "?plan|to do|todo|tasks?|"
        r"instructions?|do (?:two|three) things|your (?:tasks?|jobs?|orders?))[:,] ?",
        "",
    ),
    (
        r"(^|[.;!?] ?)([^.;!?,]+?) first,? (?:and )?(?:then )?([^.;!?,]+?) second(?=[.,;!]|$)",
        r"\1\2, then \3",
    ),
    # "..., in this order: ..."
    (
        r",? ?\b(?:all )?(?:in (?:that|this|the following|exactly (?:that|this)|just that) (?:order|"
        "sequence)|one (?:by one|after "
        "(?:the other|another)|at a time)|in turn|in sequence|in that exact order|do (?:this|the "
        "following|these(?: things)?|both)(?: in order)?|"
        r"respecting the order)\b *[:,]?",
        " ",
    ),
    # "only press the button after ...", "... and only after that"
    (r"\b(?:and )?only (?=(?:after|once|when|then|as soon as)\b)", ""),
    (r"\bonly (?=\w+ [^.;,]*\b(?:after|once|as soon as)\b)", ""),
    # "do not press it until the can is in the bin", "press it, but not before ..."
    (r"\bbefore (?:you do|doing) (?:that|this|so|it)\b", "before that"),
    (r"(?<=that|this), (?:though|however),? ?", ", "),
    (rf"\bwait(?: with {NAMED})? (?:until|till) ([^.,;]+?),? (?:and )?(?:then|before) (?=\w)", r"after \1, "),
    (
        rf"(?:\b(?:but|and) )?\b{_NOT_YET} (?!touch|move)([^.;:!?]+?),? (?:until|till|before|unless) "
        r"you have (?=\w)",
        r"\1 after you have ",
    ),
    # "before opening the drawer press the button"
    (
        rf"^((?:before|after|once|when) (?:you |(?=\w+ing ))[^,.;:]*?\b(?:{KINDS}|{FIXTURES}|table|it|"
        f"them)s?) (?={_VERBS} )",
        r"\1, ",
    ),
    (
        rf"(?:\b(?:but|and) )?\b{_NOT_YET} (?!touch|move)([^.;:!?]+?),? (?:until|till|before|unless) "
        r"(?:you have |after )?(?=\w)",
        r"\1 after ",
    ),
    (r",? ?\b(?:but |and |though |although )?(?:not |never )(?:until|till|before) (?:after )?", " after "),
    (r",? ?(?<!are )(?<!am )(?<!is )(?<!be )\bhaving (?:first |already )?(?=\w)", " after having "),
    (r"\bafter having (\w+) (the [^,.;]*?) (?:first|before|beforehand)\b", r"after having \1 \2"),
    # "once the bottle is in the bin, ...", "before the drawer is closed, ..."
    (
        rf"\b(?:once|as soon as|after|immediately after|right after|when) ({NAMED}) (?:has|have) been "
        r"(?=\w)",
        r"after you have \1 ",
    ),
    (
        rf"\b(?:once|as soon as|after) ({NAMED}) (?:is|are|gets?|goes|sits?|lies|stands?|ends? up)"
        r"(?: (?:safely|all|finally|both|properly|now|already|fully|nicely))* (?=\w)",
        r"after you have \1 ",
    ),
    (rf"\bbefore ({NAMED}) (?:is|are|gets?|has been|have been|goes)(?: all)? (?=\w)", r"before you have \1 "),
    # "once you have pressed it", "when you are done putting the can away"
    (
        r"\b(?:once|as soon as|when|after) you (?:have |are )?(?:(?:first |already |successfully )*)?"
        r"(?:(?:done|finished|through|finish)(?: with)? (?=\w+ing\b)|(?=(?!have |are )\w+(?:ed|t|n|"
        "shut)? "
        "(?:the|all|both|every|each|it|them|that|"
        r"everything|my|your|down|up|away|out)\b))",
        "after you have ",
    ),
    (rf"(?<=\w),? and (?=after you have [^,.;]*{END})", ", and "),
)
