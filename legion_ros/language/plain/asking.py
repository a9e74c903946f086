"""Requests put as questions, wishes or thanks, and what is said beside them out of politeness."""

from legion_ros.language.plain.parts import COLORS, FIXTURES, KINDS, NAMED, START, STARTS, any_of

__all__ = ["RULES"]

_SOCIAL = any_of(
    "good (?:morning|afternoon|evening|day), (?:hi|hello|hey) (?:there|again|everyone), hiya, "
    "greetings, howdy, "
    "(?:thank you|thanks|cheers)(?: so much| very much| a lot| a million| a bunch| again| in "
    "advance| for (?:your|the) "
    "help| for helping| for that| for everything| mate| buddy| dear| robot)+, many thanks, much "
    "appreciated, "
    "(?:you are|that is|that would be|this is) (?:really |very |so |truly )?(?:a star|the best|"
    "great|awesome|an angel|a "
    "lifesaver|a dear|kind|wonderful|lovely|perfect|fantastic|brilliant|it|all|helpful|amazing|"
    "nice|sweet|good)"
    "(?: for now| for today| of you)?, "
    "(?:good|nice|great|excellent|lovely) (?:job|work|robot|boy|girl|one|stuff|going), well done, "
    "no rush, no hurry, "
    "take your time, excuse me, pardon me, sorry to bother you, sorry for the trouble, if that is "
    "(?:all right|alright), "
    "my friend, my dear, dear, sweetie, sweetheart, darling, honey, love, mate, buddy, pal, there "
    "is a good robot, "
    "goodness(?: me| gracious(?: me)?)?, good (?:heavens|grief|lord|gracious), heavens(?: above)?, "
    "gosh, blimey, crikey, righto, right ho, oi, oy, chop[ -]chop, look (?:lively|sharp|alive), "
    "(?:hop|snap|jump) to it, get a move on, on the double"
)
_GREAT = any_of(
    "great, nice, lovely, good, wonderful, kind of you, very kind of you, best, better, helpful, "
    "so kind, awesome, fantastic, "
    "very nice, really nice, really great, really helpful, perfect, super, brilliant, ideal, "
    "terrific"
)
_GLAD = any_of(
    "(?:really |greatly |very much |so )?appreciate(?: it)?, be (?:so |very |really )?(?:grateful|"
    "glad|happy|thankful|pleased|"
    "delighted|obliged), (?:really )?(?:love|like)(?: it)?"
)

_PURPOSE = any_of(
    "switch, turn, start, stop, make, see, let, check, test, free, avoid, keep, create, give, "
    "save, show, find, look, inspect, "
    "protect, prepare, activate, trigger, ring, signal, call, finish, begin, reset, launch, "
    "light, power, wake, prove, demonstrate, "
    "get ready, confirm, indicate, tell, help, allow"
)

_OPENERS = any_of(
    "lovely, perfect, wonderful, thanks, thank you, sorry, forgive, excuse, pardon, honestly, "
    "frankly, ready, with sugar, "
    "pretty please, have a (?:nice|good|lovely|great), hope, hopefully, happy, merry, bless, much "
    "obliged, ta, go on, "
    "you know what, how are you, how is it going, is not it, shall we, as far as i, no rush, not "
    "to be, if you ask me, "
    "believe me, trust me, guess what, to be honest, in fact, after all, my goodness, oh dear, "
    "does not matter, "
    "it does not matter, last thing, one last thing, i promise, no problem, no worries"
)
_NAMING = f"(?:{KINDS}|{FIXTURES}|table|everything|all|it|them|one|ones|things?|rest|gripper|not)(?:e?s)?"

# Who has no part in it: "my boss", "the baby", but not "the can", "the blue one".
_NOBODY_ELSE = rf"(?!(?:(?:{COLORS}|{KINDS}|{FIXTURES})(?:e?s)?|table|ones?|things?|rest)\b)"
_SOMEBODY = rf"(?:my|our|his|her|the) {_NOBODY_ELSE}\w+"
_MEETING = any_of(
    "meeting, staff meeting, team meeting, inspection, exam, lesson, class, lecture, visit, visitors, "
    "guests, party, dinner, lunch, breakfast, supper, show, demo, game, interview, delivery, rehearsal"
)
_SOON = (
    r"(?:(?:is|are|starts?|begins?|comes?|coming|arrives?|arriving|starting|due) )?"
    r"(?:in|at) (?:a |an |about |less than )?(?:\w+ ){0,2}?"
    r"(?:minutes?|hours?|moment|noon|o'clock|one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
)
_RIGHT_AWAY = (
    r"(?:(?:just|please|so|now) )*"
    r"(?:point|touch|reach|hover|go|show|put|push|move|throw|bin|chuck|open|close|press)\b"
)
_IF = rf"\b(?:it would be {_GREAT}(?: for me)?|i would {_GLAD}(?: it)?) if"

