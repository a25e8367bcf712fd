"""The committed book: pairs agree, pages are listed, outputs are whole and show nothing private."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
SCRIPTS = sorted(BOOK.glob("*.py"))
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
# Folders of one machine, as they show in a traceback or a printed path.
ABSOLUTE = re.compile(
    r"(?<![\w.~:/-])/(?:work|root|tmp|opt|home|Users|usr|var|private)/\w|[A-Z]:\\"
)
PUBLISHED = ("tatoeba", "stsb_multi_mt", "korsts")  # the sets that chapters of the book read
SAMPLE = 400  # sentences of each published file that are looked for


def outputs_of(notebook: Path) -> list[dict]:
    cells = nbformat.read(notebook, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def text_of(outputs: list[dict]) -> str:
    """All text that outputs show; pictures aside."""
    shown = []
    for output in outputs:
        shown.append(output.get("text", ""))
        data = output.get("data", {})
        shown += [str(value) for kind, value in data.items() if not kind.startswith("image/png")]
    return "\n".join(shown)


def pages() -> set[str]:
    """Every page that _toc.yml names."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return {toc["root"], *re.findall(r"'file': '([^']+)'", str(toc))}


def test_every_script_has_its_notebook_and_the_other_way_round() -> None:
    assert [path.stem for path in SCRIPTS] == [path.stem for path in NOTEBOOKS]


def test_every_page_is_listed_and_every_listed_page_exists() -> None:
    written = {f"book/{path.stem}" for path in [*BOOK.glob("*.md"), *SCRIPTS]}
    assert pages() == written


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
class TestPair:
    def test_no_drift(self, script: Path, notebooks: ModuleType) -> None:
        found = notebooks.differences(script, script.with_suffix(".ipynb"))
        assert not found, "run `make outputs`"

    def test_header_holds_the_kernel_only(self, script: Path) -> None:
        header = script.read_text("utf-8").split("# ---")[1]
        fields = yaml.safe_load("\n".join(line[2:] for line in header.splitlines()))
        assert set(fields.get("jupyter", {})) == {"kernelspec"}

    def test_one_cell_of_parameters(self, script: Path) -> None:
        cells = nbformat.read(script.with_suffix(".ipynb"), as_version=4).cells
        tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
        assert len(tagged) == 1


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
class TestOutputs:
    def test_executed_from_top_to_bottom(self, notebook: Path) -> None:
        cells = nbformat.read(notebook, as_version=4).cells
        counts = [
            cell.execution_count for cell in cells if cell.cell_type == "code" and cell.source
        ]
        assert counts == list(range(1, len(counts) + 1))
        assert outputs_of(notebook)

    def test_nothing_went_wrong(self, notebook: Path) -> None:
        outputs = outputs_of(notebook)
        assert [output for output in outputs if output.output_type == "error"] == []
        complaints = [output.text for output in outputs if output.get("name") == "stderr"]
        assert complaints == [], "progress bars and warnings change from run to run"

    def test_no_cell_is_silenced_by_a_semicolon(self, notebook: Path) -> None:
        # nbval executes without a history, where a last ";" does not silence: its comparison
        # would fail. End a cell that draws on `plt.show()`.
        cells = nbformat.read(notebook, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        assert [source for source in code if source.rstrip().endswith(";")] == []

    def test_nothing_of_the_machine_or_the_executor(self, notebook: Path) -> None:
        assert ABSOLUTE.findall(text_of(outputs_of(notebook))) == []
        content = json.loads(notebook.read_text("utf-8"))
        assert content["metadata"].keys() == {"kernelspec", "language_info"}
        assert "version" not in content["metadata"]["language_info"]
        assert all(cell["metadata"].keys() <= {"tags", "mystnb"} for cell in content["cells"])

    def test_no_sentence_of_a_published_set(self, notebook: Path, shared_data: Path) -> None:
        shown = " ".join(text_of(outputs_of(notebook)).split())
        leaked = [sentence for sentence in published_sentences(shared_data) if sentence in shown]
        assert leaked == []


# What the front page says of a chapter -> what its page says, in text or output, while that is so.
FINDINGS = {
    "01_embedding": ("only the one that read translations gets", "that read translations gets"),
    "02_alignment": ("only where the two spaces are not", "only where the two spaces are not"),
    "03_sts": ("which share of it arrives cannot be told", "arrives cannot be told"),
    "04_mrc": ("cannot be told: neither encoder", "Cannot be told: from what they learnt, none"),
    "05_sentiment": ("in part: ", "In part: training arrives"),
    "06_complexity": ("undecided: ", "The answer: undecided"),
    "07_intermediate": ("see above", "The answer."),
}


@pytest.mark.parametrize("chapter", FINDINGS)
def test_findings_on_the_front_page_are_those_of_the_chapters(chapter: str) -> None:
    said, found = FINDINGS[chapter]
    front = (BOOK / "intro.md").read_text("utf-8")
    (line,) = [line for line in front.splitlines() if line.startswith(f"| []({chapter}.ipynb)")]
    assert said in line
    notebook = BOOK / f"{chapter}.ipynb"
    cells = nbformat.read(notebook, as_version=4).cells
    told = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert found in " ".join(f"{told} {text_of(outputs_of(notebook))}".split())


def test_the_front_page_shows_the_answer_that_chapter_7_keeps_for_it() -> None:
    front = (BOOK / "intro.md").read_text("utf-8")
    (name,) = re.findall(r"```{glue:any} (\S+)\n:doc: 07_intermediate\.ipynb\n```", front)
    outputs = outputs_of(BOOK / "07_intermediate.ipynb")
    (kept,) = [each for each in outputs if "scrapbook" in each.get("metadata", {})]
    told = kept["metadata"]["scrapbook"]
    assert told["name"] == name
    shown = kept["data"][f"{told['mime_prefix']}text/html"]
    assert "<strong>The answer.</strong>" in shown and '" alt="Gain of' in shown


def published_sentences(folder: Path) -> list[str]:
    """A sample of the longer sentences of the published sets, evenly spread over each file."""
    found: list[str] = []
    for path in sorted(path for name in PUBLISHED for path in (folder / name).rglob("*")):
        if not path.is_file() or path.suffix == ".md":
            continue
        lines = path.read_text("utf-8", errors="replace").splitlines()
        for line in lines[:: max(1, len(lines) // SAMPLE)]:
            # Whatever the format: the longest field of a line is a sentence of it.
            longest = max(re.split(r'[\t"]|,(?! )', line), key=len)
            if len(longest) >= 20:
                found.append(" ".join(longest.split()))
    return found


def test_the_sample_of_published_sentences_is_not_empty(shared_data: Path) -> None:
    sentences = published_sentences(shared_data)
    assert len(sentences) > 1000
