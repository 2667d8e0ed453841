"""web/phone/model/wire.ts and rows.ts, rendered from what the wire is read by and described with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gridwalk.phone import beside, schemas
from gridwalk.sync import messages
from gridwalk.sync.actions.verbs import VERBS
from gridwalk.sync.queries import layouts

HEAD = "/** What phone and server send each other. Rendered; write it anew: python -m gridwalk.phone */\n"
WORDS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def render() -> dict[str, str]:
    """The files by name; rows refer to nothing else, and nothing else to them."""
    return {"wire.ts": _wire(), "rows.ts": _rows()}


def _rows() -> str:
    _, document = models_json_schema([(model, "validation") for model in schemas.ROWS])
    layouts_ = [layouts.schema(kind) for kind in layouts.STRUCTURE]
    named = {**document["$defs"], **{schema["title"]: schema for schema in layouts_}}
    titles = [*(schema["title"] for schema in layouts_), *(model.__name__ for model in schemas.ROWS)]
    return HEAD + "\n" + "".join(_interface(name, named[name]) for name in sorted(named)) + _union("Row", titles)


def _wire() -> str:
    bodies = {verb: type_.body for verb, type_ in VERBS.items()}
    sent: list[type[BaseModel]] = [messages.Op, *dict.fromkeys(bodies.values())]
    models: list[type[BaseModel]] = [
        *sent,
        schemas.Worker,
        beside.Campaign,
        beside.Notice,
        beside.Post,
        beside.Matter,
        beside.SampledDoor,
    ]
    _, document = models_json_schema([(model, "validation") for model in models])
    named = document["$defs"]
    parts = [_interface(name, named[name]) for name in sorted(named)]
    parts.append(_union("Verb", [json.dumps(verb) for verb in messages.VERBS]))
    table = "".join(f"  {json.dumps(verb)}: {body.__name__};\n" for verb, body in bodies.items())
    parts.append(f"/** What each verb carries in `data`. */\nexport interface Bodies {{\n{table}}}\n")
    return HEAD + "\n" + "".join(parts)


def _union(name: str, members: Iterable[str]) -> str:
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";\n"


def _interface(name: str, schema: Mapping[str, Any]) -> str:
    says = schema.get("description", "").replace("``", "`").split("\n")[0]
    lines = [_member(key, inner) for key, inner in schema.get("properties", {}).items()]
    body = "".join(lines)
    head = f"/** {says} */\n" if says else ""
    return f"{head}export interface {name} {{\n{body}}}\n" if body else f"{head}export type {name} = object;\n"


def _member(key: str, schema: Mapping[str, Any]) -> str:
    optional = "?" if schema.get("x-optional") else ""
    return f"  {key}{optional}: {_type(schema)};\n"


def _type(schema: Mapping[str, Any]) -> str:
    """A JSON schema as TypeScript writes it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("enum") == list(messages.VERBS):
        return "Verb"
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(inner) for inner in schema["anyOf"]))
    if schema.get("minItems") == 2:
        return f"[{', '.join([_type(schema['items'])] * 2)}]"
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if schema.get("type") == "object" and "properties" in schema:
        return str(schema["title"])
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties", {})
        return f"Record<string, {_type(inner) if inner and inner is not True else 'unknown'}>"
    return WORDS.get(schema.get("type", ""), "unknown")
