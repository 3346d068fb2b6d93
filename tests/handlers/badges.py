"""Short ways to badges: their URLs, and what there is to see on one."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.fakes import SECRET, Scene
from tocsin.services.badges import badge_urls, check_badge_urls
from tocsin.stores.check_items import Info
from tocsin.stores.projects import Project


def project_of(scene: Scene) -> Project:
    project = scene.house.projects.get(scene.project)
    assert project is not None
    return project


def info_of(scene: Scene, check_id: str) -> Info:
    info = scene.house.checks.info(check_id)
    assert info is not None
    return info


def tag_urls(scene: Scene, tag: str = "*") -> dict[str, str]:
    """The URLs of a tag's badges by format, without a host."""
    return dict(badge_urls(project_of(scene), [tag], "", SECRET)[tag])


def check_urls(scene: Scene, check_id: str) -> dict[str, str]:
    return dict(check_badge_urls(info_of(scene, check_id), ""))


def late_check(scene: Scene, name: str = "") -> str:
    """A check that is late now."""
    check_id = scene.check(name=name)
    scene.ping(check_id)
    scene.clock.advance(minutes=62)
    return check_id


def refused(answer: TestResponse) -> bool:
    return (answer.status_code, answer.text) == (404, "not found")


class Picture(HTMLParser):
    """What there is to see and to hear of a badge."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self.root: dict[str, str | None] = {}
        self.title, self.texts, self._inside = "", list[str](), ""
        self.feed(svg)

    @property
    def width(self) -> int:
        return int(self.root["width"] or 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("svg", "title", "rect", "path", "g", "text"), tag
        self._inside = tag
        if tag == "svg":
            self.root = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        if self._inside == "text":
            self.texts.append(data)
