#!/usr/bin/env python3
"""Makes every forgery of the table below from a real bundle.

Usage: forge.py BUNDLE FOLDER

Writes FOLDER/NAME.ndjson for each, and FOLDER/table.json: an array of {name, position, met}. `position` is the first bad one
that a verifier has to name (null: none can be told); it is left out where the forgery keeps every rule. `met` says whether
such a forgery also meets the checkpoint of the true end.

The bundle is the whole log that events/log/src/log/tests/forging.rs makes: 1 opens it, position 5 is caused by 2, 6 to 9 are
one append, 10 has subjects, a command and a payload of several kinds, 11 has a long
payload, 12 opens the second epoch, 13 was erased by 14.
"""

import json
import pathlib
import re
import struct
import sys

import mediary_verify as verifier

TRUE_REQUIRE = verifier.require
OTHER = "01890a5d-ac96-774b-bcce-b302099a8057"


class Forged:
    """The lines of a bundle, to be changed; `chained` makes all hashes anew, whatever they are made of."""

    def __init__(self, text):
        self.header, *self.lines = text.splitlines(keepends=True)

    def at(self, position):
        return self.lines[position - 1]

    def change(self, position, pattern, by):
        """Changes the first place in an event's line, or in the first line (0), where a pattern matches."""
        line = self.header if position == 0 else self.at(position)
        changed, count = re.subn(pattern, lambda _: by, line, count=1, flags=re.DOTALL)
        assert count == 1 and changed != line, (position, pattern, line)
        self.put(position, changed)
        return self

    def put(self, position, line):
        if position == 0:
            self.header = line
        else:
            self.lines[position - 1] = line

    def field(self, position, name, value):
        """Puts another value into a field whose value has no braces."""
        return self.change(position, rf'"{name}":(?:"[^"]*"|[^,"}}]+)', f'"{name}":{value}')

    def pack(self, position, data):
        """Another payload, spelled well as far as it can be."""
        try:
            spelled = verifier.Payload(data).spelled()
        except (ValueError, struct.error):
            spelled = "null"
        self.field(position, "payloadBytes", f'"{data.hex()}"')
        return self.change(position, r'"payload":.*', f'"payload":{spelled}}}\n')

    def chained(self):
        verifier.require = lambda *_: None
        chain = bytes.fromhex(verifier.HEADER.match(self.header)["previous_hash"])
        try:
            for index, text in enumerate(self.lines):
                line = verifier.EVENT.match(text).groupdict()
                if line["salt"] is not None and line["bytes"] is not None:
                    data = bytes.fromhex(line["salt"] + line["bytes"])
                    line["digest"] = verifier.hashed("digest", data).hex()
                chain = verifier.hashed("link", chain + verifier.envelope(line) + bytes.fromhex(line["digest"]))
                text = re.sub(r'"digest":"[^"]*"', f'"digest":"{line["digest"]}"', text, count=1)
                self.lines[index] = re.sub(r'"hash":"[^"]*"', f'"hash":"{chain.hex()}"', text, count=1)
        finally:
            verifier.require = TRUE_REQUIRE
        return self.change_if(r'"lastHash":"[^"]*"', f'"lastHash":"{chain.hex()}"')

    def change_if(self, pattern, by):
        self.header = re.sub(pattern, by, self.header, count=1)
        return self

    def bytes(self):
        return (self.header + "".join(self.lines)).encode()


def changed_fields():
    """One field of event 10 says something else, and no hash was made anew."""
    number, other = "7", f'"{OTHER}"'
    values = {
        "position": number, "version": number, "epoch": number, "appendIndex": number, "appendLen": "2",
        "stream": f'"playlist-{OTHER}"', "id": f'"event-{OTHER}"', "kind": '"playlist.denoted"', "schema": '"1.1"',
        "at": '"2026-09-21T14:13:20.000001Z"', "project": f'"project-{OTHER}"', "principal": f'"principal-{OTHER}"',
        "commandId": f'"command-{OTHER}"', "correlationId": f'"story-{OTHER}"', "causationId": f'"event-{OTHER}"',
        "fingerprint": f'"{"0" * 32}"', "name": '"playlist.unfollow"', "salt": f'"{"0" * 32}"', "digest": f'"{"0" * 64}"',
        "hash": f'"{"0" * 64}"', "payloadBytes": '"c0"', "codec": '"json"',
    }  # fmt: skip
    for name, value in values.items():
        yield f"field {name}", lambda bundle, name=name, value=value: bundle.field(10, name, value), 10
    yield "origin's kind", lambda bundle: bundle.change(10, '"kind":"cli"', '"kind":"nats"'), 10
    yield "origin's id", lambda bundle: bundle.change(10, '"kind":"cli","id":"[^"]*"', f'"kind":"cli","id":{other}'), 10
    yield "a subject less", lambda bundle: bundle.change(10, r'"subjects":\["[^"]*",', '"subjects":['), 10
    yield "an extension more", lambda bundle: bundle.change(10, r'"extensions":\[', '"extensions":[{"tag":200,"bytes":"00"}'), 10
    yield "a critical extension", lambda bundle: bundle.change(10, r'"extensions":\[', '"extensions":[{"tag":5,"bytes":""}'), 10
    yield "half erased", lambda bundle: bundle.field(10, "salt", "null"), 10
    yield "readable payload", lambda bundle: bundle.change(10, '"title":"', '"title":"X'), 10
    yield "readable payload null", lambda bundle: bundle.change(10, r'"payload":\{.*', '"payload":null}\n'), 10


