#!/usr/bin/env python3
"""Verifies a bundle of Mediary's log. Written from docs/log-format.md alone: it shares no code with Mediary.

Usage: mediary_verify.py BUNDLE... [--checkpoint POSITION:HASH]      (- for a bundle that is piped in)

Prints a JSON object for each bundle: what was proved, or the first bad position and why; then it ends with 1.
Needs nothing but Python 3.9; with the package blake3 it is a hundred times as fast.
"""

import argparse
import json
import re
import struct
import sys
from datetime import datetime, timedelta, timezone

NUMBER_MAX = 2**53 - 1
# The tag of a payload that is sealed.
SEALED = 1
PAYLOAD_BYTES_MAX = 256 * 1024
LINE_BYTES_MAX = 4 * 1024 * 1024
NESTING_MAX = 64
COMMANDS_REMEMBERED = 30 * 24 * 60 * 60 * 1_000_000
ORIGINS = "page cli nats bot schedule reaction actor webhook worker rule import plan".split()

# --- BLAKE3 ---------------------------------------------------------------------------------------------------------

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS_AND_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
CHUNK_START, CHUNK_END, PARENT, ROOT, CONTEXT, MATERIAL = 1, 2, 4, 8, 32, 64
WORD = 0xFFFFFFFF


def compress(chaining, block, counter, length, flags):
    """One compression, all 16 words of it cut to the 8 that are needed here."""
    message = struct.unpack("<16I", block.ljust(64, b"\0"))
    state = [*chaining, *IV[:4], counter & WORD, counter >> 32, length, flags]
    for turn in range(7):
        for index, (a, b, c, d) in enumerate(COLUMNS_AND_DIAGONALS):
            va, vb, vc, vd = state[a], state[b], state[c], state[d]
            va = (va + vb + message[2 * index]) & WORD
            vd ^= va
            vd = (vd >> 16 | vd << 16) & WORD
            vc = (vc + vd) & WORD
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & WORD
            va = (va + vb + message[2 * index + 1]) & WORD
            vd ^= va
            vd = (vd >> 8 | vd << 24) & WORD
            vc = (vc + vd) & WORD
            vb ^= vc
            state[a], state[b], state[c], state[d] = va, (vb >> 7 | vb << 25) & WORD, vc, vd
        message = tuple(message[place] for place in PERMUTATION)
    return tuple(state[n] ^ state[n + 8] for n in range(8))


def chunk(key, data, counter, flags):
    """What the last compression of a chunk takes: everything but the mark of the root."""
    blocks = [data[at : at + 64] for at in range(0, len(data), 64)] or [b""]
    chaining = key
    for number, block in enumerate(blocks[:-1]):
        chaining = compress(chaining, block, counter, 64, flags | (CHUNK_START if number == 0 else 0))
    start = CHUNK_START if len(blocks) == 1 else 0
    return chaining, blocks[-1], counter, len(blocks[-1]), flags | start | CHUNK_END


