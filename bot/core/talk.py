"""Understand free text: words and near-words become events, small talk and questions become a note; never silence."""

from __future__ import annotations

import re

from bot.core import words
from bot.core.cards import answer_key, filled, one_line
from bot.core.diagnosis import diagnose, last_words
from bot.core.events import (
    AnsweredQuestion,
    Arrived,
    AskedForBack,
    AskedForCertificate,
    AskedForCheck,
    AskedForHelp,
    AskedForHint,
    AskedForNext,
    AskedForNotebook,
    AskedForStatus,
    AskedForSummary,
    AskedForSurvey,
    AskedForToken,
    AskedToKeepSandbox,
    AskedToRebuild,
    AskedToReplace,
    AskedToReset,
    AskedToSee,
    AskedToSeeApp,
    AskedToSkip,
    AskedToUndo,
    Event,
    HandedInImage,
    OpenedEditor,
    Started,
    WentTo,
    WroteFiles,
)
from bot.core.judging.files import looks_like_dockerfile
from bot.core.ladder import asks
from bot.core.learner import Learner
from bot.core.messages import Note, Offer
from bot.core.search import explained, section_named
from bot.core.workshop import Workshop
from bot.handin.plan import Refusal
from bot.handin.replacing import Replacement, read_replacement
from bot.handin.spelling import distance, nearest
from bot.handin.transcript import read_transcript
from bot.handin.windows import read_edit, read_show

#: what is meant → the ways to say it, in small letters and without punctuation
EVENTS: tuple[tuple[Event, str], ...] = (
    (Started(), "start|begin|continue|resume|lets go|let us go|lets start|carry on|where was i|repeat|again|show step"),
    (Started(), "start workshop|start the workshop|what now|what next|what do i do|what should i do|show the step"),
    (AskedForNext(), "next|next step|next one|next please|go on|forward|proceed|move on|onwards|keep going"),
    (AskedForBack(), "back|go back|previous|prev|step back|last step|before"),
    (AskedForHint(), "hint|hints|clue|tip|another hint|next hint|give me a hint|hint please|more hints|one more hint"),
    (AskedForCheck(), "check|check my work|check it|check this|verify|check again|check please|try again|retry"),
    (AskedToSkip(), "skip|skip it|skip this|skip step|skip this step|pass on this"),
    (AskedToSkip(sure=True), "skip sure|yes skip|yes skip it|skip yes|sure skip"),
    (AskedForStatus(), "status|progress|my progress|where am i|how far am i|how far|map|overview|score"),
    (AskedForHelp(), "help|commands|menu|what can i say|what can i do|how does this work|usage|options"),
    (AskedToReset(""), "reset|restart|start over|redo|start again"),
    (AskedToReset("step"), "reset step|reset this step|restart step|redo step"),
    (AskedToReset("section"), "reset section|reset this section|restart section|redo section"),
    (AskedToReset("all"), "reset all|reset everything|restart everything|start from scratch|reset workshop"),
    (AskedToRebuild(), "rebuild|rebuild it|rebuild sandbox|rebuild my sandbox|rebuild the sandbox|restore"),
    (AskedToRebuild(), "restore my sandbox|bring my sandbox back|bring it back|bring back my sandbox|repair"),
    (AskedToKeepSandbox(), "keep my sandbox|keep the sandbox|keep it|keep sandbox|extend|extend it"),
    (OpenedEditor(""), "edit|editor|write|open editor|write file|edit file|write the file|write dockerfile"),
    (AskedToUndo(), "undo|undo it|undo that|undo this|undo the change|take it back|take that back|revert"),
    (AskedToSeeApp(), "show my app|show app|show me my app|show the app|show me the app|see my app|screenshot"),
    (AskedToSeeApp(), "picture|take a picture|picture of my app|take a picture of my app|screenshot of my app"),
    (AskedToSeeApp(), "what does my app look like|how does my app look|look at my app"),
    (AskedForToken(), "registry token|new registry token|token|new token|registry login|registry password|my token"),
    (
        AskedForToken(),
        "give me a token|give me a registry token|i want a token|renew token|renew registry token",
    ),
    (HandedInImage(), "use my pushed image|use the pushed image|use pushed image|take my pushed image|i pushed it"),
    (
        HandedInImage(),
        "i pushed my image|i have pushed my image|use my image|my image is pushed|hand in my image",
    ),
    (AskedForSummary(), "summary|my summary|show summary|show my summary|sum up|summarise|summarize"),
    (AskedForCertificate(), "certificate|my certificate|show certificate|show my certificate|send my certificate"),
    (AskedForCertificate(), "certificate please|get certificate|get my certificate|diploma|my diploma"),
    (AskedForNotebook(), "notebook|lab notebook|my notebook|my lab notebook|the notebook|send notebook|notes|my notes"),
    (AskedForNotebook(), "send my notebook|show notebook|show my notebook|download notebook|lab book"),
    (AskedForSurvey(), "feedback|give feedback|my feedback|send feedback|i have feedback|survey|feedback form"),
    (Arrived(), "hi|hello|hey|hey there|hi there|hello there|hiya|yo|howdy|moin|hallo|good morning|good afternoon"),
    (Arrived(), "good evening|good day|greetings|hi docent|hello docent|hey docent|hi bot|hello bot"),
)


