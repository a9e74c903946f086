"""Remarks with a negation that forbid nothing: "nobody drinks from that mug any more, so bin it".

A negation speaks against doing something, unless its clause only states what somebody can't do, does not
use, want, like, know or care about, or what a thing is no longer good for. Such a clause is told by its
form: who, a negation, one of a few verbs; and no word in it that permits, obliges, puts off, takes back,
speaks to the robot, or says what the robot could do. Whatever else is negated stays so, for the guard to
reject.
"""

import re
from itertools import pairwise

from legion_ros.language.noun_phrases import begins_with_name
from legion_ros.language.plain.parts import COLORS, FIXTURES, KINDS

__all__ = ["NOBODY", "OPENERS", "PERSON", "WEIGHTY", "pieces", "without_remarks"]

WEIGHTY = re.compile(
    r"\b(?:you|your|yourself|robot|arm|gripper|should|shall|must|may|might|ought|let|lets|allow\w*|permi\w*|"
    r"supposed|forb\w+|ban|banned|prohibit\w*|orders?|ordered|command\w*|instruct\w*|ask\w*|told|said|says?|"
    r"saying|means?|meant|request\w*|approv\w*|agree\w*|serious\w*|kidding|joking|joke|yet|until|till|before|"
    r"unless|if|whether|ready|today|tomorrow|tonight|later|necessary|(?:need|have|ha[ds])s? to|"
    r"(?:want|like)s? to (?!see\b|hear\b|look at\b)|better|wise|idea to|safe|right|ok|okay|fine|acceptable|"
    r"appropriate|except|but|or|nor|without|wrong|stop|please|then)\b|@"
)
_YOU_MEAN = re.compile(r"\byou (?:mean|meant|see|know)\b")
# What the robot could do, and how things are then or are kept: nobody says so of what is only not liked.
_DOING = (
    r"\b(?:\w*(?:open|clos|shut|press|push|clear|tidy|tidi|touch|mov|throw|binn|trash|reach|grab|toss|"
    r"drop|slid|plac|putt|stor|stow|tak|pick|shift|discard|dispos|chuck|leav|stay|remain|keep|break|brok|damag|harm|"
    r"spill|knock|disturb|los|disappear|vanish|part)\w*|"
    r"put|bin|go|goes|going|gone|be|being|in|into|inside|to|onto|over|near|left|off|away|that|this)\b"
)
_IDLE = rf"(?!.*{_DOING}).*"
_AWAY = r"(?!.*\b(?:go|going|gone|thrown|binned|away|los\w+|part\w*|in (?:the|a|my) (?:bin|trash))\b).*"
_WH = r"(?:which|what|who|whom|whose|where|how)\b"
_LONGER = r"(?: (?:any ?more|any longer|these days|myself|ourselves|either))"
_MORE = rf"(?:{_LONGER}| (?:again|now|at all|(?:around |out |over )?here))"
_NOT_A_VERB = r"(?!(?:open|close|shut|press|push|put|bin|clear|tidy|do|just|it|that|this|not|no|nothing)\b)"
PERSON = (
    r"(?:(?:my|our|his|her|their|the)"
    rf"(?: (?!(?:{COLORS}|{KINDS}|{FIXTURES}|table|not)\b)[\w'-]+){{1,3}}?|{_NOT_A_VERB}[a-z]+)"
)
_THING = (
    r"(?:(?:the|those|these|my|our|both|all)"
    rf"(?: (?!not\b)[\w'-]+){{0,2}} (?:{KINDS}|{FIXTURES}|table|desk|thing|stuff)(?:e?s)?|it|they)"
)
NOBODY = (
    r"(?:nobody|no one|no-one|none of us|neither of us)"
    r"(?: (?:else|here|(?:in|at) (?:this|the|my|our) \w+))?(?:'s)?"
)
_NEVER = r"(?:never|hardly(?: ever)?|rarely|no longer)"
_DO_NOT = rf"(?:(?:do|does|did|will|would) not(?: even| ever| much| really)?|{_NEVER})(?: be)?"
_WISH = r"(?:need|want|like|love|miss)(?:s|es|d|ed|ing)?"
_USE = (
    r"(?:us(?:e|es|ed|ing)|drinks?|drank|drunk|drinking|eats?|ate|eaten|eating|reads?|reading|"
    r"play(?:s|ed|ing)?|wears?)"
)
_SENSE = (
    r"(?:see|find|tell|remember|recall|think straight|think clearly|work|concentrate|focus|sleep|hear|read|"
    r"relax|breathe|study|reach|make out|get used to|look at|wait|live|cope|keep up|eat|drink|sit|write|"
    r"play|use|do a thing)"
)
_POINTING = r" (?:it|that|this|them|these|those)"
_ANYBODY = r"(?:anybody|anyone|people|the \w+|my \w+|our \w+)"
_HAVE_DONE = r"(?:liked|needed|wanted|used|drunk|eaten|played|read|worn|understood|seen)"
_WILL = r"(?:going to |(?:is|was|will|would|has|have|ever|even|still|really)(?: going to| ever| be| been)* )?"
_IS_NOT = r"(?:is|are|was|were) (?:no longer|not|never|no)(?: exactly| quite)?(?: of)?(?: any| much)?"
_FOR_ANYONE = rf"(?:{_MORE}| (?:to|for) (?:me|us|anyone|anybody|him|her|them|anything))"
_OF_US = r"(?:i|we|he|she|my \w+)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # "i can never tell them apart", "my wife can't stand clutter"
        rf"(?:{PERSON} (?:can|could) (?:not|never|hardly)(?: even| ever| quite)?|"
        rf"{NOBODY} (?:can|could)(?: even| ever)?) {_SENSE}\b(?! why\b).*",
        rf"(?:{PERSON} (?:can|could) (?:not|never|hardly)|{NOBODY} can) (?:stand|bear|abide)\b{_AWAY}",
        # "i don't care which"
        rf"{PERSON} (?:do|does) not (?:much |really )?(?:care|mind) {_WH}.*",
        rf"{PERSON} (?:do|does) not (?:much |really )?care(?: (?:for|about) .*)?",
        # "i don't need that bottle any more", "she never liked it", "i've never seen such a mess"
        rf"{PERSON} {_DO_NOT} {_WISH}\b(?!{_POINTING}$) (?:to (?:see|hear|look at) )?{_IDLE}",
        rf"{PERSON} {_DO_NOT} {_WISH} (?:it|them){_LONGER}+",
        rf"{PERSON} {_DO_NOT} {_USE}\b(?!.*\b(?:open|closed|shut)\b).*",
        rf"{PERSON} (?:do|does) not (?:want|like) {_ANYBODY} (?=\w+ing\b){_IDLE}",
        rf"{PERSON} (?:have|has|had) (?:not|never)(?: even| ever| once)? {_HAVE_DONE}\b{_IDLE}",
        rf"{PERSON} (?:do|does) not (?:think|believe|suppose) (?:anyone|anybody|he|she|they|we|i|people)"
        rf" (?:will |would |is going to |are going to |ever |still )*(?:{_WISH}|{_USE})\b{_IDLE}",
        rf"(?:i|we) (?:have|had)(?: got)? (?:absolutely )?no (?:idea|clue) {_WH}.*",
        # "nobody's going to drink out of that bottle any more"
        rf"{NOBODY} {_WILL}{_WISH}\b(?!{_POINTING}$) {_IDLE}",
        rf"{NOBODY} {_WILL}{_WISH} (?:it|them)(?:{_MORE}+)?",
        rf"{NOBODY} {_WILL}{_USE}\b(?!.*\b(?:open|closed|shut|to be)\b).*",
        rf"{NOBODY} (?:cares?|minds?)(?: (?:about|for|{_WH}) .*)?",
        # "the cans aren't needed any more", "the button won't press itself"
        rf"{_THING} {_IS_NOT} (?:good|use){_FOR_ANYONE}+",
        rf"{_THING} {_IS_NOT} (?:fun|working|useful|pretty|worth \w+(?: \w+)?|a pretty sight|"
        rf"what (?:it|they) (?:used to be|once (?:was|were))){_FOR_ANYONE}*",
        rf"{_THING} (?:is|are) no longer (?:needed|used|wanted|required)",
        rf"{_THING} (?:is|are) not (?:needed|used|wanted|required) (?:any ?more|any longer)",
        rf"{_THING} (?:do|does|did|will) not (?:work|function|hold water|close properly|taste good|last|"
        rf"smell (?:good|nice)|look (?:nice|good|tidy|pretty)|spin|roll|bounce|fit me|suit me){_MORE}*",
        rf"{_THING} (?:will not|is not going to|are not going to|does not|do not) (?:open|close|shut|press|"
        r"push|clear|tidy|empty|bin|clean|move) (?:itself|themselves)(?: (?:up|away|off|out|shut|open))?",
        rf"{_OF_US} (?:am|is|are) not (?:(?:tall|strong|young|fit|steady|quick) enough|"
        r"as (?:tall|strong|young|fit|quick) as .*|getting any younger|a fan of \w+)",
        rf"{_OF_US} (?:am|is|are) (?:no|not an?) (?:expert|athlete|giant)",
        # "i have no use for it", "there's nothing left in it"
        rf"{_OF_US} (?:have|has)(?: got)? (?:no|not much|little)(?: more| further)? (?:use|need)"
        rf"(?: (?:for|of) (?:it|them|(?:the|my|those|these|a|any) {_IDLE}))?",
        rf"(?:{_THING}|i|we) (?:have|has)(?: got)? no (?:lid|handle|cap|label|patience|room)"
        r"(?: left| any ?more)?",
        r"there is (?:nothing|no (?:water|juice|soda|coffee|tea)|not a drop)(?: left)? in (?:it|them|there|"
        rf"the (?:{COLORS} )?{KINDS})(?: any ?more)?",
        r"there (?:is|are) (?:no|not enough|not much|hardly any) (?:room|space|light)(?: left)?(?: here)?",
        r"(?:there is )?no (?:use|sense|point)(?: in)? (?:keeping|holding on to|hanging on to) .*",
    )
)
# What may leave open what is to be done, if it is said after that: "put it away, i don't know where".
_OPEN = tuple(
    re.compile(form)
    for form in (
        rf"{PERSON} (?:do|does|did|could) not (?:even )?(?:know|remember|recall|see) (?:exactly )?{_WH}.*",
        rf"{PERSON} (?:am|is|are) not (?:quite )?sure {_WH}.*",
        rf"{PERSON} (?:have|has) never (?:known|understood) {_WH}.*",
    )
)
# Idioms that only press for it, though they speak of saying, or to the robot.
_PRESSING = re.compile(
    r"(?:and |so |but |please )*do not make me (?:say|ask|repeat|tell you|beg)"
    r"(?: (?:it|that|this|you|myself))*(?: (?:again|twice))?|"
    r"(?:i|we) (?:do not have|have not(?: got)?) (?:all|the whole) (?:day|night|morning|afternoon|evening)|"
    r"(?:(?:i|we) do not (?:really |much )?(?:care|mind)|(?:nobody|no one) (?:cares|minds)) how "
    r"(?:you (?:do|manage|go about) it|it (?:is|gets) done|you get it done|long it takes(?: you)?)"
)
_AS_IF = re.compile(r"\bit is not (?:as if|like) (?:anybody|anyone)\b")
_NEGATION = re.compile(r"\b(?:not|never|no|none|nothing|nobody|neither|hardly|rarely)\b")
OPENERS = re.compile(
    r"^(?:(?:and|well|oh|look|listen|honestly|frankly|sadly|actually|because|since|as|for|seeing as|you see|"
    r"you know|sorry|i am afraid|i fear|i guess|i think|anyway|though|although) )+"
)
# Where a clause ends: at a sign, or before what follows from it.
_CUT, _CUT_PURPOSES = (
    re.compile(rf"[.;:!?,]+ ?| (?=so (?!(?:{others}much|many|far|long|hard)\b))") for others in ("that|", "")
)
_NAMED = re.compile(
    rf"\b(?:the|that|this|these|those|my|our|both|two)(?: (?:two|three))?(?: {COLORS})? {KINDS}(?:e?s)?\b|"
    rf"\b(?:the|that|this|these|those|my|our) {COLORS} things\b|"
    r"\b(?:the|that|this|an?)(?: open)? (?P<fixture>drawer|button|switch)\b"
)
_SAME_LIST = re.compile(
    r"^(?:nor|not|as well as|any)\b|"
    r"^(?:in|into|inside|to|on|onto|at|over|from)\b(?!.* with (?:it|them)\b)"
)
_REQUEST = re.compile(
    r"^(?:\w+,? )?(?:could|can|would|will) (?:you|somebody|someone)\b|\b(?:would|could|will|can) you\b|"
    r"^(?:which|what|where|who) (?:one )?(?:is|are)\b|\b(?:please|ok|okay)$"
)