def tree(key, data, counter, flags):
    if len(data) <= 1024:
        return chunk(key, data, counter, flags)
    left = 1024
    while left * 2 < len(data):
        left *= 2
    halves = (data[:left], counter), (data[left:], counter + left // 1024)
    words = [word for part, at in halves for word in compress(*tree(key, part, at, flags))]
    return key, struct.pack("<16I", *words), 0, 64, flags | PARENT


def own_blake3(key, data, flags):
    chaining, block, counter, length, flags = tree(key, data, 0, flags)
    return struct.pack("<8I", *compress(chaining, block, counter, length, flags | ROOT))


KEYS = {}


def hashed(use, data):
    """BLAKE3 in its mode derive_key, with the context of a use."""
    context = "mediary log format 2: " + use
    if fast is not None:
        return fast(data, derive_key_context=context).digest()
    if use not in KEYS:
        KEYS[use] = struct.unpack("<8I", own_blake3(IV, context.encode(), CONTEXT))
    return own_blake3(KEYS[use], data, MATERIAL)


try:
    from blake3 import blake3 as fast
except ImportError:
    fast = None

# --- the payload ----------------------------------------------------------------------------------------------------


def require(holds, why):
    if not holds:
        raise ValueError(why)


class Payload:
    """Reads codec 1 and spells it in JSON."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def spelled(self):
        text = self.value(0)
        require(self.at == len(self.data), "bytes follow the end of its payload")
        return text

    def take(self, count):
        part = self.data[self.at : self.at + count]
        require(len(part) == count, "its payload ends too early")
        self.at += count
        return part

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def text(self, count):
        return json.dumps(self.take(count).decode("utf-8", "strict"), ensure_ascii=False)

    def value(self, depth):
        mark = self.number("B")
        if mark <= 0x7F:
            return str(mark)
        if mark >= 0xE0:
            return str(mark - 256)
        if mark in (0xC0, 0xC2, 0xC3):
            return {0xC0: "null", 0xC2: "false", 0xC3: "true"}[mark]
        if 0xCC <= mark <= 0xD3:
            return str(self.number("BHIQbhiq"[mark - 0xCC]))
        if mark in (0xCA, 0xCB):
            return ecmascript(self.number("f" if mark == 0xCA else "d"))
        text = self.text_length(mark)
        if text is not None:
            return self.text(text)
        if mark >> 4 in (8, 9):
            return self.several(mark >> 4 == 8, mark & 15, depth)
        require(0xDC <= mark <= 0xDF, "its payload holds what JSON has no word for")
        return self.several(mark >= 0xDE, self.number("HI"[mark & 1]), depth)

    def text_length(self, mark):
        if mark >> 5 == 5:
            return mark & 31
        return self.number("BHI"[mark - 0xD9]) if 0xD9 <= mark <= 0xDB else None

    def several(self, keyed, count, depth):
        require(depth < NESTING_MAX, f"its payload is nested deeper than {NESTING_MAX}")
        parts, keys = [], set()
        for _ in range(count):
            key = ""
            if keyed:
                length = self.text_length(self.number("B"))
                require(length is not None, "a key of its payload is no text")
                key = self.text(length) + ":"
                require(key not in keys, "a key of its payload stands twice")
                keys.add(key)
            parts.append(key + self.value(depth + 1))
        return ("{%s}" if keyed else "[%s]") % ",".join(parts)


def ecmascript(number):
    """A number as ECMAScript prints it."""
    require(number - number == 0, "its payload holds what JSON has no word for")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, rest = mantissa.partition(".")
    rest = "" if rest == "0" else rest
    digits = (whole + rest).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + rest) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    behind = "." + digits[1:] if digits[1:] else ""
    return f"{sign}{digits[0]}{behind}e{point - 1:+d}"


# --- lines ----------------------------------------------------------------------------------------------------------

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NAME = "[a-z0-9_]{1,64}"
NUMBER = "0|[1-9][0-9]{0,19}"
HASH = "[0-9a-f]{64}"
BYTES = "(?:[0-9a-f]{2})*"

HEADER = re.compile(
    rf'{{"format":"mediary-log-bundle","formatVersion":(?P<form>[23]),"logId":"(?P<log>{UUID})",'
    rf'"firstPosition":(?P<first>{NUMBER}),"lastPosition":(?P<last>{NUMBER}),'
    rf'"eventsCutBefore":(?P<cut_before>{NUMBER}),"eventsCutAfter":(?P<cut_after>{NUMBER}),'
    rf'"previousHash":"(?P<previous_hash>{HASH})","lastHash":"(?P<last_hash>{HASH})"}}\n'
)
EVENT = re.compile(
    rf'{{"position":(?P<position>{NUMBER}),"stream":"(?P<category>{NAME})-(?P<stream>{UUID})","version":(?P<version>{NUMBER}),'
    rf'"id":"event-(?P<id>{UUID})","kind":"(?P<kind>{NAME})\.(?P<name>{NAME})",'
    rf'"schema":"(?P<major>{NUMBER})\.(?P<minor>{NUMBER})","at":"(?P<at>[0-9T:.-]{{26}}Z)","epoch":(?P<epoch>{NUMBER}),'
    rf'"project":"project-(?P<project>{UUID})","principal":"principal-(?P<principal>{UUID})",'
    rf'"origin":{{"kind":"(?P<origin>{NAME})","id":"(?P<origin_id>{UUID})"}},"commandId":"command-(?P<command_id>{UUID})",'
    rf'"command":(?:null|{{"name":"(?P<command>{NAME}\.{NAME})","fingerprint":"(?P<fingerprint>[0-9a-f]{{32}})"}}),'
    rf'"correlationId":"story-(?P<story>{UUID})","causationId":(?:null|"event-(?P<cause>{UUID})"),'
    rf'"appendIndex":(?P<index>{NUMBER}),"appendLen":(?P<length>{NUMBER}),'
    rf'"subjects":\[(?P<subjects>[^\]]*)\],"extensions":\[(?P<extensions>[^\]]*)\],"codec":"msgpack",'
    rf'"digest":"(?P<digest>{HASH})","hash":"(?P<hash>{HASH})","salt":(?:null|"(?P<salt>[0-9a-f]{{32}})"),'
    rf'"payloadBytes":(?:null|"(?P<bytes>{BYTES})"),"payload":(?P<payload>.*)}}\n',
    re.DOTALL,
)
SUBJECT = re.compile(rf'"({NAME})-({UUID})"')
EXTENSION = re.compile(rf'{{"tag":({NUMBER}),"bytes":"({BYTES})"}}')
EPOCH_OF_TIME = datetime(1970, 1, 1, tzinfo=timezone.utc)


def listed(form, text):
    """The parts of an array, which are spelled like this and separated by commas."""
    parts = list(form.finditer(text))
    require(",".join(part[0] for part in parts) == text, "it is spelled otherwise than an export spells it")
    return [part.groups() for part in parts]


def number(text, bits, least=0):
    value = int(text)
    require(least <= value < 2**bits, f"{text} is not a number from {least} of {bits} bits")
    return value.to_bytes(bits // 8, "big")


def ident(text):
    return bytes.fromhex(text.replace("-", ""))


def word(text):
    return bytes([len(text)]) + text.encode()


def micros(text):
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    require(moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") == text, f"the time {text} is spelled otherwise")
    require(1970 <= moment.year <= 9998, "its time lies outside of the years 1970 to 9998")
    return (moment - EPOCH_OF_TIME) // timedelta(microseconds=1)


def origin_byte(name):
    if name in ORIGINS:
        return ORIGINS.index(name) + 1
    match = re.fullmatch(r"origin_([1-9][0-9]{0,2})", name)
    require(match and len(ORIGINS) < int(match[1]) <= 255, f"{name} is no origin")
    return int(match[1])


def tag(mark, content):
    return bytes([mark]) + number(len(content), 16) + content


def area(line):
    out = b""
    if line["command"] is not None:
        out += tag(128, bytes.fromhex(line["fingerprint"]) + line["command"].encode())
    subjects = [(kind.encode(), ident(uuid)) for kind, uuid in listed(SUBJECT, line["subjects"])]
    require(len(subjects) <= 8, "it has more than 8 subjects")
    require(subjects == sorted(set(subjects)), "its subjects are not ascending, each once")
    if subjects:
        out += tag(129, b"".join(bytes([len(kind)]) + kind + uuid for kind, uuid in subjects))
    last = 129
    for index, (mark, data) in enumerate(listed(EXTENSION, line["extensions"])):
        if index == 0 and int(mark) == SEALED:
            require(len(data) == 80, "a seal has 80 hex digits")
            out = tag(SEALED, bytes.fromhex(data)) + out
            continue
        require(last < int(mark) <= 255, "its extensions are not tags from 130, ascending")
        last = int(mark)
        out += tag(last, bytes.fromhex(data))
    return number(len(out), 16) + out


def envelope(line):
    """The bytes that the chain covers."""
    require(line["kind"] == line["category"], "its kind does not belong to its stream")
    require(int(line["index"]) < int(line["length"]), "its place in its append is impossible")
    return b"".join(
        [
            bytes([2, 1, 0 if line["cause"] is None else 1, origin_byte(line["origin"])]),
            number(line["major"], 8, 1) + number(line["minor"], 8),
            number(line["position"], 64, 1) + number(line["version"], 64, 1),
            micros(line["at"]).to_bytes(8, "big", signed=True) + number(line["epoch"], 64, 1),
            number(line["index"], 32) + number(line["length"], 32, 1),
            *(ident(line[name]) for name in ("id", "stream", "project", "principal", "origin_id", "command_id", "story")),
            b"" if line["cause"] is None else ident(line["cause"]),
            word(line["category"]) + word(line["name"]),
            area(line),
        ]
    )


def is_sealed(line):
    """Whether the payload is sealed: that tag comes first."""
    return line["extensions"].startswith(f'{{"tag":{SEALED},')


def payload(line, digest):
    """Whether it is there; it is what was recorded, and read as it is."""
    if line["salt"] is None or line["bytes"] is None:
        gone = line["salt"] is None and line["bytes"] is None and line["payload"] == "null"
        require(gone, "salt and payload are erased together")
        return False
    data = bytes.fromhex(line["bytes"])
    require(hashed("digest", bytes.fromhex(line["salt"]) + data) == digest, "its payload does not match its digest")
    if is_sealed(line):
        # What it says only its key tells.
        require(len(data) <= PAYLOAD_BYTES_MAX + 16, "its payload is larger than an event may have")
        require(line["payload"] == "null", "a sealed payload is spelled as if it could be read")
        return True
    require(len(data) <= PAYLOAD_BYTES_MAX, "its payload is larger than an event may have")
    require(Payload(data).spelled() == line["payload"], "its readable payload is not what its bytes say")
    return True


# --- rules ----------------------------------------------------------------------------------------------------------

SHARED = "length at epoch project principal origin origin_id command_id command fingerprint story cause".split()


def erased_positions(said):
    """What an erasing event names; one that has no list of positions and no reason erases nothing."""
    if not isinstance(said, dict) or not isinstance(said.get("reason"), str):
        return []
    positions = said.get("positions")
    is_list = isinstance(positions, list) and all(type(one) is int and one >= 0 for one in positions)
    return positions if is_list else []


class Rules:
    """What no single line shows."""

    def __init__(self, first):
        self.whole, self.first, self.missing = first == 1, first, set()
        self.versions, self.ids, self.commands = {}, {}, {}
        self.before = None

    def check(self, line):
        position, index = int(line["position"]), int(line["index"])
        for name in ("position", "version", "epoch"):
            require(int(line[name]) <= NUMBER_MAX, f"its {name} is larger than 2^53 - 1")
        require(index < position, "its append begins before the log")
        self.order(line, index)
        self.before = line
        stream = line["category"], line["stream"]
        expected = self.versions.get(stream, 0 if self.whole else int(line["version"]) - 1) + 1
        require(int(line["version"]) == expected, "its version does not follow the one before it in its stream")
        self.versions[stream] = expected
        identity = ident(line["id"])
        require(identity[6] >> 4 == 7 and identity[8] >> 6 == 2, "its id is no UUID of version 7")
        require(line["id"] not in self.ids, "its id is that of another event")
        if index == 0:
            command, at = (line["principal"], line["command_id"]), micros(line["at"])
            forgotten = at - self.commands.get(command, -COMMANDS_REMEMBERED) >= COMMANDS_REMEMBERED
            require(forgotten, "its command was recorded less than 30 days before")
            self.commands[command] = at
        self.cause(line, position - index)
        self.ids[line["id"]] = position
        self.erasing(line, position)

    def order(self, line, index):
        before = self.before
        opens = line["category"] == "log" and line["name"] == "opened"
        require(not opens or line["length"] == "1", "log.opened stands in an append of several events")
        if before is None:
            require(not self.whole or opens and line["epoch"] == "1", "the log does not begin with log.opened of epoch 1")
            require(index == 0 or not self.whole, "it does not continue its append")
            return
        epoch, last_epoch = int(line["epoch"]), int(before["epoch"])
        require(epoch in (last_epoch, last_epoch + 1), "its epoch is neither that of the event in front of it nor the next")
        require(opens == (epoch > last_epoch), "log.opened stands where no epoch begins, or not where one does")
        # The text of a time has one length, so it sorts as the time does.
        require(epoch > last_epoch or line["at"] >= before["at"], "its time lies before the event in front of it")
        ended = int(before["index"]) + 1 == int(before["length"])
        require(index == (0 if ended else int(before["index"]) + 1), "it does not continue its append")
        same = ended or all(line[name] == before[name] for name in SHARED)
        require(same, "the events of its append differ in what they share")

    def cause(self, line, append_first):
        cause = line["cause"]
        if cause is None:
            return
        known = self.ids.get(cause)
        earlier = known < append_first if known is not None else not self.whole and cause != line["id"]
        require(earlier, "its cause is no earlier event outside of its append")

    def erasing(self, line, position):
        if line["salt"] is None:
            require(line["category"] != "log", "what the log says of itself can't be erased")
            self.missing.add(position)
        elif line["category"] == "log" and line["name"] == "erased":
            for erased in erased_positions(json.loads(line["payload"])):
                gone = erased in self.missing or 1 <= erased < self.first
                require(gone, "it erases an event that does not lie before it or still has its payload")
                self.missing.discard(erased)

    def left(self):
        return 0 if self.before is None else int(self.before["length"]) - int(self.before["index"]) - 1


# --- the bundle -----------------------------------------------------------------------------------------------------


class Bad(Exception):
    def __init__(self, position, why):
        super().__init__(why)
        self.position, self.why = position, why


def text_of(raw):
    require(raw.endswith(b"\n"), "the line breaks off, or is longer than any line of an export")
    return raw.decode("utf-8", "strict")


def opened(raw):
    """The first line, once it has proved to be one."""
    require(raw, "the file is empty")
    text = text_of(raw)
    match = HEADER.fullmatch(text)
    if match is None:
        newer = re.match(r'{"format":"mediary-log-bundle","formatVersion":([0-9]+)', text)
        require(not newer or int(newer[1]) <= 3, "it has a newer form than is known here")
        raise ValueError("it is no first line of a bundle, or spelled otherwise than an export spells it")
    header = match.groupdict()
    first, last = int(header["first"]), int(header["last"])
    require(first >= 1 and first - 1 <= last <= NUMBER_MAX, "its positions are impossible")
    return header, first, last


def verify(file, checkpoint):
    try:
        header, first, last = opened(file.readline(LINE_BYTES_MAX))
    except ValueError as error:
        raise Bad(None, f"line 1: {error}") from error
    chain = bytes.fromhex(header["previous_hash"])
    if first == 1 and chain != hashed("genesis", ident(header["log"])):
        raise Bad(1, "it begins with another hash than that of its log")
    met = checkpoint is not None and checkpoint[0] == first - 1 and chain
    rules, erased, position, sealed = Rules(first), 0, first - 1, False
    while raw := file.readline(LINE_BYTES_MAX):
        position += 1
        try:
            require(position <= last, "it lies behind the last position of the first line")
            match = EVENT.fullmatch(text_of(raw))
            require(match, "it is spelled otherwise than an export spells an event")
            line = match.groupdict()
            require(int(line["position"]) == position, f"event {line['position']} stands in its place")
            digest = bytes.fromhex(line["digest"])
            require(header["form"] == "3" or not is_sealed(line), "it is sealed, and the first line says that nothing is")
            sealed = sealed or is_sealed(line)
            chain = hashed("link", chain + envelope(line) + digest)
            require(bytes.fromhex(line["hash"]) == chain, "the chain does not lead to its hash")
            erased += not payload(line, digest)
            rules.check(line)
            require(position > first or line["index"] == header["cut_before"], "the first line cuts its append elsewhere")
        except ValueError as error:
            raise Bad(position, str(error)) from error
        if checkpoint is not None and checkpoint[0] == position:
            met = chain
    if position < last:
        raise Bad(position + 1, f"it ends with event {position}, and its first line promises events to {last}")
    if header["last_hash"] != chain.hex():
        raise Bad(last, "the first line names another last hash")
    if rules.left() != int(header["cut_after"]) or (last < first and header["cut_before"] != "0"):
        raise Bad(last, "the first line cuts its last append elsewhere")
    if header["form"] == "3" and not sealed:
        raise Bad(last, "the first line says that something is sealed, and nothing is")
    if rules.missing:
        raise Bad(min(rules.missing), "its payload is missing, and no event says that it was erased")
    if checkpoint is not None:
        if not met:
            raise Bad(None, f"the checkpoint at {checkpoint[0]} lies outside of it, which goes from {first} to {last}")
        if met != checkpoint[1]:
            raise Bad(checkpoint[0], "it is not the history that the checkpoint was taken from")
    return {
        "isWhole": first == 1,
        "firstPosition": first,
        "lastPosition": last,
        "headHash": chain.hex(),
        "erasedCount": erased,
        "proves": proves(first, last, checkpoint),
    }


def proves(first, last, checkpoint):
    if last < first:
        held = f"there are no events behind {last}"
    else:
        held = f"events {first} to {last} hold together and keep every rule"
    if checkpoint is not None:
        return f"{held}; up to event {checkpoint[0]} it is the history that the checkpoint was taken from"
    if first == 1:
        return f"{held}; without a checkpoint kept elsewhere nobody can tell it from a history made anew"
    return f"{held}; what lies before, and which log it is, is taken on trust"


def checkpoint_of(text):
    match = re.fullmatch(rf"({NUMBER}):({HASH})", text)
    if match is None:
        raise argparse.ArgumentTypeError("give it as POSITION:HASH, the hash with 64 lower-case hex digits")
    return int(match[1]), bytes.fromhex(match[2])


def answer(bundle, checkpoint):
    try:
        if bundle == "-":
            return verify(sys.stdin.buffer, checkpoint)
        with open(bundle, "rb") as file:
            return verify(file, checkpoint)
    except Bad as bad:
        return {"isWhole": False, "badPosition": bad.position, "why": bad.why}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="+")
    parser.add_argument("--checkpoint", type=checkpoint_of, metavar="POSITION:HASH")
    arguments = parser.parse_args()
    answers = [answer(bundle, arguments.checkpoint) for bundle in arguments.bundle]
    for found in answers:
        print(json.dumps(found))
    return 1 if any("why" in found for found in answers) else 0


if __name__ == "__main__":
    sys.exit(main())