def _ways(phrases: str) -> frozenset[str]:
    return frozenset(phrases.split("|"))


#: done depends on whether there is anything to check
DONE = _ways("done|im done|i am done|finished|i finished|ready|im ready|i am ready|ok done|all done")
THANKS = _ways("thanks|thank you|thx|ty|cheers|merci|danke|thanks a lot|many thanks|great thanks|perfect")
OKAY = _ways("ok|okay|k|cool|nice|great|good|alright|got it|i see|understood|sure|fine|wow|awesome|lol")
SOLVED = _ways("it works|it works now|works|works now|that works|that worked|it worked|solved|solved it|fixed|fixed it")
#: in thanks: there is more to come
ASKS_ON = re.compile(
    r"\b(but|still|however|not|no|cant|cannot|doesnt|dont|isnt|errors?|fails|how|why|what|where|which|can|could)\b"
)
GRATEFUL = re.compile(r"\b(thanks|thank you|thx|cheers|merci|danke)\b")
YES = _ways("yes|y|yep|yeah|yup|no|nope|n|nah|maybe")
BYE = _ways("bye|goodbye|see you|cu|later|see you later|stop|quit|exit|pause|good night|have to go")
WHO = _ways("who are you|what are you|are you a bot|are you human|what is this|what can you do|who is this")
SOLUTION = _ways("solution|show solution|show me the solution|answer|show me the answer|solve it|solve")
SEE_APP = re.compile(r"(?:show|see)(?: me)? (?:my|the) app (?:in |of |called )?[`'\"]?([\w.-]+)[`'\"]?", re.IGNORECASE)
STUCK = re.compile(
    r"\b(stuck|lost|confused|no idea|no clue|(?:dont|do not|didnt|did not) (?:know|understand|get (?:it|this|that))|"
    r"help me|need help|(?:get|got|getting|have) (?:an? |this |some )?errors?|what am i supposed|too hard|cant figure|"
    r"how do i (?:do|solve|start|continue) (?:this|that|it))\b"
)
#: somebody wants a person
PERSON = re.compile(
    r"\b(i (?:\w+ )?need (?:\w+ )?help|help me|can (?:some|any)(?:body|one) help|"
    r"(?:ask|talk to|speak to|call|need) (?:an? |the |my )?"
    r"(?:instructor|teacher|trainer|tutor|human|person|some(?:body|one)|real person))\b"
)
ANNOYED = re.compile(
    r"\b(stupid|dumb|hate|sucks?|wtf|ffs|argh+|ugh+|annoying|frustrat\w+|useless|nonsense|crap|shit|damn|fuck\w*|"
    r"(?:doesnt|does not|isnt|not|nothing|never) work(?:s|ing)?|i give up|giving up|broken)\b"
)
ERRORISH = re.compile(
    r"\berror\b|npm err|not found|no such file|denied|refused|failed|exception|cannot |fatal|"
    r"exit(?:ed)? (?:with )?code|traceback",
    re.IGNORECASE,
)

QUESTION_LIMIT = 1_500  #: characters of a question that a button can carry
RUN_LIMIT = 1_800  #: characters of commands that a button can carry

#: what only a program says, in one line
MACHINE = re.compile(r"\berror:|npm (?:err|error)\b|exit code:? \d|traceback", re.IGNORECASE)

PHRASES: dict[str, Event] = {phrase: event for event, phrases in EVENTS for phrase in phrases.split("|")}
#: the words that typos are compared with: one word each, and long enough to be told apart
SINGLE = sorted(phrase for phrase in PHRASES if " " not in phrase and len(phrase) >= 4)
#: the words that are worth suggesting
MAIN = (
    "next",
    "back",
    "check",
    "hint",
    "skip",
    "status",
    "help",
    "reset",
    "rebuild",
    "summary",
    "certificate",
    "notebook",
    "feedback",
    "continue",
    "start",
    "edit",
    "docker",
)


def understood(workshop: Workshop, learner: Learner, text: str) -> Event | Note | None:
    """Return the event that the words mean, a note for small talk, or None when it has to be looked up."""
    plain = _plain(text)
    if not plain:
        return Note(words.HELP, (_way_on(learner),), learner.at) if not text.strip() else None
    if commands := read_transcript(text):
        return _transcript(workshop, learner, commands, text)
    return (
        _replacement(learner, text)
        or PHRASES.get(_bare(text))
        or PHRASES.get(plain)
        or _small_talk(workshop, learner, plain)
        or _order(workshop, learner, text.strip(), plain)
        or _misspelt(workshop, text.strip(), plain)
        or _person(learner, text, plain)
        or _feeling(workshop, learner, text, plain)
    )


