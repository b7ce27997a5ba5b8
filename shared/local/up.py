"""`throughcare up` in the foreground: start, say that all is ready, wait for the end."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rich.console import Console

from shared.local.stack import Stack, Wish, running_stack

# stdout belongs to the one line of JSON that programs read.
console = Console(stderr=True, highlight=False)

Then = Callable[[Stack], Awaitable[None]]


def say(sentence: str) -> None:
    console.print(sentence, markup=False, soft_wrap=True)


def print_ready_line(stack: Stack) -> None:
    sys.stdout.write(json.dumps(stack.ready_line) + "\n")
    sys.stdout.flush()


async def stay_up(wish: Wish, then: Then) -> None:
    """Run the stack, do `then` once it is ready, and stay until SIGTERM, SIGINT or SIGHUP. Raises Refusal.

    A signal cancels whatever is being waited for, so it also ends a stack that is still starting;
    `running_stack` then takes everything down on the way out. Further signals are ignored: ending is bounded.
    """

    async def live() -> None:
        spinner = console.status("Starting Throughcare")
        if console.is_terminal:
            spinner.start()
        try:
            async with running_stack(wish, say) as stack:
                spinner.stop()
                await then(stack)
                await asyncio.Event().wait()
        finally:
            spinner.stop()

    life = asyncio.create_task(live())

    def end() -> None:
        if not life.cancelling():
            life.cancel()

    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, end)
    with suppress(asyncio.CancelledError):
        await life
