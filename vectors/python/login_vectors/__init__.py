"""Responses of authorization servers, and what a client must conclude from each."""

import json
from importlib.resources import files
from typing import Any, Dict, Iterator, List, Tuple


def _read(file: str) -> Any:
    return json.loads(files(__name__).joinpath(file).read_text(encoding="utf-8"))


index: Dict[str, Any] = _read("index.json")


def cases(subject: str) -> Iterator[Tuple[Dict[str, Any], Dict[str, Any]]]:
    """The cases of a subject, each with its requirement."""
    for requirement in index["requirements"]:
        if requirement["subject"] == subject:
            for case in _read(requirement["file"])["cases"]:
                yield requirement, case


def hosts() -> List[Dict[str, Any]]:
    """Whole hosts, with the verdict of a client."""
    return [_read(host["file"]) for host in index["hosts"]]


def recorded(kind: str) -> List[Dict[str, Any]]:
    """Responses of real servers: "malformed", "metadata", "openid" or "registration"."""
    names = (file for file in index["recorded"] if file.startswith(f"recorded/{kind}/"))
    return [{"file": file, **_read(file)} for file in names]