def _replacement(learner: Learner, text: str) -> Event | Note | None:
    """Return what `replace …` asks for, before anything in its texts is taken for a word of ours."""
    asked = read_replacement(text)
    match asked:
        case Replacement():
            return AskedToReplace(asked.path, asked.old, asked.new)
        case Refusal():
            return Note(asked.say, (), learner.at)
        case None:
            return None


def _transcript(workshop: Workshop, learner: Learner, commands: tuple[str, ...], text: str) -> Note | None:
    """Return the offer to run what was pasted; None where what it printed is what has to be explained."""
    if diagnose(workshop, text, section=learner.at.section if learner.at else ""):
        return None
    scope = "\n".join(commands)
    offers = (Offer.RUN,) if len(scope) <= RUN_LIMIT else ()
    return Note(
        words.transcript([one_line(command) for command in commands]), offers, learner.at, scope if offers else ""
    )


def _bare(text: str) -> str:
    """Return the words in small letters, without punctuation."""
    lowered = re.sub(r"['’]", "", text.lower())
    return " ".join(re.sub(r"[^\w\s]", " ", lowered).split())


def _plain(text: str) -> str:
    """Return the bare words without politeness and the bot's own name."""
    return re.sub(r"^(?:please|pls|can you|could you|docent) | (?:please|pls|now|docent)$", "", _bare(text))


def _way_on(learner: Learner) -> Offer:
    return Offer.CONTINUE if learner.at else Offer.START


def is_content(text: str) -> bool:
    """Tell whether somebody who was answered only thanks, agrees or says that it works now, and asks nothing more."""
    plain = _plain(text)
    asks = "?" in text or ASKS_ON.search(plain) is not None
    return plain in OKAY or plain in SOLVED or plain in THANKS or (GRATEFUL.search(plain) is not None and not asks)


def _small_talk(workshop: Workshop, learner: Learner, plain: str) -> Event | Note | None:
    on = (_way_on(learner),)
    step = workshop.step(learner.at) if learner.at else None
    if plain in DONE:
        return AskedForCheck() if step and step.checked else AskedForNext()
    if plain in THANKS or plain.startswith(("thanks ", "thank you ")):
        return Note(words.THANKS, on, learner.at)
    if plain in OKAY:
        return Note(words.OKAY if learner.at else words.NOT_STARTED, on, learner.at)
    if plain in YES:
        return Note(words.YES_TO_WHAT, on, learner.at)
    if plain in BYE:
        return Note(words.BYE, (), learner.at)
    if plain in WHO:
        return Note(f"{words.WHO}\n\n{words.HELP}", on, learner.at)
    if plain in SOLUTION:
        if learner.at is None:
            return Note(words.NOT_STARTED, (Offer.START,))
        left = 3 - learner.hints.get(learner.at, 0)
        return Note(words.solution_offer(left), (Offer.HINT, Offer.SKIP), learner.at)
    return None


def _order(workshop: Workshop, learner: Learner, text: str, plain: str) -> Event | None:
    """Return what a phrase with an argument asks for: a section, a file, an answer."""
    app = SEE_APP.fullmatch(text)
    if app:
        return AskedToSeeApp(app.group(1))
    see = read_show(text)
    if see:
        return AskedToSee(_dockerfile(see[0]), see[1])
    go = re.fullmatch(
        r"(?:go(?:to)?|jump|open|show|section|part)(?: to)?(?: the)?(?: section| part)? (.+)|(\d\d?)", plain
    )
    if go:
        wanted = go.group(1) or ""
        section = section_named(workshop, wanted or go.group(2))
        number = re.fullmatch(r"\d\d?", wanted or go.group(2))
        if section or (number and wanted):
            return WentTo(section or wanted.zfill(2))
    edit = read_edit(text)
    if edit:
        return OpenedEditor(_dockerfile(edit[0]), edit[1])
    undo = re.fullmatch(r"(?:undo|revert)\s+(?:the\s+)?(?:file\s+)?[`'\"]?([\w./-]+)[`'\"]?", text, re.IGNORECASE)
    if undo:
        return AskedToUndo(undo.group(1))
    letter = re.fullmatch(r"(?:answer |option |its |i say )?([a-e]|[1-5])", plain)
    if letter and learner.at:
        return _answer_by_letter(workshop, learner, letter.group(1))
    if looks_like_dockerfile(text):
        return WroteFiles((("Dockerfile", f"{text}\n".encode()),), "message")
    return None


