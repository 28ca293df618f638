"""Conversations in a folder that the processes of one machine share: a file of JSON for each.

state = AsyncStateManager(session_store=FolderSessions("state"), conversation_store=FolderConversations("state"))
"""

import asyncio
import datetime as dt
from typing import Any

from asyncassist import ConversationInfo, Message
from asyncassist.errors import ConflictError
from asyncassist.stores import MAX_REQUEST_IDS, Append, WriteId, select_newest, select_page
from examples.folder_files import Folder


class FolderConversations(Folder):
    """A `ConversationStore`. Conversations do not expire."""

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:
        def work(content: dict[str, Any]) -> int:
            messages, requests = content.get("messages", []), content.get("requests", {})
            if append.request_id in requests:
                return int(requests[append.request_id][-1])
            if append.expected_version not in (None, len(messages)):
                expected = append.expected_version
                raise ConflictError(key=key.partition(":")[2], expected=expected, actual=len(messages))
            start = len(messages) + 1
            messages += [message.to_dict() | {"seq": seq} for seq, message in enumerate(append.messages, start)]
            if append.request_id is not None:
                requests[append.request_id] = start, len(messages)
            now = self.clock()
            content.setdefault("created_at", now)
            content.update(messages=messages, requests=dict([*requests.items()][-MAX_REQUEST_IDS:]), updated_at=now)
            return len(messages)

        return await self.change(_place(key), work)

    async def read_page(
        self, key: str, *, limit: int | None = None, before: int | None = None, touch: bool = True
    ) -> tuple[int, list[Message]]:
        content = await self.change(_place(key), lambda content: content)
        messages = content.get("messages", [])
        return len(messages), select_page([Message.of(fields) for fields in messages], limit, before)

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        content = await self.change(_place(key), lambda content: content)
        start, end = content.get("requests", {}).get(request_id, (1, 0))
        return [Message.of(fields) for fields in content.get("messages", [])[start - 1 : end]]

    async def forget(self, key: str, write_id: WriteId) -> bool:
        def work(content: dict[str, Any]) -> bool:
            existed = bool(content)
            content.clear()
            return existed

        return await self.change(_place(key), work)

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        found = []
        for path in await asyncio.to_thread(lambda: list(self.folder.glob(f"conversations/{owner}/*.json"))):
            content = await self.change(f"conversations/{owner}/{path.stem}", lambda content: content)
            if content:
                found.append(
                    ConversationInfo(
                        id=path.stem,
                        title=content.get("title"),
                        created_at=dt.datetime.fromtimestamp(content["created_at"], dt.UTC),
                        updated_at=dt.datetime.fromtimestamp(content["updated_at"], dt.UTC),
                        messages=len(content["messages"]),
                    )
                )
        return select_newest(found, limit, before)

    async def rename(self, key: str, title: str) -> bool:
        def work(content: dict[str, Any]) -> bool:
            if content:
                content["title"] = title
            return bool(content)

        return await self.change(_place(key), work)

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:
        def work(content: dict[str, Any]) -> int | None:
            if not content:
                return None
            messages = content["messages"]
            starts = [index for index, fields in enumerate(messages) if fields["role"] == "user"][-turns:]
            if starts and not starts[0]:
                content.clear()
                return 0
            if starts:
                del messages[starts[0] :]
                content["requests"] = {k: v for k, v in content["requests"].items() if v[1] <= len(messages)}
                content["updated_at"] = self.clock()
            return len(messages)

        return await self.change(_place(key), work)


def _place(key: str) -> str:
    owner, _, conversation_id = key.partition(":")
    return f"conversations/{owner}/{conversation_id}"
