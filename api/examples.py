"""Examples in the OpenAPI document. Each answer gets the example of its schema; each example gets back the nulls that FastAPI
drops when it writes the document. Works on the finished document, and knows no route.
"""

from typing import Any

Document = dict[str, Any]


def illustrate(document: Document) -> None:
    """See to it that every example fits its schema, and that every answer in JSON has one where its schema does."""
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [_completed(example, schema, schemas) for example in schema["examples"]]
    for path in document["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for kind, content in answer.get("content", {}).items():
                    _illustrate(kind, content, schemas)


def _illustrate(kind: str, content: Document, schemas: Document) -> None:
    for example in content.get("examples", {}).values():
        example["value"] = _completed(example["value"], content["schema"], schemas)
    if kind != "application/json" or "example" in content or "examples" in content:
        return
    example = _example(content["schema"], schemas)
    if example is not None:
        content["example"] = _completed(example, content["schema"], schemas)


def _example(schema: Document, schemas: Document) -> Any:
    """The schema's own example, or that of a list's items, in a list; of alternatives, the first one's."""
    schema = _resolved(schema, schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        item = _example(schema["items"], schemas)
        return None if item is None else [item]
    data = schema.get("properties", {}).get("data")
    listed = None if data is None else _example(data, schemas)
    return None if listed is None else {"data": listed}


def _completed(value: Any, schema: Document, schemas: Document) -> Any:
    """The value with null for every member that must be there, may be null, and is not."""
    schema = _resolved(schema, schemas)
    for option in schema.get("anyOf", [])[:1]:
        return _completed(value, option, schemas)
    if isinstance(value, list) and "items" in schema:
        return [_completed(item, schema["items"], schemas) for item in value]
    if not isinstance(value, dict):
        return value
    members: Document = schema.get("properties", {})
    missing = [name for name in schema.get("required", []) if name not in value and _may_be_null(members.get(name, {}))]
    completed = {name: _completed(part, members.get(name, {}), schemas) for name, part in value.items()}
    return completed | dict.fromkeys(missing)


def _resolved(schema: Document, schemas: Document) -> Document:
    found: Document = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _may_be_null(schema: Document) -> bool:
    kinds = schema.get("type", [])
    return "null" in ([kinds] if isinstance(kinds, str) else kinds) or {"type": "null"} in schema.get("anyOf", [])
