"""Serialize what the components return to the response bodies of the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asyncassist._places import place_by_code, place_table
from asyncassist._types import Place, to_jsonable
from asyncassist.assistant.rendering import airline_name

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from asyncassist._chat import Reply, ToolFinished, ToolStarted
    from asyncassist._types import Message
    from asyncassist.assistant import AssistantReply
    from asyncassist.assistant.models import SessionInfo
    from asyncassist.web.answers import (
        ChatbotReply,
        ChatReply,
        Conversations,
        History,
        Offer,
        Timings,
        ToolCallFinished,
        ToolCallStarted,
        Transcript,
        TranscriptMessage,
    )
    from asyncassist.web.health import HealthReport

_COUNTERS = ("entries", "bytes", "max_entries", "hits", "misses", "stale", "coalesced", "evictions")


def chatbot_reply(reply: Reply) -> ChatbotReply:
    """Return the response body of a chatbot reply."""
    return {
        "reply": reply.text,
        "conversation_id": reply.conversation_id,
        "source": reply.source,
        "cached": reply.source in {"cache", "stale"},
        "degraded": reply.degraded,
        "reason": reply.reason,
        "usage": None if reply.usage is None else reply.usage.to_dict(),
        "response_time": reply.elapsed,
    }


def chat_reply(reply: AssistantReply) -> ChatReply:
    """Return the response body of an assistant reply."""
    return {
        "reply": reply.text,
        "session_id": reply.session_id,
        "language": reply.language,
        "intent": reply.intent,
        "slots": to_jsonable(reply.slots),
        "names": _slot_names(reply.slots, reply.language),
        "missing": list(reply.missing),
        "offers": [offer(item.to_dict(), reply.language) for item in reply.offers],
        "chosen": None if reply.chosen is None else reply.chosen.id,
        "best": reply.best,
        "cheapest": reply.cheapest,
        "fastest": reply.fastest,
        "fares": dict(reply.fares),
        "more": reply.more,
        "date_prices": to_jsonable(reply.date_prices),
        "sort": cast("Any", reply.sort),
        "windows": to_jsonable(reply.windows),
        "source": cast("Any", reply.source),
        "degraded": reply.degraded,
        "timings": cast("Timings", dict(reply.timings)),
    }


def tool_started(event: ToolStarted, own_tools: Container[str]) -> ToolCallStarted:
    """Return the data of a call of a tool that begins.

    Args:
        event: The event.
        own_tools: Names of the application's tools: what they are asked and answer is between them and the model.
    """
    is_own = event.name in own_tools
    return {
        "call_id": event.call_id,
        "name": event.name,
        "arguments": {} if is_own else to_jsonable(event.arguments),
    }


def tool_finished(event: ToolFinished, own_tools: Container[str]) -> ToolCallFinished:
    """Return the data of a call that has an outcome; arguments as for `tool_started`."""
    step = event.step
    is_own = step.name in own_tools
    return {
        "call_id": step.call_id,
        "name": step.name,
        "arguments": {} if is_own else to_jsonable(step.arguments),
        "outcome": step.outcome,
        "result": None if is_own else to_jsonable(step.result),
        "error": None if is_own else step.error,
    }


def offer(facts: Mapping[str, Any], language: str) -> Offer:
    """Return an offer with the names of its airlines and airports by code; unknown codes have none.

    Args:
        facts: The offer as a dictionary.
        language: Two-letter code of the language of the names.
    """
    segments = [segment for itinerary in facts["itineraries"] for segment in itinerary["segments"]]
    carriers = {segment[key] for segment in segments for key in ("carrier", "operating_carrier")}
    airports = {segment[key] for segment in segments for key in ("origin", "destination")}
    names = {code: airline_name(code) for code in carriers} | {code: _city_name(code, language) for code in airports}
    return cast("Offer", {**facts, "names": {code: name for code, name in sorted(names.items()) if name}})


def _city_name(code: str, language: str) -> str:
    """Return the name of an airport's city in a language, "" if unknown."""
    place = place_by_code(code)
    return "" if place is None else place_table().localized_name(place.city or place.name, place.country, language)


def conversations(found: Sequence[SessionInfo], language: str) -> Conversations:
    """Return the response body of a list of conversations; `language` names the places where a trip has none."""
    return {
        "conversations": [
            {
                "session_id": info.session_id,
                "title": info.title,
                "created_at": info.created_at.isoformat(),
                "updated_at": info.updated_at.isoformat(),
                "messages": info.messages,
                "slots": to_jsonable(info.slots),
                "names": _slot_names(info.slots, info.language or language),
            }
            for info in found
        ]
    }