def moved_lines():
    def without(bundle, position):
        del bundle.lines[position - 1]
        return bundle

    def swapped(bundle):
        bundle.lines[9], bundle.lines[10] = bundle.lines[10], bundle.lines[9]
        return bundle

    def doubled(bundle):
        bundle.lines.insert(10, bundle.lines[9])
        return bundle

    def longer(bundle):
        bundle.lines.append(bundle.lines[-1])
        return bundle

    yield "an event is gone", lambda bundle: without(bundle, 10), 10
    yield "two events are swapped", swapped, 10
    yield "an event stands twice", doubled, 11
    yield "the end is gone", lambda bundle: without(bundle, 14), 14
    yield "a line behind the end", longer, 15


def erased():
    """A payload that is gone without an event that says so; the chain has no part in it."""

    def without(positions):
        def change(bundle):
            for position in positions:
                bundle.field(position, "salt", "null").field(position, "payloadBytes", "null")
                bundle.change(position, r'"payload":.*', '"payload":null}\n')
            return bundle

        return change

    yield "one payload gone", without([10]), 10
    yield "two payloads gone", without([11, 4]), 4
    yield "all payloads gone", without([*range(1, 13), 14]), 1
    yield "the event that erases is erased", without([14]), 14


def first_lines():
    def in_capitals(bundle):
        log_id = bundle.header.split('"logId":"')[1][:36]
        return bundle.change(0, log_id, log_id.upper())

    zeros = f'"{"0" * 64}"'
    yield "another log's id", lambda bundle: bundle.field(0, "logId", f'"{OTHER}"'), 1
    yield "another hash before", lambda bundle: bundle.field(0, "previousHash", zeros), 1
    yield "another last hash", lambda bundle: bundle.field(0, "lastHash", zeros), 14
    yield "less than there is", lambda bundle: bundle.field(0, "lastPosition", "13"), 14
    yield "more than there is", lambda bundle: bundle.field(0, "lastPosition", "15"), 15
    yield "begins later", lambda bundle: bundle.field(0, "firstPosition", "2"), 2
    yield "position 0", lambda bundle: bundle.field(0, "firstPosition", "0"), None
    yield "the largest position", lambda bundle: bundle.field(0, "lastPosition", str(2**64 - 1)), None
    yield "a cut in front", lambda bundle: bundle.field(0, "eventsCutBefore", "1"), 1
    yield "a cut behind", lambda bundle: bundle.field(0, "eventsCutAfter", "1"), 14
    yield "a newer form", lambda bundle: bundle.field(0, "formatVersion", "4"), None
    yield "a form with seals and none in it", lambda bundle: bundle.field(0, "formatVersion", "3"), 14
    yield "an older form", lambda bundle: bundle.field(0, "formatVersion", "1"), None
    yield "another format", lambda bundle: bundle.field(0, "format", '"bundle"'), None
    yield "log id in capitals", in_capitals, None
    yield "first line with a space", lambda bundle: bundle.change(0, ',"', ', "'), None
    yield "a mark in front", lambda bundle: bundle.change(0, "{", "\ufeff{"), None
    yield "first line with a return", lambda bundle: bundle.change(0, "\n", "\r\n"), None