def _dockerfile(path: str) -> str:
    return "Dockerfile" if path.lower() == "dockerfile" else path


def _answer_by_letter(workshop: Workshop, learner: Learner, letter: str) -> Event | None:
    """Return the answer to the first question of the present step that is not answered right."""
    ref = learner.at
    step = workshop.step(ref) if ref else None
    if ref is None or step is None:
        return None
    index = int(letter) - 1 if letter.isdigit() else "abcde".index(letter)
    for question in step.questions:
        chosen = learner.answers.get(answer_key(ref, question.id))
        right = chosen is not None and 0 <= chosen < len(question.options) and question.options[chosen].right
        if not right and index < len(question.options):
            return AnsweredQuestion(ref, question.id, index)
    return None


def _misspelt(workshop: Workshop, text: str, plain: str) -> Event | Note | None:
    """Return what a typo means: one word near one we know, or a `docker` that lost a letter."""
    first, _, rest = text.partition(" ")
    if rest and not first.endswith(":") and 0 < distance(first.lower(), "docker") <= 2:  # "docker: Error …" is output
        return Note(words.docker_typo(f"docker {one_line(rest, 200)}"))
    if " " in plain or len(plain) < 3 or plain in {term.lower() for term in workshop.glossary}:
        return None
    near = nearest(plain, SINGLE, within=1 if len(plain) <= 5 else 2)
    return PHRASES[near] if near else None


def _person(learner: Learner, text: str, plain: str) -> Note | None:
    """Return the way to an instructor for who asks for one; what they wrote besides is their question already."""
    offers = asks(learner)
    found = PERSON.search(plain) if offers and not _pasted(text) else None
    if found is None:
        return None
    question = text.strip()[:QUESTION_LIMIT] if len(plain) > len(found.group()) + 12 else ""
    return Note(words.ASK_SOMEBODY, (*offers, Offer.HINT) if learner.at else offers, learner.at, question)


def _feeling(workshop: Workshop, learner: Learner, text: str, plain: str) -> Note | None:
    """Return a kind word to somebody who is stuck or annoyed; what they pasted or asked about comes first."""
    if len(plain) > 200 or _pasted(text) or diagnose(workshop, text):
        return None
    annoyed = ANNOYED.search(plain)
    if not annoyed and not STUCK.search(plain):
        return None
    step = workshop.step(learner.at) if learner.at else None
    if step is None:
        return Note(words.NOT_STARTED, (Offer.START,))
    say = words.ANNOYED if annoyed else words.STUCK
    return Note(say.replace("{title}", step.title), (Offer.HINT, Offer.SKIP), learner.at)


def _pasted(text: str) -> bool:
    """Tell whether this is what a program printed, and not a person's own sentence about it."""
    return bool(MACHINE.search(text) or ("\n" in text.strip() and ERRORISH.search(text)))


def answer(workshop: Workshop, learner: Learner, text: str) -> Note:
    """Return the answer to what no event covers: a pasted message, a question, or the nearest thing we know."""
    found = _looked_up(workshop, text, learner.at.section if learner.at else "")
    if found:
        return Note(found, (_way_on(learner),), learner.at)
    if _pasted(text):
        step = workshop.step(learner.at) if learner.at else None
        offers = (Offer.CHECK, Offer.HINT) if step and step.checked else (_way_on(learner),)
        return Note(words.UNKNOWN_MESSAGE.replace("{line}", one_line(last_words(text), 200)), offers, learner.at)
    if ERRORISH.search(text):
        step = workshop.step(learner.at) if learner.at else None
        return Note(words.PART_OF_ERROR, (Offer.CHECK, Offer.HINT) if step and step.checked else (), learner.at)
    said = one_line(text, 60)
    near = _nearest(workshop, _plain(text))
    say = words.did_you_mean(said, near) if near else words.not_understood(said)
    return Note(say, (Offer.HELP, _way_on(learner)), learner.at)


def _nearest(workshop: Workshop, plain: str) -> str:
    """Return the word we know that is most like one of theirs, '' when none is."""
    known = {**{term.lower(): term for term in workshop.glossary}, **{word: word for word in MAIN}}
    near = (nearest(word, known) for word in plain.split()[:12] if len(word) >= 4)
    return next((known[word] for word in near if word), "")


def short_answer(workshop: Workshop, text: str) -> str:
    """Return what can be said in a channel, without anybody's progress: a looked-up answer, or who we are."""
    return _looked_up(workshop, text) or words.WHO


def _looked_up(workshop: Workshop, text: str, section: str = "") -> str:
    findings = diagnose(workshop, text, section=section)
    if findings:
        best = findings[0]
        # of several lines, the one that says why
        quote = f"> {best.line}\n\n" if "\n" in text.strip() else ""
        return f"{quote}{best.say}\n{words.listed(best.hints)}"
    return filled(explained(workshop, text), workshop)