def without_remarks(text: str) -> str:
    """The text without such remarks; what one names is said to be there instead, so that "it" can be that.

    "nobody needs that can, bin it" -> "there is that can. bin it"

    Args:
        text: what `legion_ros.language.guard.plain` returned.

    Returns:
        The text as it was where there are none, or where they are all that is said.
    """
    clauses = pieces(text)
    remarks = [_forbids_nothing(clauses, index) for index in range(len(clauses))]
    others = [said for (said, _), remark in zip(clauses, remarks, strict=True) if not remark]
    if len(others) == len(clauses) or not re.search(r"[a-z]", "".join(others)):
        return text
    kept = []
    for (said, sign), remark in zip(clauses, remarks, strict=True):
        if not remark:
            kept.append(said + sign)
        elif named := _NAMED.search(said):
            kept.append(f"there is {f'the {fixture}' if (fixture := named['fixture']) else named.group()}. ")
    return " ".join("".join(kept).split()).strip(" ,;:")


def pieces(text: str, purposes: bool = False) -> list[tuple[str, str]]:
    """The clauses of a text, each with the sign that ends it; "so that ..." is one with `purposes`."""
    found, after = [], 0
    for match in (_CUT_PURPOSES if purposes else _CUT).finditer(text):
        found.append((text[after : match.start()], match.group()))
        after = match.end()
    return [*found, (text[after:], "")]