def spellings():
    """The same said otherwise (audit D7, D13)."""
    at = '"at":"2026-09-21T14:13:20.000000Z"'
    for name, said in {
        "an offset": '"at":"2026-09-21T14:13:20.000000+00:00"', "another zone": '"at":"2026-09-21T16:13:20.000000+02:00"',
        "a small z": '"at":"2026-09-21T14:13:20.000000z"', "nine digits": '"at":"2026-09-21T14:13:20.000000999Z"',
        "no fraction": '"at":"2026-09-21T14:13:20Z"', "a space": '"at":"2026-09-21 14:13:20.000000Z"',
        "second 60": '"at":"2026-09-21T14:12:60.000000Z"',
    }.items():  # fmt: skip
        yield f"time with {name}", lambda bundle, said=said: bundle.change(10, re.escape(at), said), 10
    yield "no prefix", lambda bundle: bundle.change(10, '"id":"event-', '"id":"'), 10
    yield "another prefix", lambda bundle: bundle.change(10, '"id":"event-', '"id":"token-'), 10
    yield "capitals", lambda bundle: bundle.change(10, '"digest":"[^"]*"', '"digest":"%s"' % bundle.at(10).split('"digest":"')[1][:64].upper()), 10
    yield "no hyphens", lambda bundle: bundle.change(10, '"project":"project-[^"]*"', '"project":"project-%s"' % bundle.at(10).split("project-")[1][:36].replace("-", "")), 10
    yield "no cause", lambda bundle: bundle.change(10, '"causationId":null,', ""), 10
    yield "a field more", lambda bundle: bundle.change(10, '"codec"', '"more":1,"codec"'), 10
    yield "a field twice", lambda bundle: bundle.change(10, '"version":', '"version":1,"version":'), 10
    yield "a key twice in the readable payload", lambda bundle: bundle.change(10, '"payload":{', '"payload":{"title":"forged",'), 10
    yield "an escape", lambda bundle: bundle.change(10, '"title":"t', '"title":"\\u0074'), 10
    yield "another order", lambda bundle: bundle.change(10, '"appendIndex":0,"appendLen":1', '"appendLen":1,"appendIndex":0'), 10
    yield "a space in it", lambda bundle: bundle.change(10, '"epoch":1', '"epoch": 1'), 10
    yield "a fraction", lambda bundle: bundle.change(10, '"epoch":1', '"epoch":1.0'), 10
    yield "a leading zero", lambda bundle: bundle.change(10, '"epoch":1', '"epoch":01'), 10
    yield "a return", lambda bundle: bundle.change(10, "\n", "\r\n"), 10
    yield "a blank line", lambda bundle: bundle.change(9, "\n", "\n\n"), 10
    yield "no line feed at the end", lambda bundle: bundle.change(14, "\n", ""), 14
    yield "origin 0", lambda bundle: bundle.change(10, '"kind":"cli"', '"kind":"origin_0"'), 10
    yield "a known origin by its number", lambda bundle: bundle.change(10, '"kind":"cli"', '"kind":"origin_2"'), 10
    yield "an Arabic digit", lambda bundle: bundle.change(10, '"epoch":1', '"epoch":\u0661'), 10


