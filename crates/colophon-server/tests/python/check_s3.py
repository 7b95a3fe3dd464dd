"""A studio whose files lie in a bucket of moto's S3 server: what it keeps is in the bucket, and comes back from it
when its own folder's copies are gone. Arguments: a folder to work in. `COLOPHON_PROGRAM` is the program."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid

import boto3

KEYS = {"AWS_ACCESS_KEY_ID": "an id", "AWS_SECRET_ACCESS_KEY": "a secret", "AWS_DEFAULT_REGION": "eu-central-1"}
work = pathlib.Path(sys.argv[1])
program = os.environ["COLOPHON_PROGRAM"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := what()) is not None:
            return found
        time.sleep(0.1)
    raise SystemExit(f"nothing came within {seconds} s")


class Studio:
    """A server with a folder of its own before the bucket."""

    def __init__(self, objects):
        self.log = work / "log"
        env = os.environ | KEYS | {"COLOPHON_HOME": str(work / "home"), "COLOPHON_OBJECTS": objects}
        with self.log.open("w") as log:
            self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0"], stderr=log, env=env)
        self.url = wait(self.listens)

    def listens(self):
        if self.process.poll() is not None:
            raise SystemExit(self.log.read_text())
        said = "the web studio is at "
        lines = (line.removeprefix(said) for line in self.log.read_text().splitlines() if line.startswith(said))
        return next(lines, None)

    def ask(self, path, body=None, kind="application/json"):
        request = urllib.request.Request(self.url.rstrip("/") + path, body, {"content-type": kind} if body else {})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def bring(self, name, content):
        line = uuid.uuid4().hex
        head = f'--{line}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
        return json.loads(self.ask("/v1/uploads", body, f"multipart/form-data; boundary={line}"))["id"]

    def make(self, kind, request):
        job = json.loads(self.ask("/v1/jobs", json.dumps({"kind": kind, "request": request}).encode()))
        def end():
            now = json.loads(self.ask(f"/v1/jobs/{job['id']}"))
            return now if now["status"] in ("done", "failed", "cancelled") else None
        done = wait(end, 120)
        assert done["status"] == "done", done
        return done["works"][0]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, self.log.read_text()


port = free_port()
moto = subprocess.Popen([work / "venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(port)],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
studio = None
try:
    endpoint = f"http://127.0.0.1:{port}"
    s3 = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                      aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"], region_name="eu-central-1")

    def ready():
        try:
            return s3.create_bucket(Bucket="works", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        except Exception:
            return None

    wait(ready)
    objects = f"s3://works/press?endpoint={endpoint}&region=eu-central-1"
    studio = Studio(objects)
    text = "The harbour sleeps. 港口睡着了。\n".encode() * 40
    made = studio.make("mark", {"file": {"upload": studio.bring("harbour.txt", text)}, "generator": "Typewriter 1"})
    sealed = studio.ask(made["url"])
    assert b"The harbour sleeps" in sealed
    # A long file goes in parts, which are seen as one object.
    long = random.Random(1).randbytes(70 << 20)
    upload = studio.bring("long.bin", long)

    def held(under):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="works", Prefix=under)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    [key] = [key for key in held("press/uploads/") if upload in key]
    digest = lambda content: hashlib.sha256(content).hexdigest()
    there = s3.get_object(Bucket="works", Key=key)["Body"].read()
    assert digest(there) == digest(long), "the long file in the bucket is another"
    assert s3.list_multipart_uploads(Bucket="works").get("Uploads", []) == []
    works = [s3.get_object(Bucket="works", Key=k)["Body"].read() for k in held("press/works/")]
    assert sealed in works, "the sealed file is not in the bucket"
    studio.stop()
    # Another start, without what the folder kept of the bucket.
    shutil.rmtree(work / "home/cache/objects", ignore_errors=True)
    studio = Studio(objects)
    assert studio.ask(made["url"]) == sealed
    verdict = json.loads(studio.ask(f"/v1/works/{made['id']}/credential"))
    assert verdict["verdict"] == "verified", verdict
    print(f"files in a bucket of moto: {len(held('press/'))} objects, a work and 70 MB in parts came back as they were")
finally:
    for process in [studio and studio.process, moto]:
        if process and process.poll() is None:
            process.kill()
            process.wait()
