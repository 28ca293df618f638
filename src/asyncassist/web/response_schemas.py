"""What the answers look like, as JSON Schema."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_text: Schema = {"type": "string"}
_number: Schema = {"type": "number"}
_whole: Schema = {"type": "integer", "minimum": 0}
_flag: Schema = {"type": "boolean"}


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _object(optional: Schema | None = None, /, **fields: Schema) -> Schema:
    """An object with these fields, all there; `optional` ones may be."""
    return {"type": "object", "properties": {**fields, **(optional or {})}, "required": list(fields)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_status = _one_of("pass", "warn", "fail")
_percentiles = _object(p50=_maybe(_number), p95=_maybe(_number))
_run = _object(total=_number, average=_number, throughput=_number)
_money = _object(amount=_text, currency=_text)
_place: Schema = {"type": "string", "description": "IATA code"}
_seconds: Schema = {"type": "number", "description": "seconds"}

SHAPES: dict[str, Schema] = {
    "Problem": _object(
        {"field": _text, "errors": _list(_object(field=_text, detail=_text))},
        type=_text,
        title=_text,
        status=_whole,
        detail=_text,
        instance=_text,
    ),
    "ChatbotReply": _object(
        reply=_text,
        conversation_id=_text,
        source=_one_of("model", "cache", "stale", "fallback"),
        cached=_flag,
        degraded=_flag,
        reason=_maybe(_text),
        usage={"type": ["object", "null"]},
        response_time=_seconds,
    ),
    "ChatReply": _object(
        reply=_text,
        session_id=_text,
        language=_text,
        intent=_text,
        slots={"type": "object"},
        missing=_list(_text),
        offers=_list(_ref("Offer")),
        source=_one_of("rules", "flights", "model", "cache", "stale", "fallback"),
        degraded=_flag,
        timings=_object(nlp=_seconds, state=_seconds, flights=_seconds, chat=_seconds, total=_seconds),
    ),
    "Offer": _object(
        id=_text,
        provider=_text,
        total=_money,
        itineraries=_list(
            _object(
                segments=_list(
                    _object(
                        origin=_place,
                        destination=_place,
                        carrier=_text,
                        number=_text,
                        departs=_text,
                        arrives=_text,
                        departs_local=_text,
                        arrives_local=_text,
                        duration=_seconds,
                        cabin=_text,
                    )
                ),
                duration=_seconds,
                stops=_whole,
            )
        ),
        cabin=_text,
    ),
    "Transcript": _object(
        session_id=_text,
        messages=_list(
            _object(
                role=_one_of("system", "user", "assistant", "tool"),
                content=_text,
                created_at=_maybe(_text),
                source=_maybe(_text),
            )
        ),
    ),
    "Health": _object(
        {"services": {"type": "object"}, "observed_at": _text},
        status=_status,
        checks=_map(
            _object(
                {"note": _text, "parts": _map(_object(status=_status, note=_text))},
                status=_status,
                response_time=_seconds,
                p50=_maybe(_number),
                p95=_maybe(_number),
                p99=_maybe(_number),
                success_ratio=_maybe(_number),
                critical=_flag,
                last_failure=_maybe(_text),
            )
        ),
        system=_object(
            {
                "cpu": {"type": "number", "description": "per cent of one processor"},
                "memory": {"type": ["integer", "null"], "description": "bytes"},
                "loop_lag": _percentiles,
            },
            uptime=_seconds,
        ),
        response_time=_seconds,
    ),
    "History": _object(
        entries=_list(
            _object(
                at=_text,
                status=_status,
                response_time=_seconds,
                checks=_map(_object(status=_status, response_time=_seconds)),
            )
        ),
        checks={"type": "object"},
    ),
    "External": _object(
        services=_map(_object(status=_status, status_code={"type": ["integer", "null"]}, response_time=_seconds)),
        response_time=_seconds,
    ),
    "Performance": _object(
        requests=_whole,
        concurrency=_whole,
        delay=_seconds,
        sequential=_run,
        concurrent=_run,
        speedup=_number,
        improvement={"type": "number", "description": "per cent"},
        throughput={"type": "number", "description": "requests in a second"},
    ),
    "Caches": _object(
        caches=_map(
            _object(
                entries=_whole,
                bytes=_whole,
                max_entries=_whole,
                hits=_whole,
                misses=_whole,
                stale=_whole,
                coalesced=_whole,
                evictions=_whole,
                hit_ratio=_maybe(_number),
                saved=_seconds,
                cached=_percentiles,
                live=_percentiles,
            )
        )
    ),
    "Cleared": _object(cleared=_whole),
    "Document": _object(openapi=_text, info={"type": "object"}, paths={"type": "object"}),
}

# One event of a stream; its data is JSON: a piece of text, an offer, the whole answer, or a problem.
EVENT: Schema = _object(event=_one_of("delta", "offer", "done", "error"), data=_text)