def rules():
    """Whoever makes all hashes anew still has to keep the rules (audit D6)."""
    nil = "00000000-0000-0000-0000-000000000000"

    def id_of(bundle, position):
        return bundle.at(position).split('"id":"event-')[1][:36]

    def caused_by(position, cause):
        return lambda bundle: bundle.field(position, "causationId", f'"event-{cause(bundle)}"')

    def opened_twice(bundle):
        stream = bundle.at(12).split('"stream":"')[1].split('"')[0]
        return bundle.field(11, "stream", f'"{stream}"').field(11, "kind", '"log.opened"').field(11, "version", "2")

    def all_of_append(name, value):
        def change(bundle):
            for position in range(6, 10):
                bundle.field(position, name, value)
            return bundle

        return change

    yield "a version is left out", lambda bundle: bundle.field(10, "version", str(int(bundle.at(10).split('"version":')[1].split(",")[0]) + 1)), 10
    yield "version 0", lambda bundle: bundle.field(1, "version", "0"), 1
    yield "a stream begins with 2", lambda bundle: bundle.field(1, "version", "2"), 1
    yield "the largest version", lambda bundle: bundle.field(10, "version", str(2**64 - 1)), 10
    yield "an id twice", lambda bundle: bundle.field(10, "id", f'"event-{id_of(bundle, 3)}"'), 10
    yield "an id of version 4", lambda bundle: bundle.field(10, "id", '"event-01890a5d-ac96-474b-bcce-b302099a8057"'), 10
    yield "an id of another variant", lambda bundle: bundle.field(10, "id", '"event-01890a5d-ac96-774b-0cce-b302099a8057"'), 10
    yield "schema 0", lambda bundle: bundle.field(10, "schema", '"0.1"'), 10
    yield "epoch 0", lambda bundle: bundle.field(1, "epoch", "0"), 1
    yield "the largest epoch", lambda bundle: bundle.field(14, "epoch", str(2**64 - 1)), 14
    yield "what was erased is there again", lambda bundle: bundle.field(13, "salt", '"%s"' % ("0" * 32)).pack(13, b"\xa1a"), 14
    yield "an epoch left out", lambda bundle: bundle.field(12, "epoch", "3"), 12
    yield "an epoch that was not opened", lambda bundle: bundle.field(14, "epoch", "3"), 14
    yield "a log that was not opened", lambda bundle: bundle.field(1, "kind", '"log.closed"'), 1
    yield "an epoch opened twice", opened_twice, 11
    yield "an opening among others", lambda bundle: bundle.field(12, "appendLen", "2"), 12
    yield "an epoch back", lambda bundle: bundle.field(14, "epoch", "1"), 14
    yield "a time back", lambda bundle: bundle.field(10, "at", '"2026-09-21T14:13:19.999999Z"'), 10
    yield "a time of 1969", lambda bundle: bundle.field(12, "at", '"1969-12-31T23:59:59.999999Z"'), 12
    yield "a time of 9999", lambda bundle: bundle.field(14, "at", '"9999-01-01T00:00:00.000000Z"'), 14
    yield "begins inside of an append", lambda bundle: bundle.field(1, "appendIndex", "1").field(1, "appendLen", "2"), 1
    yield "an append without its end", lambda bundle: bundle.field(10, "appendLen", "2"), 11
    yield "an append longer than it is", all_of_append("appendLen", "5"), 10
    yield "an append shorter than it is", lambda bundle: bundle.field(6, "appendLen", "3"), 7
    yield "an index left out", lambda bundle: bundle.field(7, "appendIndex", "2"), 7
    shared = {
        "at": '"2026-09-21T14:13:20.000001Z"', "project": f'"project-{OTHER}"', "principal": f'"principal-{OTHER}"',
        "commandId": f'"command-{OTHER}"', "correlationId": f'"story-{OTHER}"', "epoch": "2", "appendLen": "5",
    }  # fmt: skip
    for name, value in shared.items():
        yield f"an append with two of {name}", lambda bundle, name=name, value=value: bundle.field(8, name, value), 8
    yield "an append with two origins", lambda bundle: bundle.change(8, '"kind":"cli"', '"kind":"nats"'), 8
    yield "an append with two causes", caused_by(8, lambda bundle: id_of(bundle, 2)), 8
    yield "an append with two commands", lambda bundle: bundle.change(8, '"command":null', '"command":{"name":"a.b","fingerprint":"%s"}' % ("0" * 32)), 8
    yield "a command twice", lambda bundle: bundle.field(11, "commandId", bundle.at(10).split('"commandId":')[1].split(",")[0]), 11
    yield "a cause that is not there", caused_by(10, lambda _: OTHER), 10
    yield "a cause of zeros", caused_by(10, lambda _: nil), 10
    yield "its own cause", caused_by(10, lambda bundle: id_of(bundle, 10)), 10
    yield "a later cause", caused_by(10, lambda bundle: id_of(bundle, 11)), 10

    def own_append(bundle):
        for position in range(6, 10):
            bundle.field(position, "causationId", f'"event-{id_of(bundle, 6)}"')
        return bundle

    yield "a cause in its own append", own_append, 6
    yield "kind of another concern", lambda bundle: bundle.field(10, "kind", '"item.noted"'), 10
    yield "a payload too large", lambda bundle: bundle.pack(10, long_text(256 * 1024 + 1)), 10
    bad = {
        "cut short": b"\xa5abc", "with bytes behind": b"\xc0\xc0", "empty": b"", "of bytes": b"\xc4\x01a", "of an extension": b"\xd4\x01a",
        "of the mark that is never used": b"\xc1", "no number": b"\xcb\x7f\xf8\0\0\0\0\0\0", "of endless number": b"\xca\x7f\x80\0\0", "no UTF-8": b"\xa2\xff\xfe",
        "with a number for a key": b"\x81\x01\x01", "with a key twice": b"\x82\xa1a\x01\xa1a\x02", "too deep": b"\x91" * 65 + b"\xc0",
    }  # fmt: skip
    for name, data in bad.items():
        yield f"a payload {name}", lambda bundle, data=data: bundle.pack(10, data), 10
    yield "subjects in another order", lambda bundle: bundle.change(10, r'"subjects":\[("[^"]*"),("[^"]*")\]', '"subjects":[%s,%s]' % tuple(reversed(re.search(r'"subjects":\[("[^"]*"),("[^"]*")\]', bundle.at(10)).groups()))), 10
    yield "a subject twice", lambda bundle: bundle.change(10, r'"subjects":\[[^\]]*\]', '"subjects":[%s,%s]' % (("\"item-" + OTHER + "\"",) * 2)), 10
    yield "nine subjects", lambda bundle: bundle.change(10, r'"subjects":\[[^\]]*\]', '"subjects":[%s]' % ",".join(f'"item-01890a5d-ac96-774b-bcce-b302099a805{n}"' for n in range(9))), 10


