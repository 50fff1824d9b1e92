#!/usr/bin/env python3
"""Sends `playlist.follow` over NATS, as a principal of its own.

    MEDIARY_NATS=nats://127.0.0.1:PORT MEDIARY_NATS_USER=token-... MEDIARY_TOKEN=mdy_... \
    MEDIARY_NATS_SUBJECT=mediary.commands.PRINCIPAL MEDIARY_NATS_INBOX=_INBOX_... \
    follow.py URL [COMMAND-ID]

Prints the answer as JSON. Ends with 0 if it was accepted, with 1 if it was refused. Needs `pip install nats-py`.
"""

import asyncio
import json
import os
import sys
import uuid

import nats


async def follow(url: str, command_id: str) -> dict:
    connection = await nats.connect(
        os.environ["MEDIARY_NATS"],
        user=os.environ["MEDIARY_NATS_USER"],
        # The password is the token itself.
        password=os.environ["MEDIARY_TOKEN"],
        # Answers are heard there, and those to others are not.
        inbox_prefix=os.environ["MEDIARY_NATS_INBOX"].encode(),
        max_reconnect_attempts=3,
    )
    try:
        answer = await connection.request(
            os.environ["MEDIARY_NATS_SUBJECT"] + ".playlist.follow",
            json.dumps({"url": url}).encode(),
            # The same id again is the same command: after a time-out it may be sent once more.
            headers={"Mediary-Command-Id": command_id},
            timeout=30,
        )
        return json.loads(answer.data)
    finally:
        await connection.close()


def main() -> int:
    url, *rest = sys.argv[1:]
    answer = asyncio.run(follow(url, rest[0] if rest else str(uuid.uuid4())))
    print(json.dumps(answer))
    return 1 if answer["user_errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
