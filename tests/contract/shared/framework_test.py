"""What we rely on in FastStream: these fail when an override is needed no more, or no longer fits."""

import inspect

from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber

from shared.messaging.broker import build_broker
from shared.messaging.subscription import PromptBatches


def test_the_frameworks_own_loop_still_fills_a_batch_until_its_timeout() -> None:
    source = inspect.getsource(BatchPullStreamSubscriber._consume_pull)
    assert "while (" in source, "FastStream hands over at once now: drop PromptBatches"
    assert "batch_size - len(messages)" in source


def test_the_override_still_replaces_the_loop_the_framework_starts() -> None:
    assert "self.add_task(self._consume_pull)" in inspect.getsource(
        BatchPullStreamSubscriber._create_subscription
    )
    assert PromptBatches._consume_pull is not BatchPullStreamSubscriber._consume_pull


def test_the_broker_reconnects_for_ever() -> None:
    broker = build_broker("nats://127.0.0.1:1", "intake")
    assert broker._connection_kwargs["max_reconnect_attempts"] == -1
