"""What a ping counts as: the action of its URL, its exit status, and the rules of the check (protocol 1.6, 1.10)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """The rules of a check. Keywords are one text each, separated by commas."""

    post_only: bool = False
    filter_http_body: bool = False
    filter_subject: bool = False
    filter_body: bool = False
    default_fail: bool = False
    start_kw: str = ""
    success_kw: str = ""
    failure_kw: str = ""


@dataclass(frozen=True)
class Said:
    """A ping as it comes in. A mail has the scheme "email", no method, and its subject and text beside the body."""

    action: str = "success"
    rid: str | None = None
    exit_status: int | None = None
    method: str = "GET"
    body: bytes = b""
    scheme: str = "http"
    subject: str = ""
    text: str = ""


def judge(said: Said, rules: Rules) -> str:
    """The kind of ping that this is, before the state of the check is looked at."""
    return judge_mail(said, rules) if said.scheme == "email" else judge_http(said, rules)


def judge_http(said: Said, rules: Rules) -> str:
    """For HTTP: the method decides first, then keywords, then the URL."""
    if rules.post_only and said.method != "POST":
        return "ign"
    if rules.filter_http_body:
        return by_keywords(said.body.decode("utf-8", "replace"), rules)
    return "fail" if said.exit_status else said.action


def judge_mail(said: Said, rules: Rules) -> str:
    """For mail: keywords where they are asked for, else success."""
    if not (rules.filter_subject or rules.filter_body):
        return "success"
    parts = [said.subject] * rules.filter_subject + [said.text] * rules.filter_body
    return by_keywords("\n".join(parts), rules)


def by_keywords(haystack: str, rules: Rules) -> str:
    """Failure words first, then success, then start; a text with none is ignored, or a failure if so wished."""
    for kind, words in (("fail", rules.failure_kw), ("success", rules.success_kw), ("start", rules.start_kw)):
        if any(word.strip() and word.strip() in haystack for word in words.split(",")):
            return kind
    return "fail" if rules.default_fail else "ign"