def kept_rules():
    """Nothing but a checkpoint shows these: whether it is met stands last."""

    def without_end(bundle):
        bundle.lines = bundle.lines[:12]
        return bundle.field(0, "lastPosition", "12").chained()

    def stretch(bundle, log_id):
        bundle.lines = bundle.lines[9:]
        previous = hashes[8]
        bundle.field(0, "firstPosition", "10").change(0, '"previousHash":"[^"]*"', f'"previousHash":"{previous}"')
        return bundle if log_id is None else bundle.field(0, "logId", f'"{log_id}"')

    def invented(bundle):
        bundle = stretch(bundle, None)
        return bundle.field(0, "previousHash", f'"{"7" * 64}"').chained()

    yield "the true one", lambda bundle: bundle, True
    yield "another payload, chained anew", lambda bundle: bundle.pack(10, b"\xa1a").chained(), False
    yield "another person, chained anew", lambda bundle: bundle.field(10, "principal", f'"principal-{OTHER}"').chained(), False
    yield "another origin, chained anew", lambda bundle: bundle.change(10, '"kind":"cli"', '"kind":"origin_200"').chained(), False
    yield "an unknown tag, chained anew", lambda bundle: bundle.change(10, r'"extensions":\[', '"extensions":[{"tag":200,"bytes":"00ff"},{"tag":201,"bytes":""}').chained(), False
    yield "numbers of many kinds, chained anew", lambda bundle: bundle.pack(10, numbers()).chained(), False
    yield "64 deep, chained anew", lambda bundle: bundle.pack(10, b"\x91" * 64 + b"\xc0").chained(), False
    yield "a payload as large as can be, chained anew", lambda bundle: bundle.pack(10, long_text(256 * 1024)).chained(), False
    yield "the end cut off, chained anew", without_end, False
    yield "a stretch", lambda bundle: stretch(bundle, None), True
    yield "a stretch of another log's id", lambda bundle: stretch(bundle, OTHER), True
    yield "an invented stretch", invented, False


def numbers():
    doubles = [0.1, -0.0, 1.0, 1e21, 1e20, 1.5e300, 1e-6, 1e-7, -1.25e-7, 5e-324, 12345.678, 2.0**53, 1.7976931348623157e308]
    packed = [b"\xcb" + struct.pack(">d", number) for number in doubles]
    packed += [b"\xca" + struct.pack(">f", number) for number in (0.1, 1.5, 3e38)]
    packed += [b"\xcf" + struct.pack(">Q", 2**64 - 1), b"\xd3" + struct.pack(">q", -(2**63)), b"\xd2" + struct.pack(">i", -1), b"\xcc\x07", b"\xe0"]
    texts = ['\x00\x1f"\\/\b\f\n\r\t\x7f', "\u2028\u2029é😀", ""]
    packed += [bytes([0xD9, len(text.encode())]) + text.encode() for text in texts]
    return b"\xdc" + struct.pack(">H", len(packed)) + b"".join(packed)


def long_text(size):
    """A text whose payload has so many bytes."""
    return b"\xdb" + struct.pack(">I", size - 5) + b"a" * (size - 5)


hashes = []


def main():
    true, folder = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), pathlib.Path(sys.argv[2])
    hashes.extend(line.split('"hash":"')[1][:64] for line in true.splitlines()[1:])
    table = []

    def add(name, bundle, **expected):
        (folder / f"{name}.ndjson").write_bytes(bundle.bytes())
        table.append({"name": name, **expected})

    for forgeries, chained in ((changed_fields, False), (moved_lines, False), (erased, False), (first_lines, False), (spellings, False), (rules, True)):
        for name, forge, position in forgeries():
            bundle = forge(Forged(true))
            add(name, bundle.chained() if chained else bundle, position=position)
    for name, forge, met in kept_rules():
        add(name, forge(Forged(true)), met=met)
    (folder / "table.json").write_text(json.dumps(table))


if __name__ == "__main__":
    main()
