"""Wires: how a request for an answer is rendered, and the answer read, on each API of OpenAI."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from asyncassist._chat.wires.chat import ChatWire
from asyncassist._chat.wires.responses import ResponsesWire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._chat.completions import Answer
    from asyncassist._chat.models import Backend

WireChoice = Literal["auto", "chat", "responses"]
WIRE_CHOICES = ("auto", "chat", "responses")

_OPENAI_HOST = "api.openai.com"
_OPENAI_HOST_SUFFIX = ".api.openai.com"  # of the regions
_AZURE_HOST_SUFFIXES = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_AZURE_CLIENT = "AsyncAzureOpenAI"


class Accumulator(Protocol):
    """Accumulator of the events of a stream."""

    finish_reason: str | None

    @property
    def has_output(self) -> bool:
        """True once text or a tool call has arrived."""
        ...

    def add(self, event: Any, /) -> str:
        """Add an event and return its text; "" if it has none."""
        ...

    def answer(self, incomplete_reason: str | None = None) -> Answer:
        """Return the answer accumulated so far."""
        ...


class Wire(Protocol):
    """One API: its requests and its answers.

    Attributes:
        name: Value of the argument `wire` that selects it.
        path: Path below the base URL.
        resource: Attribute path of an SDK client that has `create`.
        params_type: Module and name of the SDK's type of the parameters of `create`.
    """

    name: str
    path: str
    resource: str
    params_type: tuple[str, str]

    def render_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as this wire sends them; InvalidInputError names one that it cannot send."""
        ...

    def render(
        self,
        model: str,
        messages: Sequence[Mapping[str, Any]],
        params: Mapping[str, Any],
        *,
        stream: bool,
        conversation: tuple[str | None, str] | None = None,
        origin: str = "",
    ) -> dict[str, Any]:
        """Return the body of a request."""
        ...

    def read(self, response: Any, requested_model: str) -> Answer:
        """Return the answer of a response that was not streamed."""
        ...

    def accumulator(self, requested_model: str) -> Accumulator:
        """Return an accumulator for a stream."""
        ...


def choose_wire(choice: WireChoice, backend: Backend) -> Wire:
    """Return the wire of a backend.

    Args:
        choice: The argument `wire` of the chatbot. "auto" is the Responses API for OpenAI's own host and Azure, and
            Chat Completions elsewhere, as for a client that has no `responses`.
        backend: The backend.
    """
    is_responses = choice == "responses" or (choice == "auto" and _has_responses_api(backend))
    return ResponsesWire() if is_responses else ChatWire()


def _has_responses_api(backend: Backend) -> bool:
    client: Any = backend.client
    if client is None:
        return backend.base_url is None or _is_provider_host(backend.base_url)
    # Looked up without calling anything: the SDK would import the API's modules.
    if inspect.getattr_static(client, "responses", None) is None:
        return False
    url = str(getattr(client, "base_url", ""))
    is_azure = any(kind.__name__ == _AZURE_CLIENT for kind in type(client).__mro__)
    if is_azure and "/deployments/" in url:
        # The API stands beside the deployments; the SDK finds it unless the address was given as a whole.
        return getattr(client, "_azure_deployment", None) is not None
    return is_azure or _is_provider_host(url)


def _is_provider_host(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == _OPENAI_HOST or host.endswith((_OPENAI_HOST_SUFFIX, *_AZURE_HOST_SUFFIXES))
