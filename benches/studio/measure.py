"""Measures a studio that has no engine at work: `measure.py COLOPHON QUEUE_EXAMPLE FOLDER`."""

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time

PROGRAM, QUEUE, WORK = sys.argv[1:4]
ROUNDS = 5


def start(home, *more):
    """A server and its address, and how long it took to listen, in milliseconds."""
    environment = dict(os.environ, COLOPHON_HOME=home, COLOPHON_OFFLINE="1")
    began = time.perf_counter()
    server = subprocess.Popen(
        [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--jobs", "0", *more],
        env=environment, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if line.startswith("listening on "):
            took = (time.perf_counter() - began) * 1000
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return server, line.split("//")[1].split("/")[0], took
    raise SystemExit("the server does not listen")


def resident(pid):
    """Resident memory in MB."""
    with open(f"/proc/{pid}/status") as status:
        line = next(l for l in status if l.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def orders(address, key, rate, seconds):
    """Orders jobs at a steady rate over one connection each of four threads; milliseconds of each."""
    took, lock = [], threading.Lock()
    body = json.dumps({"kind": "picture", "request": {"prompt": "a boat on the sea"}})
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    threads, begin = 4, time.perf_counter() + 0.2

    def work(number):
        connection = http.client.HTTPConnection(address)
        count = int(rate * seconds / threads)
        for n in range(count):
            due = begin + (n * threads + number) / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            connection.request("POST", "/v1/jobs", body, head)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 202:
                raise SystemExit(f"an order was answered with {answer.status}")
            with lock:
                took.append((time.perf_counter() - began) * 1000)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(took)


async def listeners(address, key, count):
    """Opens so many streams of events."""
    host, port = address.split(":")
    head = f"GET /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    streams = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        await reader.readuntil(b"\r\n\r\n")
        streams.append((reader, writer))
    return streams


async def hang_up(streams):
    """Ends listeners, which would go on listening to what is ordered next."""
    for _, writer in streams:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in streams), return_exceptions=True)


def huey_rate(path, count, threads):
    """Tasks a second that huey takes into SQLite."""
    from huey import SqliteHuey
    from huey.api import Task

    queue = SqliteHuey(filename=path, fsync=True)

    @queue.task()
    def picture(prompt, size):
        pass

    def work(number):
        for n in range(number, count, threads):
            picture(f"picture {n}", "1024x1024")

    began = time.perf_counter()
    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Task and len(queue) == count
    return count / (time.perf_counter() - began)


def main():
    starts = []
    for n in range(ROUNDS):
        server, _, took = start(f"{WORK}/start")
        starts.append(took)
        server.terminate()
        server.wait()
    print(f"start to listening: median {statistics.median(starts):.0f} ms of {ROUNDS}")

    home = f"{WORK}/home"
    key, other = (subprocess.run(
        [PROGRAM, "serve", "keys", "add", name],
        env=dict(os.environ, COLOPHON_HOME=home), capture_output=True, text=True, check=True).stdout.strip()
        for name in ("bench", "other"))
    server, address, _ = start(home)
    try:
        orders(address, key, 200, 1)
        took = orders(address, key, 200, 10)
        print(f"orders at 200 a second: median {statistics.median(took):.2f} ms, "
              f"95 % within {took[int(len(took) * 0.95)]:.2f} ms, of {len(took)}")
        before = resident(server.pid)
        loop = asyncio.new_event_loop()
        streams = loop.run_until_complete(listeners(address, key, 1000))
        time.sleep(1)
        after = resident(server.pid)
        print(f"1,000 listeners: {after - before:.1f} MB more, {after:.1f} MB in all")
        loop.run_until_complete(hang_up(streams))
        # As fast as they are taken.
        orders(address, other, 20_000, 0.45)
        orders(address, key, 20_000, 0.3)
        took = orders(address, key, 200, 5)
        print(f"the same behind 17,000 that wait: median {statistics.median(took):.2f} ms, "
              f"95 % within {took[int(len(took) * 0.95)]:.2f} ms, of {len(took)}")
    finally:
        server.terminate()
        server.wait()

    ratios = []
    for n in range(ROUNDS):
        theirs = huey_rate(f"{WORK}/huey-{n}.db", 1000, 16)
        made = subprocess.run([QUEUE, "5000", "16", f"{WORK}/queue-{n}.db"], capture_output=True, text=True, check=True)
        ours = json.loads(made.stdout)
        ratios.append((ours["enqueued_per_second"], theirs, ours["claim_and_finish_ms"]))
    ours, theirs, claims = (statistics.median(column) for column in zip(*ratios))
    print(f"16 threads: {ours:.0f} jobs a second taken and on disk, huey {theirs:.0f}: ratio {ours / theirs:.1f}; "
          f"{claims:.2f} ms to hand one out and end it")


main()
