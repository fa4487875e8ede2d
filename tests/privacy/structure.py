"""Walks the tags of a PDF as a screen reader does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject


@dataclass
class Tag:
    """An element of the structure: its role, what it says of itself, what stands in it. `marks`
    counts pieces of content of its own."""

    role: str
    scope: str = ""
    children: list["Tag"] = field(default_factory=list)
    marks: int = 0

    def every(self) -> Iterator["Tag"]:
        """This one and all below it, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.every()

    def find(self, role: str) -> list["Tag"]:
        return [one for one in self.every() if one.role == role]


def tree(file: bytes) -> Tag:
    """The tags of this file. Roles that the file names itself are led back to the standard ones."""
    root = PdfReader(BytesIO(file)).trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    top = root["/StructTreeRoot"].get_object()
    assert isinstance(top, DictionaryObject)
    roles = top.get("/RoleMap", DictionaryObject()).get_object()
    return _tag(top, roles, "Root")


def _tag(element: DictionaryObject, roles: DictionaryObject, role: str) -> Tag:
    found = Tag(role, _scope(element))
    for child in _kids(element):
        if isinstance(child, DictionaryObject) and "/S" in child:
            name = str(child["/S"])
            found.children.append(_tag(child, roles, str(roles.get(name, name)).lstrip("/")))
        else:
            found.marks += 1
    return found


def _kids(element: DictionaryObject) -> list[object]:
    kids = element.get("/K", ArrayObject())
    kids = kids.get_object() if isinstance(kids, IndirectObject) else kids
    several = kids if isinstance(kids, ArrayObject) else [kids]
    return [one.get_object() if isinstance(one, IndirectObject) else one for one in several]


def _scope(element: DictionaryObject) -> str:
    said = element.get("/A")
    said = said.get_object() if said is not None else ArrayObject()
    for one in said if isinstance(said, ArrayObject) else [said]:
        attributes = one.get_object()
        if isinstance(attributes, DictionaryObject) and "/Scope" in attributes:
            return str(attributes["/Scope"]).lstrip("/")
    return ""
