"""COPA's XML: items of a premise <p> and two alternatives <a1>, <a2>; all else in attributes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from helpers.data.readers.files import File, file_error
from helpers.data.rows import Event, RowProblem
from helpers.errors import UserError

_PARTS = {"p": "context", "a1": "choice1", "a2": "choice2"}
_ATTRIBUTES = {"asks-for": "question", "most-plausible-alternative": "label"}


def copa_xml(file: File) -> Iterator[Event]:
    """Read the items of a COPA file; the label is the number of the alternative, from 1.

    No document type is fetched and none may declare entities, so a file cannot make others be read
    or a few bytes become gigabytes.

    Raises
    ------
    UserError : the file is not well-formed XML, or declares entities; with the line.

    >>> item = b'<item asks-for="cause" most-plausible-alternative="1">'
    >>> item += b"<p>It rained.</p><a1>Clouds.</a1><a2>Sun.</a2></item>"
    >>> (line, fields), = copa_xml(File("x.xml", b"<copa-corpus>" + item + b"</copa-corpus>"))
    >>> fields["context"], fields["question"], fields["choice1"], fields["label"]
    ('It rained.', 'cause', 'Clouds.', '1')
    """
    items = _Items(file)
    items.read()
    yield from items.events


class _Items:
    def __init__(self, file: File):
        self.file = file
        self.events: list[Event] = []
        self.path: list[str] = []
        self.fields: dict[str, str] = {}
        self.line = 0
        self.problem: RowProblem | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity_declaration
        self.parser.SkippedEntityHandler = self.skipped_entity

    def read(self) -> None:
        try:
            self.parser.Parse(self.file.data, True)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise self.refuse(f"line {error.lineno}: not well-formed XML ({what})") from error
        except UserError:
            raise
        except (ValueError, LookupError) as error:  # of the declared encoding
            raise self.refuse(f"line 1: encoding not supported ({error})") from error

    def refuse(self, problem: str) -> Exception:
        return file_error(self.file.name, problem, "COPA's XML in UTF-8, without entities")

    def wrong(self, problem: str) -> None:
        """Count the item out; the first of several problems is the one that is told."""
        self.problem = self.problem or RowProblem(problem)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if len(self.path) == 2:
            self.line, self.problem = self.parser.CurrentLineNumber, None
            if name != "item":
                self.problem = RowProblem(f"<{name}> where an <item> should be")
            self.fields = {
                ours: attributes[theirs]
                for theirs, ours in _ATTRIBUTES.items()
                if theirs in attributes
            }
        elif len(self.path) > 2:
            if len(self.path) > 3 or name not in _PARTS:
                self.wrong(f"<{name}> does not belong there")
            elif _PARTS[name] in self.fields:
                self.wrong(f"a second <{name}>")
            else:
                self.fields[_PARTS[name]] = ""

    def characters(self, data: str) -> None:
        if len(self.path) == 3 and self.path[-1] in _PARTS:
            self.fields[_PARTS[self.path[-1]]] += data
        elif data.strip() and len(self.path) > 1:
            self.wrong("text outside <p>, <a1> and <a2>")
        elif data.strip():
            number = self.parser.CurrentLineNumber
            self.events.append((number, RowProblem("text outside an <item>")))

    def end(self, name: str) -> None:
        if len(self.path) == 2:
            self.events.append((self.line, self.problem or self.fields))
        self.path.pop()

    def entity_declaration(self, name: str, *_: object) -> None:
        number = self.parser.CurrentLineNumber
        raise self.refuse(f"line {number}: declares the entity {name!r}")

    def skipped_entity(self, name: str, _: bool) -> None:
        self.wrong(f"the entity &{name}; is nowhere declared")
