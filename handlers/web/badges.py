"""The badges of a project: as they look, and as what is pasted where they are to show."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.current import house, site_root
from handlers.web.access import project_or_404
from handlers.web.badge_writing import WRITINGS
from tocsin.services.badges import WHOLE_PROJECT, Urls, badge_urls, check_badge_urls
from tocsin.services.check_filter import Pair
from tocsin.stores.projects import Project


class Shown(Struct, frozen=True):
    """A badge on the page."""

    words: str
    picture: str
    """Within this site: the page may be open under another name than the one that links show."""
    text: str
    check_id: str = ""
    tag: str = ""


class Wanted(Struct, frozen=True):
    """How the badges are asked for, by the page's address. What can't be is what nobody has to choose."""

    writing: str = next(iter(WRITINGS))
    three: str = ""

    @classmethod
    def asked(cls) -> Wanted:
        writing = request.args.get("as", "")
        three = "3" if request.args.get("states") == "3" else ""
        return cls(writing, three) if writing in WRITINGS else cls(three=three)

    def shown(self, words: str, public: Urls, local: Urls, *, check_id: str = "", tag: str = "") -> Shown:
        _, write = WRITINGS[self.writing]
        return Shown(words, local[f"svg{self.three}"], write(public, self.three, words), check_id, tag)


def page(project_id: str) -> ResponseReturnValue:
    project, wanted = project_or_404(project_id), Wanted.asked()
    pairs = sorted(house().checks.listing(project_id), key=lambda pair: pair[1].name.casefold())
    return render_template(
        "badges.html",
        project=project,
        wanted=wanted,
        writings=WRITINGS,
        of_tags=list(_of_tags(project, pairs, wanted)),
        of_checks=list(_of_checks(pairs, wanted)),
    )


def _of_tags(project: Project, pairs: list[Pair], wanted: Wanted) -> Iterator[Shown]:
    """The whole project's first."""
    tags = {tag for _, info in pairs for tag in info.tag_list}
    secret_key = house().settings.secret_key
    public, local = (badge_urls(project, tags, root, secret_key) for root in (site_root(), request.script_root))
    for tag in public:
        words = project.name if tag == WHOLE_PROJECT else tag
        yield wanted.shown(words, public[tag], local[tag], tag="" if tag == WHOLE_PROJECT else tag)


def _of_checks(pairs: list[Pair], wanted: Wanted) -> Iterator[Shown]:
    for stored, info in pairs:
        public, local = (check_badge_urls(info, root) for root in (site_root(), request.script_root))
        yield wanted.shown(info.name or "Unnamed check", public, local, check_id=stored.check.id)