def _forbids_nothing(clauses: list[tuple[str, str]], index: int) -> bool:
    """Whether a clause is such a remark, where it stands."""
    said, sign = clauses[index]
    before, asked = clauses[index - 1] if index else ("", "")
    bare = _AS_IF.sub("nobody", OPENERS.sub("", said.strip()))
    if "?" not in asked + sign and _PRESSING.fullmatch(bare):
        return True
    if not _NEGATION.search(bare) or WEIGHTY.search(_YOU_MEAN.sub("", bare)):
        return False
    follows = clauses[index + 1][0].strip() if index + 1 < len(clauses) else ""
    if sign.startswith(",") and (_goes_on(bare, follows) or _list_goes_on(clauses[index:])):
        return False  # "i don't want the mug, the can and the ball in the bin"
    if "?" in asked and not _REQUEST.search(before.strip()):
        return False  # "bin the mug? nobody wants that"
    bare = re.sub(rf"\b(?:that|this)(?= (?:\w+ ){{0,2}}?{KINDS}\b)", "the", bare)
    forms = (*_FORMS, *_OPEN) if follows else _FORMS
    return any(form.fullmatch(bare) for form in forms)


def _list_goes_on(clauses: list[tuple[str, str]]) -> bool:
    """Whether something follows that may belong to the first clause: ", in the bin"."""
    for (_, sign), (said, _) in pairwise(clauses):
        if not sign.startswith(","):
            return False
        if _SAME_LIST.search(said.strip()):
            return True
    return False


def _goes_on(said: str, follows: str) -> bool:
    """Whether a clause that ends with a thing may be a list that goes on with another thing."""
    if not (begins_with_name(said.split()[-1:]) or re.search(rf"{COLORS}(?: ones?)?$", said)):
        return False
    thing = rf"(?:and )?(?:the|that|this|these|those|my|a|an|both|all) |{COLORS} "
    return bool(re.match(thing, f"{follows} "))
