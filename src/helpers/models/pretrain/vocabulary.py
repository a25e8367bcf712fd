"""One Unigram vocabulary for all languages, in the form of XLM-R's tokenizer.

Special tokens stand where XLM-R has them (<s> 0, <pad> 1, </s> 2, <unk> 3, <mask> last), so that
the folder loads with transformers' ``AutoTokenizer``.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Iterator

from helpers.errors import UserError

from .recipe import Vocabulary
from .text import Text

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
BOS, PAD, EOS, UNK = range(4)
_CLAUSE_END = re.compile(r"(?<=[。、，！？；：」）])")


def letters(script: str) -> list[str]:
    """All letters and combining marks of a script, by their Unicode names.

    >>> letters("GEORGIAN")[0] in letters("GEORGIAN")
    True
    """
    return [
        character
        for character in map(chr, range(sys.maxunicode))
        if unicodedata.category(character)[0] in "LM"
        and unicodedata.name(character, "").startswith(script.upper() + " ")
        and unicodedata.normalize("NFKC", character) == character
    ]


def train_vocabulary(text: Text, spec: Vocabulary, max_length: int, seed: int = 0):
    """Train the tokenizer on an equal number of characters of every language.

    Returns
    -------
    transformers.PreTrainedTokenizerFast

    Raises
    ------
    UserError : the vocabulary is too small to hold every character.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from tokenizers.trainers import UnigramTrainer
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(" {2,}", " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    alphabet = sorted({c for script in spec.alphabets for c in letters(script)})
    trainer = UnigramTrainer(
        vocab_size=spec.size - 1,  # <mask> comes last
        special_tokens=list(SPECIAL),
        unk_token="<unk>",
        initial_alphabet=alphabet,
        shrinking_factor=0.75,
        max_piece_length=16,
        show_progress=False,
    )
    try:
        tokenizer.train_from_iterator(_balanced(text, spec.characters_per_language, seed), trainer)
    except Exception as error:  # the library has no kind of its own for it
        if "not large enough" not in str(error):
            raise
        normal = tokenizer.normalizer.normalize_str
        lines = _balanced(text, spec.characters_per_language, seed)
        characters = {"▁", *alphabet}.union(*map(normal, lines)) - {" "}
        least = f"at least {len(characters) + len(SPECIAL) + 1}, for every character of the text"
        raise UserError("recipe.vocabulary.size", spec.size, f"{least} and its alphabets") from None
    tokenizer.add_special_tokens(["<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", BOS), ("</s>", EOS)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=max_length,
        model_input_names=["input_ids", "attention_mask"],
    )


def _balanced(text: Text, characters: int, seed: int) -> Iterator[str]:
    """Lines of every language, shuffled, up to the same number of characters each."""
    sides: dict[str, list[str]] = {name: list(lines) for name, lines in text.mono.items()}
    for (first, second, _), rows in text.pairs.items():
        sides.setdefault(first, []).extend(left for left, _ in rows)
        sides.setdefault(second, []).extend(right for _, right in rows)
    for language in sorted(sides):
        lines = sides[language]
        random.Random(f"{seed}-{language}").shuffle(lines)
        seen = 0
        for line in lines:
            # Scripts without spaces give one long "word" a line, which makes training quadratic.
            yield from _CLAUSE_END.split(line)
            seen += len(line)
            if seen >= characters:
                break
