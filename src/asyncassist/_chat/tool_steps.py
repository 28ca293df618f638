"""Steps of a turn: the calls of one answer are recorded, run at the same time, and their results recorded."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._chat.stream_events import ToolFinished, ToolStarted
from asyncassist._chat.tool_runner import (
    INTERRUPTED,
    MAX_PARALLEL_CALLS,
    NOT_RECORDED,
    REFUSED,
    UNKNOWN_TOOL,
    clean_text,
    read_calls,
    read_reasoning,
)
from asyncassist.errors import InvalidInputError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from asyncassist._chat.completions import Answer
    from asyncassist._chat.conversations import ConversationLog
    from asyncassist._chat.stream_events import ToolEvent
    from asyncassist._chat.tool_runner import StepCall, ToolRunner
    from asyncassist._chat.tools import Tool, ToolContext, ToolStep
    from asyncassist._chat.turn_record import TurnRecord

_MAX_REASON_CHARS = 1_000


@dataclass(slots=True, kw_only=True)
class ToolScope:
    """Circumstances in which the tools of a turn run.

    Attributes:
        tools: The tools by name.
        context: Context of a call, without its id and deadline.
        settings: What a later `resolve` needs of the call, as JSON; stored with calls that wait for a decision.
        emit: Called with each event; None for nothing.
    """

    tools: Mapping[str, Tool]
    context: ToolContext
    settings: str = ""
    emit: Callable[[ToolEvent], None] | None = None

    def notify(self, event: ToolEvent) -> None:
        """Emit an event, if the caller wants it."""
        if self.emit is not None:
            self.emit(event)


def check_decisions(decisions: object) -> dict[str, bool | str]:
    """Return the decisions of `CachedChatbot.resolve` by call id.

    Raises:
        InvalidInputError: The value is not a mapping of call ids to True, False or a reason.
    """
    if not isinstance(decisions, dict) or not decisions:
        raise InvalidInputError("decisions", "must map the ids of calls to True, False or a reason")
    for call_id, decision in decisions.items():
        if not isinstance(call_id, str) or not isinstance(decision, bool | str):
            raise InvalidInputError("decisions", "must map the ids of calls to True, False or a reason")
    return decisions


class StepExecutor:
    """Executor of the steps of turns.

    A call of a tool that is not repeatable runs only after the record that announces it is stored; its result is stored
    at once. So no call takes effect twice, whatever process ends when.

    Args:
        conversations: Store of the records.
        runner: Runner of the calls.
    """

    def __init__(self, conversations: ConversationLog, runner: ToolRunner) -> None:
        self._conversations = conversations
        self._runner = runner

    async def run_step(self, record: TurnRecord, answer: Answer, scope: ToolScope, used_ids: set[str]) -> None:
        """Record the calls of an answer and run those that need no decision.

        Args:
            record: Record of the turn.
            answer: The answer.
            scope: Tools and context.
            used_ids: Ids of all earlier calls; those of the answer are added.
        """
        calls = read_calls(answer.tool_calls, used_ids, lambda: f"call_{secrets.token_hex(12)}")
        refused = {call.call_id: self._check(call, scope) for call in calls}
        runnable = [(scope.tools[call.name], call) for call in calls if refused[call.call_id] is None]
        waiting = [call for tool, call in runnable if tool.needs_approval]
        settings = scope.settings if waiting else ""
        record.add_step(
            clean_text(answer.text),
            calls,
            read_reasoning(answer.reasoning),
            [call.call_id for call in waiting],
            settings=settings,
        )
        for step in refused.values():
            if step is not None:
                self._finish_call(record, step, scope)
        is_recorded = True
        if any(tool.needs_approval or not tool.repeatable for tool, _ in runnable):
            is_recorded = await self._store_intent(record, scope)
        if not is_recorded:
            for call in waiting:
                self._finish_call(record, call.step("failed", NOT_RECORDED), scope)
        direct = [(tool, call) for tool, call in runnable if not tool.needs_approval]
        await self._run_all(record, direct, scope, is_recorded=is_recorded)
        if waiting and is_recorded:
            await self._store_part(record, scope)

    async def resume(self, record: TurnRecord, scope: ToolScope) -> None:
        """Continue a turn that another process, or an earlier call, left: no call is repeated unless it may be."""
        pending = {call.call_id for call in record.pending_calls()}
        repeated: list[tuple[Tool, StepCall]] = []
        for call in record.open_calls():
            tool = scope.tools.get(call.name)
            if call.call_id in pending:
                continue
            if tool is not None and tool.repeatable and self._check(call, scope) is None:
                repeated.append((tool, call))
            else:
                self._finish_call(record, call.step("uncertain", INTERRUPTED), scope)
        await self._run_all(record, repeated, scope, is_recorded=True)

    async def decide(self, record: TurnRecord, decisions: Mapping[str, bool | str], scope: ToolScope) -> None:
        """Record decisions about the calls that wait for them, and run those that are allowed.

        Raises:
            StateUnavailableError: The decisions could not be stored; nothing was run.
        """
        waiting = {call.call_id: call for call in record.pending_calls()}
        decided = {call_id: decision for call_id, decision in decisions.items() if call_id in waiting}
        approved = [waiting[call_id] for call_id, decision in decided.items() if decision is True]
        if approved:
            record.add_approval([call.call_id for call in approved])
        for call_id, decision in decided.items():
            if decision is not True:
                reason = clean_text(decision)[:_MAX_REASON_CHARS].strip()
                error = f"{REFUSED}: {reason}" if reason else REFUSED
                self._finish_call(record, waiting[call_id].step("refused", error), scope)
        runnable: list[tuple[Tool, StepCall]] = []
        for call in approved:
            tool = scope.tools.get(call.name)
            step = call.step("failed", UNKNOWN_TOOL) if tool is None else self._check(call, scope)
            if step is not None or tool is None:
                assert step is not None
                self._finish_call(record, step, scope)
            else:
                runnable.append((tool, call))
        if not await self._store_intent(record, scope):
            raise StateUnavailableError("the decisions could not be stored; nothing was run")
        await self._run_all(record, runnable, scope, is_recorded=True)

    def _check(self, call: StepCall, scope: ToolScope) -> ToolStep | None:
        return self._runner.check(scope.tools.get(call.name), call, _context_of(call, scope))

    def _finish_call(self, record: TurnRecord, step: ToolStep, scope: ToolScope) -> None:
        record.add_result(step)
        scope.notify(ToolFinished(step=step))

    async def _run_all(
        self, record: TurnRecord, calls: Sequence[tuple[Tool, StepCall]], scope: ToolScope, *, is_recorded: bool
    ) -> None:
        """Run calls at the same time; those with effects only if they are recorded."""
        slots = asyncio.Semaphore(MAX_PARALLEL_CALLS)

        async def run(tool: Tool, call: StepCall) -> None:
            async with slots:
                if not tool.repeatable and not is_recorded:
                    self._finish_call(record, call.step("failed", NOT_RECORDED), scope)
                    return
                scope.notify(ToolStarted(call_id=call.call_id, name=call.name, arguments=call.parsed_arguments()))
                step = await self._runner.run(tool, call, _context_of(call, scope))
                self._finish_call(record, step, scope)
                if not tool.repeatable:
                    await _complete(self._store_part(record, scope))

        async with asyncio.TaskGroup() as group:
            for tool, call in calls:
                group.create_task(run(tool, call))

    async def _store_intent(self, record: TurnRecord, scope: ToolScope) -> bool:
        context = scope.context
        return await self._conversations.store_part(record, context.conversation_id, user=context.user, is_intent=True)

    async def _store_part(self, record: TurnRecord, scope: ToolScope) -> bool:
        context = scope.context
        return await self._conversations.store_part(record, context.conversation_id, user=context.user, is_intent=False)


def _context_of(call: StepCall, scope: ToolScope) -> ToolContext:
    return dataclasses.replace(scope.context, call_id=call.call_id)


async def _complete(work: Coroutine[Any, Any, object]) -> None:
    """Complete a piece of work, also when the caller is cancelled meanwhile.

    An effect is then not left without its record.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
