"""The badges of a project, whose URLs show what they say."""

from __future__ import annotations

from tests.api.v4.program import Program, told
from tests.fakes import Scene
from tocsin.domain.ping import Kind


def test_each_tag_and_the_whole_project_have_badges(program: Program, reader: Program, scene: Scene) -> None:
    scene.ping(scene.check(tags="prod db"))
    scene.ping(scene.check(tags="prod a/b%"), Kind.FAIL)
    answer = told(program.get("/badges/"))
    assert answer == told(reader.get("/badges/"))
    assert answer["next"] is None
    shown = {badge.pop("tag"): badge for badge in answer["badges"]}
    assert list(shown) == ["*", "a/b%", "db", "prod"]
    for tag, status in {"*": "down", "a/b%": "down", "db": "up", "prod": "down"}.items():
        assert program.client.get(shown[tag]["json"]).json["status"] == status  # type: ignore[index]
        for url in shown[tag].values():
            assert program.client.get(url).status_code == 200, url


def test_tags_come_page_by_page(program: Program, account: Program, scene: Scene) -> None:
    scene.check(tags="c b a")
    pages = list(account.pages(f"/badges/?limit=3&project={scene.project}", "badges"))
    assert [[badge["tag"] for badge in page] for page in pages] == [["*", "a", "b"], ["c"]]
