"""A workbook as a package of parts (ECMA-376 part 2): read, changed, added, with their relations and content types."""

from __future__ import annotations

import dataclasses
import io
import posixpath
import re
import zipfile
from typing import Any

from lxml import etree

CONTENT_TYPES = "[Content_Types].xml"
TYPES_SPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MIME = "application/vnd.openxmlformats-officedocument."
ENDINGS = {
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": "xlsm",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": "xltm",
    f"{MIME}spreadsheetml.template.main+xml": "xltx",
}
"""What a file's name must end in, or no table program opens it; all others are xlsx."""
_SIGNATURES = re.compile(r"_xmlsignatures/")
_SIGNED = "/digital-signature/"


class NotInPlace(Exception):
    """This workbook cannot be changed in place without harm."""


@dataclasses.dataclass(frozen=True)
class Relation:
    """A relation of a part; ``target`` is a part's name, or an address outside the file."""

    id: str
    type: str
    target: str
    external: bool

    def is_a(self, type_: str) -> bool:
        """Whether it is of that type, by the last word of its address."""
        return self.type.rsplit("/", 1)[-1] == type_


def parse(xml: bytes) -> Any:
    """The root of a small part. Nothing outside is read, and a part that declares a document type is refused.

    Raises NotInPlace.
    """
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise NotInPlace("a part is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise NotInPlace("a part declares a document type")
    return root


def space_of(root: Any) -> str:
    """The namespace of an element."""
    return str(etree.QName(root).namespace or "")


class Package:
    """The parts of a workbook. Raises NotInPlace where they cannot be told apart."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise NotInPlace("no package") from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        if len({name.lower() for name in self._infos}) != len(self._zip.infolist()):
            raise NotInPlace("two parts of one name")
        self._changed: dict[str, bytes] = {}
        self._removed = False
        self._types = parse(self.read(CONTENT_TYPES))
        self.book = next((r.target for r in self.relations("") if r.is_a("officeDocument")), "")
        if self.book not in self:
            raise NotInPlace("no workbook part")

    def __contains__(self, name: str) -> bool:
        return name in self._infos or name in self._changed

    def names(self) -> list[str]:
        """Every part, the added ones last."""
        return [*self._infos, *(name for name in self._changed if name not in self._infos)]

    def read(self, name: str) -> bytes:
        """A part's bytes. Raises NotInPlace where there is none."""
        if name in self._changed:
            return self._changed[name]
        if name not in self._infos:
            raise NotInPlace(f"no part {name}")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
            raise NotInPlace(f"{name} cannot be unpacked") from error

    def tree(self, name: str) -> Any:
        """A small part's root."""
        return parse(self.read(name))

    def write(self, name: str, xml: bytes) -> None:
        """Change a part, or add one."""
        self._changed[name] = xml

    def write_tree(self, name: str, root: Any) -> None:
        """Change or add a small part."""
        self.write(name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

    def remove(self, name: str) -> None:
        """Take a part out, with its own relations and its content type. Relations to it are the caller's."""
        self._removed = True
        for gone in (name, relations_of(name)):
            self._infos.pop(gone, None)
            self._changed.pop(gone, None)
        for override in self._overrides():
            if override.get("PartName", "").lstrip("/") == name:
                self._types.remove(override)

    def reached(self) -> set[str]:
        """The parts that relations lead to."""
        reached, waiting = set(), [""]
        while waiting:
            for relation in self.relations(waiting.pop()):
                if not relation.external and relation.target not in reached:
                    reached.add(relation.target)
                    waiting.append(relation.target)
        return reached

    def free(self, pattern: str) -> str:
        """The first name of a pattern such as ``xl/comments{}.xml`` that no part has."""
        taken = {name.lower() for name in self.names()}
        return next(name for n in range(1, len(taken) + 2) if (name := pattern.format(n)).lower() not in taken)

    def relations(self, part: str) -> list[Relation]:
        """The relations of a part; of the package itself: ``""``."""
        where = relations_of(part)
        if where not in self:
            return []
        folder = posixpath.dirname(part)
        relations = []
        for child in self.tree(where):
            target, external = child.get("Target", ""), child.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            relations.append(Relation(child.get("Id", ""), child.get("Type", ""), target, external))
        return relations

    def relate(self, part: str, type_: str, target: str) -> str:
        """Add a relation of ``part`` to another; its id."""
        where = relations_of(part)
        root = (
            self.tree(where)
            if where in self
            else etree.Element(f"{{{RELATIONS_SPACE}}}Relationships", nsmap={None: RELATIONS_SPACE})
        )
        taken = {child.get("Id") for child in root}
        id_ = next(name for n in range(1, len(taken) + 2) if (name := f"rIdGridwalk{n}") not in taken)
        etree.SubElement(
            root,
            f"{{{space_of(root)}}}Relationship",
            Id=id_,
            Type=f"{self.office}/{type_}",
            Target=posixpath.relpath(f"/{target}", f"/{posixpath.dirname(part)}"),
        )
        self.write_tree(where, root)
        return id_

    def unrelate(self, part: str, target: str) -> list[str]:
        """Take out the relations of ``part`` to another; their ids."""
        ids = [r.id for r in self.relations(part) if r.target == target and not r.external]
        if ids:
            root = self.tree(relations_of(part))
            for child in [child for child in root if child.get("Id") in ids]:
                root.remove(child)
            self.write_tree(relations_of(part), root)
        return ids

    @property
    def office(self) -> str:
        """The family of this workbook's relations: transitional or strict."""
        strict = any(r.type.startswith(STRICT_RELATIONS) for r in self.relations(""))
        return STRICT_RELATIONS if strict else OFFICE_RELATIONS

    def _overrides(self) -> list[Any]:
        return [child for child in self._types if etree.QName(child).localname == "Override"]

    def type_of(self, part: str) -> str:
        """A part's content type where it has one of its own."""
        return next((o.get("ContentType", "") for o in self._overrides() if o.get("PartName", "") == f"/{part}"), "")

    def declare(self, part: str, type_: str) -> None:
        """Give a part its content type."""
        space = space_of(self._types)
        etree.SubElement(self._types, f"{{{space}}}Override", PartName=f"/{part}", ContentType=type_)

    @property
    def ending(self) -> str:
        """What the file's name must end in: one with macros is no xlsx."""
        return ENDINGS.get(self.type_of(self.book), "xlsx")

    def end_signatures(self) -> bool:
        """Take out digital signatures, which no changed file can keep; whether there were any."""
        signatures = [name for name in self.names() if _SIGNATURES.match(name)]
        for name in signatures:
            self.remove(name)
        for relation in self.relations(""):
            if _SIGNED in relation.type:
                self.unrelate("", relation.target)
        return bool(signatures)

    @property
    def is_changed(self) -> bool:
        """Whether any part was changed, added or taken out."""
        return self._removed or bool(self._changed)

    def data(self) -> bytes:
        """The file. What was not changed is as it was."""
        self.write_tree(CONTENT_TYPES, self._types)
        if etree.tostring(parse(self._zip.read(CONTENT_TYPES)), method="c14n") == etree.tostring(
            self._types, method="c14n"
        ):
            del self._changed[CONTENT_TYPES]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for name in self.names():
                written.writestr(self._infos.get(name) or name, self.read(name))
        return out.getvalue()


def relations_of(part: str) -> str:
    """The part that holds the relations of another."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
