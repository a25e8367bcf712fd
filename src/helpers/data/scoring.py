"""By which rules the answers of a reading set are compared: its own, or those of the language.

Not for what the rules are (``maths.answer_rules``) nor for scoring (``maths.answers``).
"""

from __future__ import annotations

from dataclasses import replace

from helpers.data.lab.twin import original, spell
from helpers.data.tasks import task
from helpers.errors import UserError
from helpers.maths.answer_rules import RULES, Rules, rules_for


def answer_rules(name: str, language: str) -> Rules:
    """The rules for the answers of a task in a language; ``.name`` is their name.

    A set with a scorer of its own has that one's (``rules`` in the registry: CMRC 2018 and DRCD);
    every other set those of the language (`rules_for`), so that the languages of a parallel test
    and the sets of one language are scored alike. Published XQuAD and TyDiQA figures were scored
    with SQuAD's English rules in every language: to stand beside those, take ``RULES["squad"]``.
    A laboratory's twin has its original's, with the articles in its own letters.

    Raises
    ------
    UserError : no such task, a task that is not of kind span, or a language without rules.

    >>> [answer_rules("xquad", language).name for language in ("en", "de", "th", "ru")]
    ['squad', 'mlqa-de', 'characters', 'words']
    >>> answer_rules("drcd", "zh").name
    'cmrc'
    """
    found = task(name)
    if found.kind != "span":
        raise UserError("task", f"{name}, whose kind is {found.kind}", "a task of kind span")
    if found.rules:
        return RULES[found.rules]
    base = original(language) if isinstance(language, str) else None
    try:
        rules = rules_for(base or language)
    except ValueError as error:
        raise UserError("language", language, "a language of answer_rules.RULES") from error
    if base is None:
        return rules
    return replace(rules, articles=tuple(spell(word, language) for word in rules.articles))
