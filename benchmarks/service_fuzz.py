"""Sends damaged pictures through the service: each must get an answer, and none an answer of 500 or above.

    python benchmarks/service_fuzz.py --count 20000

Starts from the project's example pictures, in several formats; each is cut, has bytes changed, blocks doubled or
removed, headers rewritten, or is packed into a damaged form. The seed decides everything.
"""

from __future__ import annotations

import argparse
import http.client
import io
import random
import time
from collections import Counter
from pathlib import Path

import PIL.Image

from machine import describe
from service_load import resident_megabytes, start_service

EXAMPLES = Path(__file__).parent.parent / "examples" / "digits"
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
PATHS = ("/v1/digit", "/v1/digit", "/v1/digit", "/v1/number", "/v1/steps", "/v1/page", "/v1/explain")
LARGEST_SIDE = 200
PARTS = 8  # after each the memory is looked at, to see whether it levels off
BOUNDARY = b"frontier"


def originals() -> list[bytes]:
    """Return small pictures in every format."""
    found = []
    for path in sorted(EXAMPLES.glob("[0-9]*")):
        picture = PIL.Image.open(path).convert("RGB")
        picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        for kind in FORMATS:
            file = io.BytesIO()
            picture.save(file, kind)
            found.append(file.getvalue())
    return found


def damage(content: bytes, chance: random.Random) -> bytes:
    """Change a picture's bytes in some of many ways."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place, length = chance.randrange(len(data) or 1), chance.randint(1, 40)
        match chance.randrange(7):
            case 0:
                del data[place:]
            case 1:
                data[place : place + length] = chance.randbytes(length)
            case 2:
                data[place:place] = data[place : place + length]
            case 3:
                del data[place : place + length]
            case 4 if data:
                data[min(chance.randrange(64), len(data) - 1)] = chance.randrange(256)
            case 5:
                data[place : place + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
            case _ if data:
                data[place % len(data)] ^= 1 << chance.randrange(8)
    return bytes(data)


def as_form(content: bytes, chance: random.Random) -> bytes:
    """Pack a picture into a form, damaged itself now and then."""
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' % BOUNDARY
    form = head + content + b"\r\n--%s--\r\n" % BOUNDARY
    return damage(form, chance) if chance.random() < 0.5 else form


def send(connection: http.client.HTTPConnection, chance: random.Random, pictures: list[bytes]) -> int:
    """Send one; return the status."""
    body = damage(chance.choice(pictures), chance)
    headers = {"Content-Type": "application/octet-stream"}
    if chance.random() < 0.2:
        body = as_form(body, chance)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    try:
        connection.request("POST", chance.choice(PATHS), body, headers)
        answer = connection.getresponse()
        answer.read()
    except (http.client.HTTPException, ConnectionError):
        connection.close()
        return 0
    return answer.status


def main() -> None:
    """Send them all; end with status 1 if an answer was 500 or above, or missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(describe())
    chance, pictures, answers = random.Random(options.seed), originals(), Counter[int]()
    service, port = start_service("--no-train")
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        begin, memory = time.perf_counter(), [resident_megabytes(service.pid)]
        for part in range(1, PARTS + 1):
            while answers.total() < options.count * part // PARTS:
                answers[send(connection, chance, pictures)] += 1
            memory.append(resident_megabytes(service.pid))
    finally:
        service.terminate()
        service.wait(30)
    counts = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(answers.items()))
    print(f"{options.count} pictures in {time.perf_counter() - begin:.0f} s: {counts}")
    print(f"memory in MB, before and after each eighth: {', '.join(f'{part:.0f}' for part in memory)}")
    if any(status == 0 or status >= 500 for status in answers):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