def _slot_names(slots: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the names of the trip's places in a language, by code."""
    places = [place for place in slots.values() if isinstance(place, Place)]
    table = place_table() if places else None
    return {
        place.code: table.localized_name(place.city or place.name, place.country, language)
        for place in places
        if table is not None
    }


def _stored_offers(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a stored reply shows beside its text, as `chat_reply` names it; nothing if that is text alone."""
    if metadata.get("date_prices"):
        names = ("language", "date_prices", "departure_date", "return_date")
        return {name: metadata[name] for name in names}
    if not metadata.get("offers"):
        return {}
    language = metadata["language"]
    return {
        "language": language,
        "offers": [offer(item, language) for item in metadata["offers"]],
        "passengers": metadata.get("passengers"),
        "chosen": metadata.get("chosen"),
        **{name: metadata.get(name) for name in ("best", "cheapest", "fastest")},
        "more": metadata.get("more", 0),
    }


def transcript(session_id: str, messages: Sequence[Message]) -> Transcript:
    """Return the response body of a session's messages, oldest first."""
    return {
        "session_id": session_id,
        "messages": [
            cast(
                "TranscriptMessage",
                {
                    "role": message.role,
                    "content": message.content,
                    "created_at": to_jsonable(message.created_at),
                    "source": message.source,
                    **_stored_offers(message.metadata),
                },
            )
            for message in messages
        ],
    }


def public_health(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a health response without what tells which upstream services are used, and where.

    Left out are entries named by a URL, texts that hold one, and the notes of a component's parts, which may quote an
    error with its host.
    """
    checks = {name: dict(check) for name, check in body["checks"].items()}
    for check in checks.values():
        if "parts" in check:
            check["parts"] = {name: {**part, "note": ""} for name, part in check["parts"].items()}
    found: dict[str, Any] = _without_urls({**body, "checks": checks})
    return found


def _without_urls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_urls(item) for name, item in value.items() if not _is_url(name)}
    if isinstance(value, list):
        named = (item for item in value if not (isinstance(item, dict) and any(map(_is_url, item.values()))))
        return [_without_urls(item) for item in named]
    return "" if _is_url(value) else value


def _is_url(value: object) -> bool:
    return isinstance(value, str) and "://" in value


def health(report: HealthReport, system: dict[str, Any], elapsed: float) -> dict[str, Any]:
    """Return the response body of a health report; `elapsed` is in seconds."""
    return {
        "status": report.status,
        "checks": {check.name: _check(check, report) for check in report.checks},
        "system": system,
        "observed_at": to_jsonable(report.observed_at),
        "response_time": elapsed,
    }


def _check(check: Any, report: HealthReport) -> dict[str, Any]:
    found: dict[str, Any] = {
        "status": check.status,
        "response_time": check.elapsed,
        "p50": check.p50,
        "p95": check.p95,
        "p99": check.p99,
        "success_ratio": check.success_ratio,
        "critical": check.critical,
        "last_failure": to_jsonable(check.last_failure),
        "note": check.note,
    }
    parts = report.parts.get(check.name)
    if parts:
        found["parts"] = {part.name: {"status": part.status, "note": part.note} for part in parts}
    return found


def history(reports: Sequence[HealthReport]) -> History:
    """Return the response body of the health history, oldest report first."""
    latest = reports[-1] if reports else None
    return {
        "entries": [
            {
                "at": to_jsonable(report.observed_at),
                "status": report.status,
                "response_time": report.elapsed,
                "checks": {
                    check.name: {"status": check.status, "response_time": check.elapsed} for check in report.checks
                },
            }
            for report in reports
        ],
        "checks": {
            check.name: {"p50": check.p50, "p95": check.p95, "p99": check.p99, "success_ratio": check.success_ratio}
            for check in (latest.checks if latest else ())
        },
    }


def cache_stats(stats: Any) -> dict[str, Any] | None:
    """Return the cache part of a component's statistics; None if the component has no cache."""
    found = getattr(stats, "cache", stats)
    if not hasattr(found, "hits"):
        return None
    facts: dict[str, Any] = {name: getattr(found, name, 0) for name in _COUNTERS}
    facts["hit_ratio"] = getattr(found, "hit_ratio", None)
    facts["saved"] = getattr(found, "saved", 0.0)
    for kind in ("cached", "live"):
        # A component may time whole calls, which is what its callers wait for; the cache times only lookups.
        source = stats if hasattr(stats, f"{kind}_p50") else found
        facts[kind] = {share: getattr(source, f"{kind}_{share}", None) for share in ("p50", "p95")}
    return facts
