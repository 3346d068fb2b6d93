"""The part of a check's form that says which pings count, and as what."""

from __future__ import annotations

from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import Length

from tocsin.domain.ping import Keywords, Rules
from tocsin.services.check_fields import MAX_KEYWORDS


def at_most(characters: int) -> Length:
    return Length(max=characters, message=f"At most {characters} characters")


class RuleFields:
    post_only = BooleanField("Only heed POST requests")
    filter_http_body = BooleanField("In the body of requests")
    filter_subject = BooleanField("In the subject of mails")
    filter_body = BooleanField("In the text of mails")
    start_kw = StringField("Start", [at_most(MAX_KEYWORDS)])
    success_kw = StringField("Success", [at_most(MAX_KEYWORDS)])
    failure_kw = StringField("Failure", [at_most(MAX_KEYWORDS)])
    default_fail = SelectField(
        "With none of these words",
        choices=[SelectChoice("", "ignore the ping"), SelectChoice("1", "count it as a failure")],
        default="",
    )

    def rules(self) -> Rules:
        keywords = Keywords(
            start=(self.start_kw.data or "").strip(),
            success=(self.success_kw.data or "").strip(),
            failure=(self.failure_kw.data or "").strip(),
            default_fail=self.default_fail.data == "1",
        )
        return Rules(
            post_only=bool(self.post_only.data),
            filter_http_body=bool(self.filter_http_body.data),
            filter_subject=bool(self.filter_subject.data),
            filter_body=bool(self.filter_body.data),
            keywords=keywords,
        )


def rule_values(rules: Rules) -> dict[str, object]:
    return {
        "post_only": rules.post_only,
        "filter_http_body": rules.filter_http_body,
        "filter_subject": rules.filter_subject,
        "filter_body": rules.filter_body,
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "default_fail": "1" if rules.keywords.default_fail else "",
    }
