"""How an extractive answer is normalised and cut into tokens, by language: a table, no code.

Each entry describes a published scorer; the entries ``words`` and ``characters`` are this project's
own for languages that none covers. What the fields do stands in ``answers``. Not for which task
uses which rules: a data set with a scorer of its own (CMRC 2018, DRCD) asks for its entry by name.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

ASCII_PUNCTUATION = frozenset(string.punctuation)
UNICODE_PUNCTUATION = "P*"  # every character of a category P*, and ASCII's punctuation
# Languages that write blanks between words and that no scorer has rules for
_SPACED = (
    "af az bg bn cs da el et eu fa fi fr gu he ht hu id it jv ka kk lt ml mr ms nl no pa pl pt qu "
    "ro ru sk sl sr sv sw ta te tl tr uk ur wo yo"
)


@dataclass(frozen=True)
class Rules:
    """One way to compare answers. The steps run in the order of the fields.

    name : key in `RULES`. languages : ISO 639-1 codes for which `rules_for` gives these rules.
    origin : the scorer that is described.
    lower : small letters. blanks : characters that become a blank.
    removed : characters that vanish (a set, or `UNICODE_PUNCTUATION`).
    articles : words that vanish. prefixes : strings that become a blank wherever they stand.
    spacing : of the normalised string, ``single`` (one blank between words), ``none`` (no blanks)
        or ``outer`` (stripped before anything is removed, untouched after).
    tokens : ``words`` between blanks; ``characters`` without blanks; ``han`` each Han character,
        words between blanks otherwise; ``han-treebank`` the same with words cut as Treebank text.
    overlap : what two token lists share: ``bag`` (multiset) or ``run`` (longest common run).
    """

    name: str
    languages: tuple[str, ...]
    origin: str
    lower: bool = True
    blanks: frozenset[str] = frozenset()
    removed: frozenset[str] | str = UNICODE_PUNCTUATION
    articles: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    spacing: str = "single"
    tokens: str = "words"
    overlap: str = "bag"


def _mlqa(language: str, articles: str = "", first: bool = True, **fields: object) -> Rules:
    """MLQA's rules of a language; ``first`` where no other scorer is the language's default."""
    return Rules(
        name=f"mlqa-{language}",
        languages=(language,) if first else (),
        origin="Lewis et al. 2020, mlqa_evaluation_v1.py",
        articles=tuple(articles.split()),
        **fields,
    )


_TABLE = (
    Rules(
        name="squad",
        languages=("en",),
        origin="Rajpurkar et al. 2016, evaluate-v1.1.py",
        removed=ASCII_PUNCTUATION,
        articles=("a", "an", "the"),
    ),
    _mlqa("en", "a an the", first=False),
    _mlqa("es", "un una unos unas el la los las"),
    _mlqa("hi"),
    _mlqa("vi", "của là cái chiếc những"),
    _mlqa("de", "ein eine einen einem eines einer der die das den dem des"),
    # The script means to remove the article at the start of a word, but its pattern removes these
    # two letters wherever they stand.
    _mlqa("ar", prefixes=("ال",)),
    _mlqa("zh", tokens="han"),
    Rules(
        name="korquad",
        languages=("ko",),
        origin="Lim et al. 2019, evaluate-v1.0.py",
        blanks=frozenset("'\"《》<>〈〉()‘’"),
        removed=ASCII_PUNCTUATION,
        tokens="characters",
    ),
    Rules(
        name="cmrc",
        languages=(),
        origin="Cui et al. 2019, cmrc2018_evaluate.py v5; also used for DRCD",
        # The script also lists a pair of ellipses, which no single character equals: they stay.
        removed=frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』"),
        spacing="outer",
        tokens="han-treebank",
        overlap="run",
    ),
    Rules(
        name="jaquad",
        languages=("ja",),
        origin="So et al. 2022, the notebook of the JaQuAD repository",
        lower=False,
        removed=frozenset(),
        spacing="none",
        tokens="characters",
    ),
    Rules(
        name="characters",
        languages=("th", "km", "lo", "my"),
        origin="this project: scripts that set no blanks between words",
        spacing="none",
        tokens="characters",
    ),
    Rules(
        name="words",
        languages=tuple(_SPACED.split()),
        origin="this project: MLQA's rules without articles",
    ),
)

RULES: dict[str, Rules] = {rules.name: rules for rules in _TABLE}
_BY_LANGUAGE = {language: rules for rules in _TABLE for language in rules.languages}


def rules_for(language: str) -> Rules:
    """The rules by which answers in a language are compared where the task names none.

    One family of rules for all languages of a parallel test is what makes their scores comparable:
    MLQA's where it has the language, SQuAD's in English, KorQuAD's in Korean, by character where
    no blanks are written, else words. Published XQuAD and TyDiQA figures were scored with SQuAD's
    English rules in every language; to stand beside those take ``RULES["squad"]``.

    Raises ValueError for a language that is in no entry.

    >>> rules_for("ko").name, rules_for("zh").name, rules_for("ru").name
    ('korquad', 'mlqa-zh', 'words')
    """
    try:
        return _BY_LANGUAGE[language]
    except (KeyError, TypeError):
        accepted = ", ".join(sorted(_BY_LANGUAGE))
        raise ValueError(f"language: got {language!r}; accepted: {accepted}") from None
