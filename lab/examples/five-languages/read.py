# Reads the stamped messages of a fifo (lab/devices/stamp.ts) with Python's await and tells what it
# found out on the way, a JSON document a line. A line of input says: go on.
#   python3 read.py PATH WARMUP COUNT TRIES TASKS
# Source: https://docs.python.org/3/library/asyncio-task.html
import asyncio
import json
import os
import struct
import sys
import threading
import time
import tracemalloc

SEQUENCE = 2
# The number of the message that ends a try.
LAST = -1


def say(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


async def open_stream(path):
    """The event loop watches the descriptor by epoll and puts what comes into the reader."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def read_message(stream):
    return struct.unpack("4d", await stream.readexactly(32))


async def wait_at(gate):
    await gate.wait()


async def waiting_bytes(tasks):
    """What a task holds that waits, and has been started."""
    gate = asyncio.Event()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    waiting = [asyncio.create_task(wait_at(gate)) for _ in range(tasks)]
    await asyncio.sleep(0)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gate.set()
    await asyncio.gather(*waiting)
    return after - before


async def main(path, warmup, count, tries, tasks):
    stream = await open_stream(path)
    say("ready")

    ran = False

    async def first():
        nonlocal ran
        ran = True
        return await read_message(stream)

    task = first()
    say("created", ran=ran)
    await task

    for _ in range(1, warmup):
        await read_message(stream)
    say("warm")

    messages = []
    resumed_elsewhere = 0
    for _ in range(count):
        thread = threading.get_native_id()
        message = await read_message(stream)
        messages.append([*message, time.monotonic_ns()])
        resumed_elsewhere += threading.get_native_id() != thread
    say("counted", resumed_elsewhere=resumed_elsewhere)
    sys.stdin.readline()
    for message in messages:
        say("message", message=message)

    say("waiting", tasks=tasks, bytes=await waiting_bytes(tasks))

    for _ in range(tries):
        reading = asyncio.create_task(read_message(stream))
        # Called, but not begun: it runs up to its first await in the next turn of the loop.
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        say("cancelled", ended=reading.cancelled())
        sys.stdin.readline()
        taken = 1
        while (await read_message(stream))[SEQUENCE] != LAST:
            taken += 1
        say("after", taken=taken)
    say("done")


asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
