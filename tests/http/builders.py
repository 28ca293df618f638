"""Header fields and stored responses for tests of the pure caching functions."""

from __future__ import annotations

from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheRules

NOW = 1_767_225_600.0
SHARED = CacheRules()


def fields(*pairs, **named):
    """Header fields from pairs and from keywords, in which an underscore stands for a hyphen."""
    return CIMultiDict([*pairs, *((name.replace("_", "-"), value) for name, value in named.items())])


def stored(status=200, body=b"0123456789", *, vary=(), rules=SHARED, generated_at=NOW, cost=0.0, **named):
    """Stored response to a GET with these header fields, received at `NOW` and at monotonic time 0."""
    headers = fields(**named)
    return rfc.StoredResponse(
        method="GET",
        status=status,
        reason="OK",
        headers=CIMultiDictProxy(headers),
        body=body,
        url="http://a.example/",
        vary=vary,
        date=generated_at,
        initial_age=0.0,
        received_monotonic=0.0,
        received_at=NOW,
        freshness=rfc.compute_freshness(
            status, headers, rules=rules, now=NOW, has_credentials=False, allow_default=True
        ),
        cost=cost,
    )
