"""Reading a form out of a page and filling it in as a person would."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from lxml import html
from werkzeug.datastructures import FileStorage

GOOD = {  # by the ending of an input's name
    "name": "云小鹤",
    "email": "xiaohe.yun@example.com",
    "phone": "138 0000 0123",
    "institution": "云溪大学",
    "degree": "master",
    "area": "计算机科学与技术",
    "start": "2024-09",
    "end": "2027-06",
    "enrolled": "y",
    "months": "6",
    "days_per_week": "5",
    "on_site": "yes",
    "level": "proficient",
    "example": "在实验室做轨迹预测项目时用过两年。",
    "text": "修过课程，也在实验室项目里做过这方面的工作，结果已经上线。",
    "fluency": "CET-6 560",
    "publisher": "CVPR",
    "status": "published",
    "position": "1",
    "year": "2026",
    "contest": "ACM-ICPC 亚洲区域赛",
    "prize": "金奖",
    "dataset": "nuScenes",
    "place": "第 3 名",
    "description": "修复了数据加载的错误，合并了四个请求。",
    "summary": "我想做自动驾驶。",
    "link0": "https://example.com/xiaohe",
    "consent": "y",
}
RESUME = "云小鹤\n云溪大学，计算机科学与技术，硕士在读。\n用 Python 和 PyTorch 训练轨迹预测网络。\n"


@dataclass(frozen=True, slots=True)
class Input:
    """One control of a form: its kind (text, hidden, checkbox, radio, select, textarea, file), value and choices."""

    name: str
    kind: str
    value: str
    checked: bool
    choices: tuple[str, ...]


def inputs_of(page: str) -> list[Input]:
    """List the controls of the application form in their order."""
    form = html.fromstring(page).xpath('//form[@enctype="multipart/form-data"]')[0]
    return [_input(node) for node in form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]")]


def _input(node: Any) -> Input:
    if node.tag == "select":
        options = [option.get("value", "") for option in node.iter("option")]
        chosen = [option.get("value", "") for option in node.iter("option") if option.get("selected") is not None]
        return Input(node.get("name"), "select", (chosen or options)[0], False, tuple(options))
    if node.tag == "textarea":
        text = (node.text or "").replace("\r\n", "\n").removeprefix("\n")  # browsers drop a first line end, too
        return Input(node.get("name"), "textarea", text, False, ())
    kind = node.get("type", "text")
    return Input(node.get("name"), kind, node.get("value") or "", node.get("checked") is not None, ())


def shown(page: str) -> dict[str, list[str]]:
    """Give what a browser would send if the page were sent as it is, without the file."""
    body: dict[str, list[str]] = {}
    for one in inputs_of(page):
        if one.kind == "file" or (one.kind in {"checkbox", "radio"} and not one.checked):
            continue
        body.setdefault(one.name, []).append(one.value)
    return body


def filled(page: str, *, start: str = "2026-12-01") -> dict[str, Any]:
    """Fill in every control with something sensible, tick everything that can be ticked but the refusals."""
    body: dict[str, Any] = {}
    for one in inputs_of(page):
        if one.kind == "hidden":
            body[one.name] = one.value
        elif one.kind == "file" or one.name in {"website", "prescore_refused", "contact_later"}:
            continue
        elif one.name.endswith("-chosen"):
            body.setdefault(one.name, [])
            if one.value != "-":
                body[one.name].append(one.value)
        elif one.kind == "checkbox":
            body[one.name] = one.value or "y"
        else:
            body[one.name] = _good(one, start)
    return body


def needed_only(page: str, *, start: str = "2026-12-01") -> dict[str, Any]:
    """Fill in the least that is taken: nothing that is optional."""
    body: dict[str, Any] = {}
    for one in inputs_of(page):
        ending = one.name.rsplit("-", 1)[-1]
        if one.kind == "hidden":
            body[one.name] = one.value
        elif one.name in {"name", "email", "phone", "consent"}:
            body[one.name] = GOOD[one.name]
        elif "entry0-" in one.name and ending in {"institution", "degree", "area", "end"}:
            body[one.name] = GOOD[ending]
        elif ending in {"start", "months", "days_per_week", "on_site"} and "entry" not in one.name:
            body[one.name] = _good(one, start)
        elif one.name.endswith("-chosen"):
            body[one.name] = one.value
        elif ending == "text":
            body[one.name] = "无"
    return body


def _good(one: Input, start: str) -> str:
    ending = one.name.rsplit("-", 1)[-1].rstrip("0123456789") if "-" in one.name else one.name
    if one.kind == "date":
        return start
    if "entry" in one.name and ending == "name":
        return "TrackNet"
    if ending == "name" and "-" in one.name:
        return "JAX"
    good = GOOD.get(ending, "")
    return good if not one.choices or good in one.choices else one.choices[-1]


def with_file(body: dict[str, Any], content: bytes = RESUME.encode(), name: str = "云小鹤_简历.txt") -> dict[str, Any]:
    """Add a résumé."""
    return {**body, "resume": FileStorage(io.BytesIO(content), name)}


def plain_body(body: dict[str, Any]) -> dict[str, list[str]]:
    """Give a body in the shape of ``shown``: lists, without the file and without empty lists."""
    lists = {name: value if isinstance(value, list) else [value] for name, value in body.items() if name != "resume"}
    return {name: value for name, value in lists.items() if value}
