"""What a store of sessions or conversations of your own needs; see "Write a store" of the documentation."""

from asyncassist._stores.conversation_info import ConversationInfo, select_newest
from asyncassist._stores.memory_history import MAX_REQUEST_IDS, select_page
from asyncassist._stores.session_records import (
    ABSENT,
    Append,
    SessionRecord,
    Write,
    WriteId,
    WriteResult,
    compare_and_set,
)
from asyncassist._stores.store import ConversationStore, OwnerRecords, RetainsConversations, SessionStore

__all__ = [
    "ABSENT",
    "MAX_REQUEST_IDS",
    "Append",
    "ConversationInfo",
    "ConversationStore",
    "OwnerRecords",
    "RetainsConversations",
    "SessionRecord",
    "SessionStore",
    "Write",
    "WriteId",
    "WriteResult",
    "compare_and_set",
    "select_newest",
    "select_page",
]
