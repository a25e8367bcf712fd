"""Which items a corpus repeats: by any of their sentences, exactly or nearly, in any language."""

import pandas as pd
from click.testing import CliRunner

from helpers.cli import main
from helpers.models.pretrain.exposure import exposed
from helpers.models.pretrain.text import Text
from helpers.study import exposure

PASSAGE = "The old tower was built by the river in the twelfth century. Nobody lives there now."


def test_an_item_is_exposed_by_its_passage_its_question_or_a_side_of_its_pair():
    spans = pd.DataFrame(
        {
            "id": ["one", "two", "three"],
            "context": [PASSAGE, PASSAGE, "A ferry crossed twice a day until the bridge was made."],
            "question": ["Who lives there?", "When was the tower built?", "How often?"],
            "answers": [["Nobody"], ["twelfth century"], ["twice"]],
        }
    )
    pairs = pd.DataFrame(
        {"id": ["a", "b"], "sentence1": ["개가 뛴다", "x"], "sentence2": ["y", "z"]}
    )
    tables = {("spans", "en", "dev"): spans, ("pairs", "ko", "test"): pairs}
    near = "They say the old tower was built by the river in the twelfth century, long ago."
    found = exposed(Text(mono={"en": [near]}), tables)
    assert found["spans", "en", "dev"].ids == ("one", "two")
    assert found["pairs", "ko", "test"].ids == ()
    text = Text(
        mono={"en": ["how often"]}, pairs={("en", "ko", "s"): [("a dog runs", "개가 뛴다.")]}
    )
    found = exposed(text, tables)
    assert found["spans", "en", "dev"].ids == ("three",) and found["spans", "en", "dev"].items == 3
    assert found["pairs", "ko", "test"].ids == ("a",)


def test_answers_alone_expose_nothing():
    table = pd.DataFrame({"id": ["one"], "context": [PASSAGE], "answers": [["Nobody"]]})
    found = exposed(Text(mono={"en": ["nobody"]}), {("spans", "en", "dev"): table})
    assert found["spans", "en", "dev"].ids == ()


def test_the_command_names_ids_and_no_sentence(tmp_path):
    (tmp_path / "data/korsts").mkdir(parents=True)
    (tmp_path / "corpus/mono").mkdir(parents=True)
    rows = "".join(f"g\tf\ty\t{i}\t5\t{text}\tx\n" for i, text in enumerate(["개가 뛴다", "곰"]))
    head = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"
    (tmp_path / "data/korsts/sts-dev.tsv").write_text(head + rows, encoding="utf-8")
    (tmp_path / "corpus/mono/ko.txt").write_text("개가 뛴다!\n비가 온다\n", encoding="utf-8")
    file = tmp_path / "found.json"
    words = ["--corpus", tmp_path / "corpus", "--data", f"local:{tmp_path / 'data'}", "--out", file]
    done = CliRunner().invoke(main, ["exposure", "xlmr-nano-tlm", *map(str, words)])
    assert done.exit_code == 0, done.output
    assert done.stdout.split()[-5:] == ["korsts", "ko", "dev", "2", "1"]
    [(key, ids)] = exposure.read(file).items()
    assert key == ("korsts", "ko") and len(ids) == 1
    assert "개" not in file.read_text(encoding="utf-8")
    words[1] = tmp_path / "none"
    refused = CliRunner().invoke(main, ["exposure", "xlmr-nano-tlm", *map(str, words)])
    assert refused.exit_code == 2 and "corpus: got" in refused.output
