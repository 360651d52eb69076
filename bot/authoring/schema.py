"""JSON Schema of the lesson files, for editors: `docent schema` prints it, made from the models themselves."""

from __future__ import annotations

from typing import Any

from bot.authoring.load import MistakesFile
from bot.core.specs import SPECS
from bot.core.verdict import CODES
from bot.core.workshop import Onward, Section, Workshop

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def section_schema() -> dict[str, Any]:
    """Return the schema of `section.yaml`: each probe with the `with` that is its own and the codes it can give."""
    schema = Section.model_json_schema(by_alias=True)
    condition = schema["$defs"]["Condition"]
    condition["properties"]["probe"] = {"enum": sorted(SPECS), "title": "Probe"}
    condition["properties"]["with"] = {"type": "object"}
    condition["allOf"] = [_by_probe(name) for name in sorted(SPECS)]
    # words that a condition leaves out are taken from mistakes.yaml
    schema["$defs"]["Failure"].pop("required", None)
    return {"$schema": DIALECT, **schema}


def _by_probe(name: str) -> dict[str, Any]:
    codes = {"propertyNames": {"enum": sorted(CODES[name])}}
    return {
        "if": {"properties": {"probe": {"const": name}}},
        "then": {"properties": {"with": {"$ref": f"#/$defs/{SPECS[name].__name__}"}, "fail": codes}},
    }


def workshop_schema() -> dict[str, Any]:
    """Return the schema of `workshop.yaml`; sections and mistakes have files of their own."""
    schema = Workshop.model_json_schema(by_alias=True)
    for name in ("sections", "mistakes"):
        schema["properties"].pop(name)
    schema["required"] = [name for name in schema["required"] if name in schema["properties"]]
    schema["$defs"] = {Onward.__name__: schema["$defs"][Onward.__name__]}
    return {"$schema": DIALECT, **schema}


def mistakes_schema() -> dict[str, Any]:
    """Return the schema of `mistakes.yaml`."""
    return {"$schema": DIALECT, **MistakesFile.model_json_schema(by_alias=True)}


#: name of the lesson file → its schema
SCHEMAS = {"workshop": workshop_schema, "section": section_schema, "mistakes": mistakes_schema}
