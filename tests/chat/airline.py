"""An airline: its data, twelve tools that read and change it, and scripts of what a model does with them.

Effects are lines of a file: the data are the beginning with all effects applied, and an effect that happened twice is
there twice.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import json
import re
from random import Random
from typing import TYPE_CHECKING, Any

from asyncassist import Tool, ToolContext
from tests.chat.pairing import as_messages, calling

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from asyncassist.testing import FakeAnswer, FakeFault

    Data = dict[str, Any]
    Call = tuple[str, dict[str, Any]]

READING = ("get_user", "get_reservation", "list_flights")


def first_data() -> Data:
    """Return the data before any effect."""
    users = {f"U{n}": {"name": name, "voucher": 0} for n, name in enumerate(["Ada", "Ben", "Cleo", "Dan"])}
    cities = ["LIS", "ROM", "ATH", "OSL"]
    flights = {
        f"TP{100 + n}": {"from": cities[n % 4], "to": cities[(n + 1 + n // 4) % 4], "seats": 9} for n in range(10)
    }
    reservations = {
        f"R{n}": reservation(f"U{n % 4}", f"TP{100 + n}", ["Ada", "Ben", "Cleo", "Dan"][n % 4]) for n in range(6)
    }
    return {"users": users, "flights": flights, "reservations": reservations}


def reservation(user_id: str, flight: str, passenger: str) -> Data:
    facts = {"bags": 0, "seat": None, "cabin": "economy", "notes": [], "status": "confirmed"}
    return {"user": user_id, "flight": flight, "passenger": passenger, **facts}


def apply(data: Data, name: str, arguments: Mapping[str, Any]) -> Data:
    """Apply an effect to the data and return what it changed; none of them may be repeated without a difference."""
    if name == "issue_voucher":
        user = data["users"][arguments["user_id"]]
        user["voucher"] += arguments["amount"]
        return user
    reference = arguments["reference"]
    if name == "book":
        facts = reservation(arguments["user_id"], arguments["flight"], arguments["passenger"])
        data["reservations"][reference] = facts
        data["flights"][arguments["flight"]]["seats"] -= 1
        return facts
    found: Data = data["reservations"][reference]
    if name == "cancel":
        found["status"] = "cancelled"
        data["flights"][found["flight"]]["seats"] += 1
    elif name == "change_flight":
        data["flights"][found["flight"]]["seats"] += 1
        data["flights"][arguments["flight"]]["seats"] -= 1
        found["flight"] = arguments["flight"]
    elif name == "add_bags":
        found["bags"] += arguments["bags"]
    elif name == "add_note":
        found["notes"].append(arguments["text"])
    else:
        field = {"choose_seat": "seat", "upgrade": "cabin", "rename_passenger": "passenger"}[name]
        found[field] = arguments[field]
    return found


class AirlineFiles:
    """The data in a folder that several processes share."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "effects"

    @contextlib.contextmanager
    def _locked(self) -> Generator[Any]:
        with self._log.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def effects(self) -> list[Data]:
        """Return the effects so far, each with the id of its call, oldest first."""
        return [json.loads(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def data(self) -> Data:
        """Return the data with all effects applied."""
        data = first_data()
        for effect in self.effects():
            apply(data, effect["name"], effect["arguments"])
        return data

    def act(self, call_id: str, name: str, arguments: Mapping[str, Any]) -> Data:
        """Let an effect happen, and return what it changed."""
        with self._locked() as file:
            changed = apply(self.data(), name, arguments)
            file.write(json.dumps({"call_id": call_id, "name": name, "arguments": dict(arguments)}) + "\n")
            file.flush()
            return changed


def airline_tools(files: AirlineFiles, around: Any, *, needs_approval: bool, timeout: float) -> list[Tool]:
    """Return the tools of an airline.

    Args:
        files: The data.
        around: Coroutine function that runs each effect; its argument is the function that lets it happen.
        needs_approval: Whether effects wait for a decision.
        timeout: Seconds for an effect.
    """

    async def act(context: ToolContext, name: str, **arguments: Any) -> Data:
        return await around(lambda: files.act(context.call_id, name, arguments))

    async def get_user(user_id: str) -> Data:
        return files.data()["users"][user_id]

    async def get_reservation(reference: str) -> Data:
        return files.data()["reservations"][reference]

    async def list_flights(origin: str) -> list[str]:
        return [number for number, flight in files.data()["flights"].items() if flight["from"] == origin]

    async def book(context: ToolContext, reference: str, user_id: str, flight: str, passenger: str) -> Data:
        return await act(context, "book", reference=reference, user_id=user_id, flight=flight, passenger=passenger)

    async def cancel(context: ToolContext, reference: str) -> Data:
        return await act(context, "cancel", reference=reference)

    async def change_flight(context: ToolContext, reference: str, flight: str) -> Data:
        return await act(context, "change_flight", reference=reference, flight=flight)

    async def add_bags(context: ToolContext, reference: str, bags: int) -> Data:
        return await act(context, "add_bags", reference=reference, bags=bags)

    async def choose_seat(context: ToolContext, reference: str, seat: str) -> Data:
        return await act(context, "choose_seat", reference=reference, seat=seat)

    async def upgrade(context: ToolContext, reference: str, cabin: str) -> Data:
        return await act(context, "upgrade", reference=reference, cabin=cabin)

    async def rename_passenger(context: ToolContext, reference: str, passenger: str) -> Data:
        return await act(context, "rename_passenger", reference=reference, passenger=passenger)

    async def issue_voucher(context: ToolContext, user_id: str, amount: int) -> Data:
        return await act(context, "issue_voucher", user_id=user_id, amount=amount)

    async def add_note(context: ToolContext, reference: str, text: str) -> Data:
        return await act(context, "add_note", reference=reference, text=text)

    changing = [
        book, cancel, change_flight, add_bags, choose_seat, upgrade, rename_passenger, issue_voucher, add_note,
    ]  # fmt: skip
    return [
        *(Tool(function, repeatable=True) for function in (get_user, get_reservation, list_flights)),
        *(Tool(function, needs_approval=needs_approval, timeout=timeout) for function in changing),
    ]


def make_script(number: int) -> list[list[list[Call]]]:
    """Return a script: for each turn its steps, for each step its calls; every one of them is valid in its place."""
    random = Random(number)
    data = first_data()
    turns: list[list[list[Call]]] = []
    for turn in range(random.randrange(2, 4)):
        steps = [
            [random_call(random, data, f"N{number}{turn}{step}{n}") for n in range(random.choice([1, 1, 2, 3]))]
            for step in range(random.randrange(1, 4))
        ]
        steps[0].append(random_call(random, data, f"N{number}{turn}", reads=False))
        turns.append(steps)
    return turns


def random_call(random: Random, data: Data, new_reference: str, *, reads: bool = True) -> Call:
    """Return a call that is valid for the data, with its effect applied to them."""
    user_id = random.choice(sorted(data["users"]))
    if reads and random.random() < 0.3:
        return random.choice(
            [
                ("get_user", {"user_id": user_id}),
                ("list_flights", {"origin": "LIS"}),
                ("get_reservation", {"reference": "R0"}),
            ]
        )
    # Calls of one step run at once: each touches a reservation of its own, so that their order does not matter.
    free = [
        key for key, value in data["reservations"].items() if value["status"] == "confirmed" and "used" not in value
    ]
    name = random.choice(
        ["book", "cancel", "change_flight", "add_bags", "choose_seat", "upgrade", "rename_passenger", "add_note"]
        if free
        else ["book", "issue_voucher"]
    )
    if random.random() < 0.15:
        name = "issue_voucher"
    flight = random.choice([key for key, value in data["flights"].items() if value["seats"] > 0])
    reference = random.choice(free) if free and name != "book" else new_reference
    values: Data = {
        "book": {"user_id": user_id, "flight": flight, "passenger": "Eve"},
        "change_flight": {"flight": flight},
        "add_bags": {"bags": random.randrange(1, 4)},
        "choose_seat": {"seat": f"{random.randrange(1, 30)}A"},
        "upgrade": {"cabin": "business"},
        "rename_passenger": {"passenger": f"Name {random.randrange(99)}"},
        "add_note": {"text": f"note {random.randrange(99)}"},
    }
    if name == "issue_voucher":
        arguments: Data = {"user_id": user_id, "amount": random.randrange(1, 50)}
    else:
        arguments = {"reference": reference, **values.get(name, {})}
    apply(data, name, arguments)
    if name != "issue_voucher":
        data["reservations"][reference]["used"] = True
    return name, arguments


def effects_of(script: list[list[list[Call]]]) -> list[Call]:
    """Return the calls of a script that change something."""
    return [call for turn in script for step in turn for call in step if call[0] not in READING]


def data_after(script: list[list[list[Call]]]) -> Data:
    """Return the data after a script without faults."""
    data = copy.deepcopy(first_data())
    for name, arguments in effects_of(script):
        apply(data, name, arguments)
    return data


class AirlineModel:
    """The model: it makes the calls of the script that the last message of the user names, then answers.

    Attributes:
        fault: What one request gets instead of an answer; None for no fault.
        fault_after: Number of requests before that one.
        same_ids: Whether the ids of calls are the same in every step.
    """

    def __init__(self) -> None:
        self.fault: FakeFault | None = None
        self.fault_after = 0
        self.same_ids = False

    def __call__(self, body: Mapping[str, Any]) -> FakeAnswer | FakeFault | str:
        if self.fault is not None and self.fault_after == 0:
            fault, self.fault = self.fault, None
            return fault
        self.fault_after -= 1
        messages = as_messages(body)
        last = max(index for index, message in enumerate(messages) if message["role"] == "user")
        found = re.search(r"script (\d+), turn (\d+)", messages[last]["content"])
        assert found is not None
        number, turn = map(int, found.groups())
        steps = make_script(number)[turn]
        done = sum("tool_calls" in message for message in messages[last:])
        if done >= len(steps):
            return "All done."
        prefix = "call" if self.same_ids else f"call_{number}_{turn}_{done}"
        return calling(*((f"{prefix}_{n}", name, arguments) for n, (name, arguments) in enumerate(steps[done])))
