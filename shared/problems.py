"""Errors an API answers with (RFC 9457): a code for programs, a sentence for people, no personal value."""

from typing import Any

# Stable addresses of the error kinds; a reader can look one up in docs/errors.md.
TYPE_PREFIX = "https://docs.throughcare.example/errors/"


_TEXTS = ("type", "title", "detail", "instance", "code", "correlation_id")
# Every operation may answer so; said once for the OpenAPI documents.
RESPONSE: dict[str, Any] = {
    "description": "A problem, with a code for programs and a sentence for people.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": [*_TEXTS, "status"],
                "properties": {name: {"type": "string"} for name in _TEXTS} | {"status": {"type": "integer"}},
            }
        }
    },
}


class Problem(Exception):
    """Answered as application/problem+json. `extra` members are added to the body as they are."""

    def __init__(self, status: int, code: str, title: str, detail: str, **extra: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.extra = extra
        self.headers: dict[str, str] = {}

    def body(self, instance: str, correlation_id: str) -> dict[str, Any]:
        return {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "correlation_id": correlation_id,
            **self.extra,
        }
