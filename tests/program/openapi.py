"""The API's document, and whether answers are what it says.

Knows as much of JSON Schema as the document uses, and takes it strictly: a member that the document
does not name is a mistake.
"""

import json
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src/gateway/openapi.json"
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
KNOWN = {"$ref", "type", "required", "properties", "additionalProperties", "maxProperties", "items",
         "minItems", "maxItems", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
         "nullable", "allOf", "oneOf", "format", "default", "description"}


class Document:
    def __init__(self, doc):
        self.doc = doc

    def resolve(self, node):
        while "$ref" in node:
            assert set(node) == {"$ref"} and node["$ref"].startswith("#/")
            target = self.doc
            for name in node["$ref"][2:].split("/"):
                target = target[name.replace("~1", "/")]
            node = target
        return node

    def match_path(self, path):
        """The template of a path; a fixed one goes before a pattern."""
        path = path.split("?")[0]
        for template in sorted(self.doc["paths"], key=lambda t: "{" in t):
            pattern = re.sub(r"\{(\w+)\}", lambda m: ".*" if m[1] == "path" else "[^/]+", template)
            if re.fullmatch(pattern, path):
                return template
        return None

    def response(self, method, path, status):
        """What the document says of an answer: the default is for what is not a call."""
        template = self.match_path(path)
        item = {} if template is None else self.doc["paths"][template]
        operation = item.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            assert status in (404, 405, 501) or status in (400, 401, 408, 431, 505), status
            return self.doc["components"]["responses"]["Problem"]
        responses = operation["responses"]
        default = responses["default"] if "{route}" in template else None
        response = responses.get(str(status), default)
        assert response is not None, f"{method} {template} gives {status}"
        return self.resolve(response)

    def judge(self, method, path, answer):
        """Raise if an answer is not what the document says."""
        response = self.response(method, path, answer.status)
        for name, header in response["headers"].items():
            self.judge_header(answer, name, self.resolve(header))
        if method == "HEAD" or "content" not in response:
            assert answer.body == b""
            return
        media = answer.headers.get("content-type")
        if media not in response["content"]:
            assert "*/*" in response["content"], media
            return
        if media.startswith("text/"):
            self.check(answer.body.decode(), response["content"][media]["schema"], "answer")
        elif self.match_path(path) != "/v1/openapi.json" or answer.status != 200:
            self.check(answer.json, response["content"][media]["schema"], "answer")
            if "problem" in media:
                assert answer.json["request_id"] == answer.headers["pangate-request-id"]
                assert answer.json["type"] == "urn:pangate:error:" + answer.json["code"]
                assert answer.json["status"] == answer.status

    def judge_header(self, answer, name, header):
        value = answer.headers.get(name.lower())
        if value is None:
            assert not header.get("required"), f"no {name}"
            return
        if self.resolve(header["schema"])["type"] == "integer":
            value = int(value)
        self.check(value, header["schema"], name)

    def names(self, schema):
        """The members that a schema names; None if it takes any."""
        schema = self.resolve(schema)
        if "additionalProperties" in schema and schema["additionalProperties"]:
            return None
        names = set(schema.get("properties", ()))
        for part in schema.get("allOf", ()):
            names |= self.names(part) or set()
        return names

    def check(self, value, schema, where, strict=True):
        schema = self.resolve(schema)
        assert set(schema) <= KNOWN, set(schema) - KNOWN
        if value is None:
            assert schema.get("nullable"), f"{where} is null"
            return
        for part in schema.get("allOf", ()):
            self.check(value, part, where, strict=False)
        if "oneOf" in schema:
            self.check_one(value, schema["oneOf"], where)
            return
        if "type" in schema:
            kind = TYPES[schema["type"]]
            assert isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), where
        if "enum" in schema:
            assert value in schema["enum"], f"{where}: {value!r}"
        if isinstance(value, dict):
            self.check_object(value, schema, where, strict)
        elif isinstance(value, list):
            assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9), where
            for place, item in enumerate(value):
                self.check(item, schema["items"], f"{where}[{place}]")
        elif isinstance(value, str):
            assert re.search(schema.get("pattern", ""), value), f"{where}: {value!r}"
            assert schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9), where
        elif isinstance(value, int):
            assert schema.get("minimum", value) <= value <= schema.get("maximum", value), where

    def check_one(self, value, choices, where):
        errors = []
        for choice in choices:
            try:
                self.check(value, choice, where)
            except AssertionError as error:
                errors.append(str(error))
        assert len(errors) == len(choices) - 1, f"{where}: {errors}"

    def check_object(self, value, schema, where, strict):
        properties = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), f"{where} lacks a member"
        assert len(value) <= schema.get("maxProperties", 10**9), where
        names = self.names(schema)
        for name, member in value.items():
            if name in properties:
                self.check(member, properties[name], f"{where}.{name}")
            elif isinstance(schema.get("additionalProperties"), dict):
                self.check(member, schema["additionalProperties"], f"{where}.{name}")
            elif strict:
                assert names is None or name in names, f"{where}.{name} is in no document"

    def takes(self, value, name):
        """Whether a request body is what the document asks for."""
        try:
            self.check(value, {"$ref": f"#/components/schemas/{name}"}, "request")
        except AssertionError:
            return False
        return True


def read():
    return Document(json.loads(SOURCE.read_text()))
