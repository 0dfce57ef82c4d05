# SPDX-License-Identifier: GPL-2.0
"""
Validates what clatctl -j printed, an object a line: validate.py SCHEMA FILE. Stricter than for its users: here a key that the
schema does not name is an error, too, so that none comes without being written down.
"""
import json
import sys

import jsonschema


def closed(schema):
    """The schema without room for keys that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    return schema


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(closed(schema))
    with open(sys.argv[2], encoding="utf-8") as file:
        lines = file.read().splitlines()
    if not lines:
        sys.exit("it printed nothing")
    for line in lines:
        errors = sorted(validator.iter_errors(json.loads(line)), key=lambda error: list(error.absolute_path))
        if errors:
            where = "/".join(str(part) for part in errors[0].absolute_path)
            sys.exit(f"{where}: {errors[0].message}\nin: {line}")


main()