# A reason, or what it is good for; what is said to be left alone after that is none.
_REASON = r"(?:(?! (?:and|but) (?:please |also |then )?(?:do not|never|leave|keep|avoid)\b)[^.,;:!?])*"

RULES = (
    (r"\b(?:um|uh|er|uhm|erm|hmm)\b,? ?", ""),
    (
        r"\bthe last thing (?:i|we) (?:want|need|would like)(?: to see)? is (?!(?:for )?(?:you|to)\b)",
        "never have ",  # the guard is to see it
    ),
    (r"\b(mr|mrs|ms|dr|prof)\. (?=\w)", r"\1 "),
    (r"\b(to|from) (?:ya|yer)\b", r"\1 you"),
    # "how many times do i have to say it, open the drawer!"
    (
        r"^how (?:many times|often) (?:do|must|should) i (?:have to |need to )?(?:say|tell|repeat|ask)"
        r"(?: (?:it|that|this|you|myself))*[.;:!?,]+ (?=\w)",
        "",
    ),
    # "as per the client's request, ..."
    (
        r"^(?:as )?(?:per|at|by|on) (?!no)(?:the |my |our |his |her )?(?:\w+'s? )?"
        r"(?:requests?|orders?|instructions?|wish(?:es)?)(?: of (?:the |my |our )?\w+)?, (?=\w)",
        "",
    ),
    (r"^(?:(?:small|slight|little|minor|quick) )?change of plans?[.;:!,] (?=\w)", ""),
    # "shut it before somebody trips over it"
    (
        r"(?<=\w),? before (?:somebody|someone|anybody|anyone|one of us|we|i|he|she|they) (?:all )?"
        r"(?:trip|fall|bang|bump|slip|stumble|hurt|knock|step|walk into|run into|get hurt|gets hurt)s?\b"
        r"[^.,;:!?]*",
        "",
    ),
    (r", (?:he|she|(?:my|our) \w+) is (?:almost|nearly) (?:home|here|back)(?=[.;!,]|$)", ""),
    # "what a lot of cans! all of them in the bin"
    (
        rf"(^|[.;:!?,] ?)what a (?:lot|load|heap|pile|bunch|number) of ({KINDS})(e?s)[.;:!,] (?=\w)",
        r"\1there are the \2\3. ",
    ),
    # "..., thanks, Jo"
    (
        r"(?<=[.!;]) ?(?:thanks|thank you|thx|cheers|ta|regards|yours|best|love),? "
        rf"(?!{_RIGHT_AWAY})[a-z]+[.!]?$",
        "",
    ),
    # "staff meeting in ten minutes, clear the table": when it is to be done is not said by that
    (
        rf"^(?:(?:the|a|an|my|our|there is|there is an?|we have an?) )?(?:\w+ )?{_MEETING} {_SOON}"
        rf"[.;:!,] (?={_RIGHT_AWAY}|clear|tidy|clean|get|could|can|would|please)",
        "",
    ),
    # "which one is the orange block? just point to it"
    (
        rf"^which (?:one |of (?:these|them|those) )?(?:is|are) ({NAMED})[.;:!?,] (?={_RIGHT_AWAY}[^?]*$)",
        r"there is \1. ",
    ),
    # "it would be great if the cans ended up in the bin", "i would love it if the drawer was shut"
    (
        rf"{_IF} ({NAMED}) (?:ended up|landed|went|could (?:go|end up|land)|found (?:its|their) way) "
        r"(?=(?:in|into|to|on)\b)",
        r"\1 should go ",
    ),
    (rf"{_IF} ({NAMED}) (?:was|were|got|could be) (?!to\b)", r"\1 should be "),
    (
        r"^(?:(?:please|now|come on|just),? )*(?:move|get|use|lift|shift|swing) (?:your|that) (?:\w+ )?"
        r"(?:arm|hand|gripper|claw|self|butt|backside)(?: moving| going)? and (?=\w)",
        "",
    ),
    # "so our guests can see which one it is"
    (rf",? \bso (?:that )?{_SOMEBODY} (?:can|could|will|may|know|knows|sees?) [^.,;:!?]*", ""),
    # "my daughter collects blue", "the baby can reach it there": remarks, as "i ..." is one
    (
        rf"(^|[.;:!?,] ?)(?:my|our) {_NOBODY_ELSE}\w+ "
        r"(?!(?:needs|wants|says|asks|likes|prefers|goes|belongs|is|has|was)\b)(?=[a-z]+s\b)"
        r"(?!\w+s (?:in|into|to)\b)",
        r"\1i ",
    ),
    (
        rf"(^|[.;:!?,] ?){_SOMEBODY} can "
        r"(?=(?:reach|see|play|use|sit|drink|eat|find|read|look|enjoy|sleep|hear)\b)",
        r"\1i ",
    ),
    # "... but i want to keep the mugs, so the cans go in the bin and the mugs in the drawer"
    (rf"(?:,? (?:but|and)|(?:^|(?<=[.;!,] ))) ?i want to keep ({NAMED}), so (?=[^.;]*\bdrawer\b)", ". "),
    (r"^(?:\w+ ){0,2}(?:sequence|run|routine|procedure|protocol|program|steps|list): (?=\w)", ""),
    (r"\bmind (?:that )?you (?=keep|stay|do not|leave)", ""),
    (
        rf"(^|[.;:!?,] ?)(?:my|the|our) (?!(?:{COLORS} )?{KINDS}\b)\w+ (?=(?:left|forgot|dropped|"
        "brought) )",
        r"\1i ",
    ),
    (
        rf"{START}(?:could|would) ({NAMED}) (?:please |kindly )?(?:go|move) (?=(?:in|into|to|on) )",
        r"\1put \2 ",
    ),
    (r", (?:is not it|are not they|does not it|do not you think|right|you know|huh|eh|shall we)\?", "."),
    (r"(^|[.;:!?,] ?)(?:and |but )?(?:it |that )?does not (?:really )?matter\b[^.;:!?,]*", r"\1"),
    (r",? ?\b(?:and )?(?:then )?you are (?:all )?(?:done|finished|free)(?=[.;!?,]|$)", ""),
    (rf"(?<=\w),? because {_REASON}", ""),
    (r" out of (?:the|my) way,? (?:and )?(?=(?:into|in|to) )", " "),
    (r"\bever so\b", "so"),
    (rf"(^|[.;!?] ?)you (?:did|were|have been|look|seem) (?![^.;:!?]*\b{_NAMING}\b)[^.;:!?]*[.;:!?]", r"\1"),
    # what is said beside a request and names nothing: "have a nice day"
    (
        rf"(^|[.;:!?,] ?)(?:and |but )?{_OPENERS}\b(?! to )(?![^.;:!?,]*\b{_NAMING}\b)"
        "[^.;:!?,]*(?=[.;:!?,]|$)[.;:!?,]?",
        r"\1",
    ),
    (r"\bbe (?:an? |so |my )(?!careful)(?:\w+ ){1,3}?and (?=\w)", ""),
    (r"\bbe so (?:good|kind|nice|lovely) as to ", ""),
    (r"\bbe (?:very )?(?:careful|sure) to (?=keep|stay|leave|avoid)", ""),
    (
        "(^|[.;:!?,] ?)do (?=(?:put|pop|open|close|shut|press|push|clear|tidy|throw|bin|move|slide|go|"
        "come) )",
        r"\1",
    ),
    (r"\bn\b|'n'", "and"),
    (r",? tho(?:ugh)?(?=[.,;!]|$)", ""),
    (r"^((?:i|we|it|this|that|there) (?!would like|want|need|have)[^.,;:!?]{1,40}): (?=\w)", r"\1. "),
    (r"[,.;] (?:and )?(?:job )?(?:done|finished|that is (?:all|it))(?=[.!]|$)", ""),
    (
        "^(?:i|we) (?:would like|want|need|have)(?: you to do)?(?: (?:one|two|three|some|a few|"
        "several|the following))?"
        r"(?: (?:things?|favou?rs?|requests?|tasks?|jobs?))?(?: (?:from|for) you)?: ",
        "",
    ),
    (r"(?<=[,.;]) wait(?: (?:a|one) (?:moment|second|bit|minute)| there)?(?=[,.;])[,.;]", ""),
    (r", (?:please|kindly), ?(?=(?:in|into|inside|to) )", " "),
    (r"\b(?:will|would|could|can) (?:ya|yer|yous)\b", "please"),
    (
        r"^before (?:we|you|i) (?:begin|start|go|continue|proceed|do anything)(?: \w+)?, "
        r"(?:please |could you |can you )?",
        "",
    ),
    (r"\bwould it (?:kill|hurt) you to\b", ""),
    (r"\bwithout (?:hurrying|rushing|haste|hesitation|delay|(?:any )?fuss),? ?", ""),
    (r"^(?:\w+ )?(?:request|command|clean-?up|instruction|order)s?: (?=\w)", ""),
    (r"\b(?:pls|plz|pleez|pleaze)\b", "please"),
    (r"\b(?:thx|thnx|tnx|ty|tysm|ta)\b", "thanks"),
    (r"\bu\b", "you"),
    (r" -+ |\.\.+", ", "),
    (rf"(^|[.;:!?,] ?)(?:and )?{_SOCIAL}(?:,? (?:robot|arm|legion))?(?= *(?:[.;:!?,]|$))", r"\1"),
    (
        r"\b(?:would|will) it be possible(?: for you)? to\b|"
        r"\b(?:is|be|would) there (?:be )?(?:any|a) (?:chance|way)(?: that)? you (?:could|can|would)\b|"
        r"\bany chance (?:that )?you (?:could|can|would)\b|\bany chance of (?=\w+ing\b)|"
        r"\b(?:could|can|may|might) i (?:please |kindly )?(?:trouble|ask|get|bother|have|beg) you "
        r"(?:to|for)\b|"
        r"\b(?:do|would|don't|do not) you think (?:that )?you (?:could|can|would|might)\b|"
        r"\bi (?:wonder|was wondering|am wondering)(?: if| whether) you (?:could|can|would|might)\b|"
        rf"\bit (?:would|will) be {_GREAT}(?: for me)?(?: to have you| to|,? if you (?:would|could|can))"
        r"?(?: please)?,? (?=\w)|"
        rf"\bi would {_GLAD}(?: it)? if you (?:would |could |can )?|"
        r"\bi would be (?:so |very |really )?(?:grateful|glad|happy|thankful|obliged),? (?=\w+ (?:the|"
        r"that|both|all|it|my)\b)|"
        r"\bdo me a (?:favou?r|kindness)(?: and|,)|\bwould you be (?:so kind as|kind enough|able|"
        "willing|a dear and|so good as)"
        r"(?: to)?\b|\bwould you care to\b|"
        r"\b(?:how|what) about (?:you )?(?=\w+ing\b)|\bmind (?=\w+ing (?:the|all|both|every|my|that|it)"
        r"\b)|"
        r"\bwhy not (?=\w+ (?:the|all|both|every|my|that|it)\b)|\bmight you\b|\bi (?:will|would) need "
        r"you to\b",
        "",
    ),
    # "can we have the drawer open?", "may i see the can in the bin"
    (
        r"\b(?:can|could|may|might|would) (?:i|we|you) (?:please |kindly )?(?:have|get|see|make)(?: me)"
        r"? (?=\w)",
        "have ",
    ),
    # "no, not the red one": the "no" says nothing
    (
        "^(?:(?:no|wait|hang on|hold on|oi|psst|hmm|ahem|okay|right|alright|all right|listen|look|see|"
        "yes|yeah|actually|now then|right then|okay then|ok then|alright then|well then),|oops|um|uh|"
        "hmm|er|ah|"
        r"oh|okay|ok|well|yo|hey),? (?=\w)",
        "",
    ),
    (
        r"(?<=\w)'s (?=(?:closed|open|opened|shut|empty|clear|cleared|pressed|in the|on the|gone|not|"
        r"all|tidy|clean|done|nearest|closest|farthest|furthest)\b)",
        " is ",
    ),
    (r" so that it is (?=above|over|near|close|next)", " "),
    (
        rf"^(?:could|would) ({NAMED}) (?:please |kindly )?be (?=\w+ed\b|shut\b|thrown\b|put\b|taken\b)",
        r"have \1 ",
    ),
    (rf",? \bso that {_REASON}", ""),
    (
        r"^(?:now that|since|because|given that|seeing (?:that|as)|as) (?!part |soon )([^,.;]*), (?=\w)",
        r"\1. ",
    ),
    (
        r"^be (?:a |so |my )?(?:good|dear|nice|kind|sport|love|darling|sweet|helpful)\w*(?: \w+)? and "
        r"(?=\w)",
        "",
    ),
    (
        r"^(?:for|as part of|in preparation for|considering) (?![^,]*\b(?:in|into) the )"
        r"[^.,;:!?]*, (?=\w)",
        "",
    ),
    (rf"\b((?:{KINDS}|{FIXTURES}|table|it|them)s?),? (?:in order )?to {_PURPOSE} [^.,;:!?]*", r"\1"),
    (
        r",? \bso (?:that )?(?:the|my|our|this|that|everything|nothing) (?![^.,;:!?]*\b(?:in|into|to|"
        "away|off|should|must|needs?|has|"
        r"can|goes in|belongs)\b)[^.,;:!?]*",
        "",
    ),
    (
        "(^|[.;:!?,] ?)(?:and )?(?:oh|ah|hey|well|okay|ok|though|however|anyway|actually|by the way|"
        "btw|hmm|uh|um|er)(?:,? and)?, ",
        r"\1",
    ),
    (r"\bbe (?:very |extra |really )?careful(?=[:;,.!]|$)[:;,]? ?", ""),
    (
        "^(?:in order )?to (?!(?:start|begin|finish|end|conclude)(?: (?:with|off|up))?,)(?!the |your |"
        r"my |that |both |each )[^,.;:!?]*, (?=\w)",
        "",
    ),
    (
        r"^(?:make|help|start|begin|free|assist|test|end|finish|get|clean)\b(?![^.;,:!?]*\bby (?:the|"
        r"it)\b)[^.;,:!?]*? by (?=\w+ing )",
        "",
    ),
    (
        r"^(?:(?:the )?(?:end|start|beginning) of (?:the )?\w+|\w+ time|for \w+|(?:next|first|last|new|"
        "one more|another) (?:thing|one|job|task|"
        r"request)|note(?: (?:to|for) (?:the )?\w+)?|reminder|update|robot|legion|arm|panda|today|now|"
        r"right|question|"
        "voice command|"
        r"message)(?: for (?:you|today|now))?: (?:; )?(?=\w)",
        "",
    ),
    (rf"\bit is time for ({NAMED}) to ", r"\1 should "),
    (
        " before (?:lunch|dinner|breakfast|tea|class|work|the (?:meeting|demo|lesson|visit|show|"
        r"guests|visitors)(?: \w+)?)\b",
        "",
    ),
    (
        r"[.,;]? ?\b(?:and |but )?(?:there is )?no need to (?:close|shut|open|hurry|rush) ?(?:it|up)"
        "?(?: again| afterwards)?(?=[.,;:!?]|$)",
        "",
    ),
    (r"^what an? [^.,;:!?]*[.,;:!?] ?", ""),
    (r"^care to (?=\w+ (?:the|all|both|every|my|that|it)\b)", ""),
    (
        "(^|[.;!?,] ?)(?:i (?:think|guess|believe|suppose|feel|would say|reckon|say|figure|would "
        "suggest|suggest)|it seems|in my opinion)"
        r"(?: that)?,? (?!you )(?=\w)",
        r"\1",
    ),
    (
        rf"\b(?:what|all) (?:i|we) (?:want|need|would like|ask)(?: from you| of you)? is (?={STARTS} )",
        "have ",
    ),
    (
        r"\b(?:what|all) (?:i|we) (?:want|need|would like|ask)(?: from you| of you)? is (?:for )"
        "?(?:you to|to|that you) ",
        "",
    ),
    # "someone left a can here. bin it"
    (
        "(^|[.;:!?,] ?)(?:someone|somebody|people|they) (?=(?:left|forgot|dropped|has|have|had|was|"
        "were|made|put) )",
        r"\1i ",
    ),
    # "open the drawer so that i can look inside": what it is good for is nothing to do
    (
        ",? (?:so(?: that)?|because|as|since|cause|in order that|for) (?:(?:i|we|there|he|she|nobody|"
        "no one|somebody|"
        "someone)|(?:it|they)(?! (?:goes|go|should|must|had better|would|has to|have to|needs?|"
        "belongs?|can|may|is to|"
        rf"are to|ought)\b)) {_REASON}",
        "",
    ),
)
