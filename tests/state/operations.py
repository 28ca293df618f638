"""Messages and operations that several suites of sessions and conversations use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncassist import AsyncStateManager


def increment(data: dict[str, Any]) -> None:
    """Add one to the key "n"."""
    data["n"] = data.get("n", 0) + 1


def text_messages(*texts: str) -> list[dict[str, Any]]:
    """Messages of a user and an assistant in turn."""
    return [{"role": "user" if index % 2 == 0 else "assistant", "content": text} for index, text in enumerate(texts)]


async def wait_until_replayed(state: AsyncStateManager) -> None:
    """Return when the store has recovered and every journalled write is in it."""
    await state.flush(timeout=20.0)
