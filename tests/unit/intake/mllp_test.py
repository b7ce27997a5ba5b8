"""MLLP framing: every whole frame comes out, everything else is refused, and nobody waits for ever."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.doors.mllp import END, START, Frames, TooLarge, listening

messages = st.lists(st.binary(max_size=40).filter(lambda b: not set(b) & {0x0B, 0x1C, 0x0D}), max_size=5)


@given(messages, st.integers(1, 7))
def test_frames_come_out_whole_however_they_are_cut(sent: list[bytes], piece: int) -> None:
    stream = b"".join(START + message + END for message in sent)
    frames = Frames(1000)
    found = [m for at in range(0, len(stream), piece) for m in frames.feed(stream[at : at + piece])]
    assert found == sent
    assert not frames.unfinished


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_or_refusals_and_never_an_error(data: bytes) -> None:
    for found in Frames(1000).feed(data):
        assert found is None or START not in found


def test_what_stands_between_two_frames_is_refused_and_both_frames_arrive() -> None:
    assert Frames(1000).feed(START + b"a" + END + b"noise" + START + b"b" + END) == [b"a", None, b"b"]


def test_a_frame_begun_anew_in_the_middle_counts_from_the_new_beginning() -> None:
    assert Frames(1000).feed(START + b"hal" + START + b"whole" + END) == [None, b"whole"]


def test_line_ends_between_frames_are_nothing() -> None:
    assert Frames(1000).feed(START + b"a" + END + b"\r\n\n" + START + b"b" + END) == [b"a", b"b"]


def test_a_frame_without_an_end_is_cut_off_at_the_limit() -> None:
    with pytest.raises(TooLarge):
        Frames(10).feed(START + b"x" * 50)


async def _echo(message: bytes) -> bytes:
    return message or b"refused"


async def _sent(data: bytes, *, close: bool) -> bytes:
    async with listening("127.0.0.1", 0, _echo, largest=1000, idle_seconds=5) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        if close:
            writer.write_eof()
        answer = await reader.readuntil(END)
        writer.close()
        return answer


async def test_a_frame_is_answered_in_a_frame() -> None:
    assert await _sent(START + b"MSH" + END, close=False) == START + b"MSH" + END


async def test_a_web_request_at_the_wrong_door_is_answered_at_once() -> None:
    assert await _sent(b"GET / HTTP/1.1\r\n\r\n", close=False) == START + b"refused" + END


async def test_half_a_frame_is_answered_when_the_sender_hangs_up() -> None:
    assert await _sent(START + b"MSH|half", close=True) == START + b"refused" + END


async def test_something_endless_is_answered_and_cut_off() -> None:
    assert await _sent(START + b"x" * 5000, close=False) == START + b"refused" + END


async def test_a_silent_sender_is_let_go() -> None:
    async with listening("127.0.0.1", 0, _echo, largest=1000, idle_seconds=0.05) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()
