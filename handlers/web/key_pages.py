"""API keys, a project's and an account's alike: the list, a new one, which is shown this once, and the end of one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.current import house, site_root
from handlers.web.letters import tell_owner
from handlers.web.sending import sent
from handlers.web.session import actor, caller
from handlers.web.settings_forms import KeyForm
from tocsin.services.keys import InvalidKey, UnknownKey, create_key, key_words, revoke_key
from tocsin.stores.keys import KeyKind, StoredKey
from tocsin.stores.projects import Project


class Ring(Struct, frozen=True):
    """Whose keys a page is about."""

    owner: str
    """The id of the project, or of the user."""
    keys: Sequence[StoredKey]
    writing: KeyKind
    reading: KeyKind
    url: str
    """Of the list."""
    project: Project | None = None


def list_page(ring: Ring) -> ResponseReturnValue:
    return render_template("keys.html", ring=ring, project=ring.project)


def add_page(ring: Ring) -> ResponseReturnValue:
    """The new key is in the answer to the form and nowhere else: no page or cookie can show it again."""
    form = KeyForm(sent())
    if request.method == "POST" and form.validate():
        try:
            key, text = _create(ring, form)
        except InvalidKey as refusal:
            form.take({"name": str(refusal)})
        else:
            if not ring.project:
                tell_owner(f"The API key {key_words(key.name, key.shown)} was made: it opens your projects")
            return render_template(
                "key_made.html", ring=ring, project=ring.project, key=key, text=text, root=site_root()
            )
    page = render_template("key_form.html", ring=ring, project=ring.project, form=form)
    return page, 422 if form.errors else 200


def revoke_page(ring: Ring, key_id: str) -> ResponseReturnValue:
    """GET asks, POST does. Of two at once both are told that it is revoked; later it is not found."""
    key = next((key for key in ring.keys if key.id == key_id), None)
    if request.method != "POST" and key:
        return render_template("key_revoke.html", ring=ring, project=ring.project, key=key)
    if key is None:
        abort(404)
    with suppress(UnknownKey):
        revoke_key(house().keys, key=key, by=actor(), caller=caller(), now=house().clock())
        if not ring.project:
            tell_owner(f"The API key {key_words(key.name, key.shown)} was revoked")
    flash("The key is revoked: it opens nothing any more.")
    return redirect(ring.url)


def _create(ring: Ring, form: KeyForm) -> tuple[StoredKey, str]:
    return create_key(
        house().keys,
        kind=ring.reading if form.access.data == "read" else ring.writing,
        owner=ring.owner,
        name=form.name.data or "",
        secret_key=house().settings.secret_key,
        by=actor(),
        caller=caller(),
        now=house().clock(),
    )
