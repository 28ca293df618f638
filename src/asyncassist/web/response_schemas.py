"""JSON Schemas of the responses."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_string: Schema = {"type": "string"}
_number: Schema = {"type": "number"}
_integer: Schema = {"type": "integer", "minimum": 0}
_boolean: Schema = {"type": "boolean"}


def _nullable(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _enum(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _object(optional: Schema | None = None, /, **fields: Schema) -> Schema:
    """Return the schema of an object with required `fields` and further `optional` ones."""
    return {"type": "object", "properties": {**fields, **(optional or {})}, "required": list(fields)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_status = _enum("pass", "warn", "fail")
_percentiles = _object(p50=_nullable(_number), p95=_nullable(_number))
_timing = _object(total=_number, average=_number, throughput=_number)
_money = _object(amount=_string, currency=_string)
_iata_code: Schema = {"type": "string", "description": "IATA code"}
_seconds: Schema = {"type": "number", "description": "seconds"}

RESPONSE_SCHEMAS: dict[str, Schema] = {
    "Problem": _object(
        {"field": _string, "errors": _array(_object(field=_string, detail=_string))},
        type=_string,
        title=_string,
        status=_integer,
        detail=_string,
        instance=_string,
    ),
    "ChatbotReply": _object(
        reply=_string,
        conversation_id=_string,
        source=_enum("model", "cache", "stale", "fallback"),
        cached=_boolean,
        degraded=_boolean,
        reason=_nullable(_string),
        usage={"type": ["object", "null"]},
        response_time=_seconds,
    ),
    "ChatReply": _object(
        reply=_string,
        session_id=_string,
        language=_string,
        intent=_string,
        slots={"type": "object"},
        names={**_map(_string), "description": "names of the trip's places by code"},
        missing=_array(_string),
        offers=_array(_ref("Offer")),
        chosen=_nullable(_string),
        source=_enum("rules", "flights", "model", "cache", "stale", "fallback"),
        degraded=_boolean,
        timings=_object(nlp=_seconds, state=_seconds, flights=_seconds, chat=_seconds, total=_seconds),
    ),
    "Offer": _object(
        {"names": {**_map(_string), "description": "names of airlines and airports by code"}},
        id=_string,
        provider=_string,
        total=_money,
        itineraries=_array(
            _object(
                segments=_array(
                    _object(
                        origin=_iata_code,
                        destination=_iata_code,
                        carrier=_string,
                        number=_string,
                        departs=_string,
                        arrives=_string,
                        departs_local=_string,
                        arrives_local=_string,
                        duration=_seconds,
                        cabin=_string,
                    )
                ),
                duration=_seconds,
                stops=_integer,
            )
        ),
        cabin=_string,
    ),
    "Transcript": _object(
        session_id=_string,
        messages=_array(
            _object(
                {
                    "language": _string,
                    "offers": _array(_ref("Offer")),
                    "passengers": {"type": ["object", "null"]},
                    "chosen": _nullable(_string),
                },
                role=_enum("system", "user", "assistant", "tool"),
                content=_string,
                created_at=_nullable(_string),
                source=_nullable(_string),
            )
        ),
    ),
    "Health": _object(
        {"services": {"type": "object"}, "observed_at": _string},
        status=_status,
        checks=_map(
            _object(
                {"note": _string, "parts": _map(_object(status=_status, note=_string))},
                status=_status,
                response_time=_seconds,
                p50=_nullable(_number),
                p95=_nullable(_number),
                p99=_nullable(_number),
                success_ratio=_nullable(_number),
                critical=_boolean,
                last_failure=_nullable(_string),
            )
        ),
        system=_object(
            {
                "cpu": {"type": "number", "description": "per cent of one CPU"},
                "memory": {"type": ["integer", "null"], "description": "bytes"},
                "loop_lag": _percentiles,
            },
            uptime=_seconds,
        ),
        response_time=_seconds,
    ),
    "History": _object(
        entries=_array(
            _object(
                at=_string,
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
        requests=_integer,
        concurrency=_integer,
        delay=_seconds,
        sequential=_timing,
        concurrent=_timing,
        speedup=_number,
        improvement={"type": "number", "description": "per cent"},
        throughput={"type": "number", "description": "requests per second"},
    ),
    "Caches": _object(
        caches=_map(
            _object(
                entries=_integer,
                bytes=_integer,
                max_entries=_integer,
                hits=_integer,
                misses=_integer,
                stale=_integer,
                coalesced=_integer,
                evictions=_integer,
                hit_ratio=_nullable(_number),
                saved=_seconds,
                cached=_percentiles,
                live=_percentiles,
            )
        )
    ),
    "Board": _object(health={"type": "object"}, history={"type": "object"}, caches={"type": "object"}),
    "Cleared": _object(cleared=_integer),
    "Document": _object(openapi=_string, info={"type": "object"}, paths={"type": "object"}),
}

# One server-sent event; its data is JSON: a text delta, an offer, the complete response, or a problem.
EVENT_SCHEMA: Schema = _object(event=_enum("delta", "offer", "done", "error"), data=_string)
