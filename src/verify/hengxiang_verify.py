#!/usr/bin/env python3
"""Checks receipts and statement bundles of the Hengxiang ledger with nothing but Python 3.

hengxiang_verify.py receipt   FILE (--key K | --root K --certificate FILE...)
hengxiang_verify.py statement FILE (--key K | --root K [--certificate FILE...])
                              [--since CHECKPOINT] [--through YYYY-MM] [--witness K...] [--quorum N]
K is a public key or a file that holds it. Exit code 0: it holds; 1: it does not; 2: it cannot be read.
"""
import argparse, base64, datetime, hashlib, os, struct, sys, urllib.parse


class Disproved(Exception):
    """Read, and does not hold. Whatever cannot be read is a ValueError."""


def need(holds, what, fault=Disproved):
    if not holds:
        raise fault(what)


def wants(holds, what):
    need(holds, what, ValueError)


# SM3 of GB/T 32905.
def sm3(data):
    m, rol = 0xFFFFFFFF, lambda x, n: ((x << n % 32) | (x >> (32 - n % 32))) & 0xFFFFFFFF
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    for at in range(0, len(data), 64):
        w = list(struct.unpack(">16I", data[at : at + 64]))
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            ss = rol((rol(a, 12) + e + rol(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & m, 7)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & m & g)
            t = (gg + h + ss + w[j]) & m
            a, b, c, d, e, f, g, h = (ff + d + (ss ^ rol(a, 12)) + (w[j] ^ w[j + 4])) & m, a, rol(b, 9), c, t ^ rol(t, 9) ^ rol(t, 17), e, rol(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *v)


HASHES = {"sha256": lambda data: hashlib.sha256(data).digest(), "sm3": sm3}

# Ed25519 of RFC 8032, verification only; points of small order sign anything and are refused.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x if (x * x - x2) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    return ((b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P)


def times(scalar, p):
    result = (0, 1, 1, 0)
    while scalar:
        result = add(result, p) if scalar & 1 else result
        p, scalar = add(p, p), scalar >> 1
    return result


def signs(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or None in (a, r) or s >= L or 0 in (times(8, a)[0] % P, times(8, r)[0] % P):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    left, right = times(s, point(bytes([0x58] + [0x66] * 31))), add(r, times(k % L, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# C2SP notes, checkpoints, certificates.
def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    wants(base64.b64encode(data).decode() == text, "base64 of more than one spelling")
    return data


def number(text):
    wants(text.isascii() and text.isdigit() and str(int(text)) == text, f"not a number: {text}")
    return int(text)


class Key:
    def __init__(self, text, kind=1):
        self.name, id, data = (read(text) if os.path.isfile(text) else text).strip().split("+", 2)
        data = unbase64(data)
        self.public, self.id = data[1:], hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        wants(len(data) == 33 and data[0] == kind and self.id.hex() == id, f"not a public key: {text}")

    def signed(self, note, cosigned=False):
        """The text of a note that the key signed, or None."""
        text, _, lines = note.rpartition("\n\n")
        wants(lines.endswith("\n"), "not a signed note")
        text, own = text + "\n", []
        for line in lines[:-1].split("\n"):
            mark, name, data = line.split(" ")
            wants(mark == "\u2014", "not a signature line")
            if name == self.name and unbase64(data)[:4] == self.id:
                own.append(unbase64(data)[4:])
        for one in own:
            time = f"cosignature/v1\ntime {int.from_bytes(one[:8], 'big')}\n" if cosigned else ""
            holds = signs(self.public, (time + text).encode(), one[8:] if cosigned else one)
            need(holds, f"no valid signature of {self.name}")
        return text if own else None


class Checkpoint:
    def __init__(self, note, keys):
        signed = [(serial, key.name, text) for serial, key in keys if (text := key.signed(note))]
        need(signed, "no valid signature of the ledger")
        self.serial, name, text = signed[-1]
        lines = text.split("\n")
        need(lines[0] == name, "checkpoint of another log")
        self.size, self.root = number(lines[1]), unbase64(lines[2])
        (self.hash_name,) = [line[5:] for line in lines[3:] if line.startswith("hash ")] or ["sha256"]
        wants(self.hash_name in HASHES, "unknown hash")
        self.hash = HASHES[self.hash_name]


def keyring(args, inside):
    if args.key:
        return [(0, Key(args.key))]
    keys = []
    for note in [read(path) for path in args.certificate] + inside:
        text = Key(args.root).signed(note)
        need(text, "certificate not signed by the root key")
        mark, serial, key, end = text.split("\n")
        wants(mark == "hengxiang-key-certificate-1" and not end, "not a certificate")
        keys.append((number(serial.removeprefix("serial ")), Key(key.removeprefix("key "))))
    need(keys, "no certificate")
    return sorted(keys, key=lambda pair: pair[0])


# RFC 6962: climbs a path with a pair of hashes, the second of which takes right siblings too.
def climb(h, old, new, node, last, path):
    for sibling in path:
        need(last, "path too long")
        if node % 2 or node == last:
            old, new = h(b"\x01" + sibling + old), h(b"\x01" + sibling + new)
            while node and node % 2 == 0:
                node, last = node // 2, last // 2
        else:
            new = h(b"\x01" + new + sibling)
        node, last = node // 2, last // 2
    need(last == 0, "path too short")
    return old, new


def root_of(h, leaf, index, size, path):
    need(index < size, "index outside the log")
    return climb(h, leaf, leaf, index, size - 1, path)[1]


def extends(kept, new, proof):
    fault = "not the ledger that was kept"
    if kept.size in (0, new.size):
        return need(not proof and kept.root == (new.root if kept.size else new.hash(b"")), fault)
    node, last = kept.size - 1, new.size - 1
    while node % 2:
        node, last = node // 2, last // 2
    if kept.size & (kept.size - 1):
        need(proof, fault)
        first, proof = proof[0], proof[1:]
    else:
        first = kept.root
    need(climb(new.hash, first, first, node, last, proof) == (kept.root, new.root), fault)


# Canonical bytes of records.
class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        wants(self.at <= len(self.data), "record ends early")
        return self.data[self.at - count : self.at]

    def int(self, width=8, signed=False):
        return int.from_bytes(self.take(width), "big", signed=signed)

    def text(self):
        return self.take(self.int(4)).decode()

    def many(self, read):
        return [read() for _ in range(self.int(4))]

    def maybe(self, read):
        return read() if self.int(1) else None

    def day(self):
        return datetime.date.fromordinal(self.int(4, True))

    def end(self):
        wants(self.at == len(self.data), "bytes after the end")


def owner(account):
    keyed = "Payable Withheld Disputed InTransit Clawback Entitlement Unfunded Carried".split()
    parts = account.split(":")
    return urllib.parse.unquote(parts[2]) if parts[1] in keyed else None


def read_record(data):
    r = Reader(data)
    wants((mark := r.text()) in ("hengxiang-ledger-1", "hengxiang-ledger-2"), "not a record")
    r.take(16 if mark.endswith("2") else 0)
    one = {"seq": r.int(), "at": r.int(), "by": (r.text(), r.text()), "kind": r.text(), "legs": []}
    if one["kind"] == "period_closed":
        one["month"], one["root"], _ = str(r.day())[:7], r.take(32), r.int()
        r.end()
    elif one["kind"] in ("posted", "posted_under"):
        if one["kind"] == "posted_under":
            _ = (r.text(), r.int(4), r.text()) if r.text() == "order" else r.text()
        one["why"], one["month"], one["on"] = r.text(), str(r.day())[:7], r.day()
        r.day(), r.text(), r.maybe(lambda: (r.text(), r.int(4)))
        about, _, _, _, one["document"], _ = r.maybe(r.text), r.maybe(r.text), r.maybe(r.int), r.maybe(r.int), r.text(), r.text()
        legs, marks = r.many(lambda: (r.text(), r.int(8, True))), r.many(lambda: (r.int(), r.int(8, True)))
        r.end()
        wants(len(legs) == len(marks), "legs without marks")
        one["legs"] = [(*leg, *mark) for leg, mark in zip(legs, marks)]
        one["named"] = ({owner(leg[0]) for leg in legs} | {about}) - {None}
    return one


# A record in its place in the log; its text, which can be erased, must be the one it has a commitment to.
def logged(words, checkpoint, told=None):
    index, data, *path = number(words[0]), *map(unbase64, words[1:])
    root = root_of(checkpoint.hash, checkpoint.hash(b"\0" + data), index, checkpoint.size, path)
    need(root == checkpoint.root, "record not in the log")
    one = read_record(data)
    need(one["seq"] == index + 1, "record of another place")
    if told:
        salt, text = told
        wants(len(salt) == 16, "not a salt")
        commitment = base64.b64encode(checkpoint.hash(b"hengxiang-text-1" + salt + text))
        need(b"commitment:" + commitment in data, "text of another commitment")
        one["text"] = text.decode()
    return one


# Balances as a close sealed them: {account: (postings, fen)}, empty when the department had none.
def sealed(close, data, h, department):
    need(close["kind"] == "period_closed", "not a close")
    r, own, pack = Reader(data), "D:" + department, lambda text: struct.pack(">I", len(text)) + text
    seal = lambda tree: h(b"hengxiang-balances-1" + struct.pack(">Q", owners) + tree)

    def check(name, content, index, path):
        tree = root_of(h, h(b"\0" + pack(name.encode()) + content), index, owners, path)
        need(seal(tree) == close["root"], "balances not sealed so")

    present, owners = r.text() == "present", r.int()
    if present:
        index, blind, start = r.int(), r.take(32), r.at + 4
        rows = r.many(lambda: (r.text(), r.int(), r.int(8, True)))
        content, path = h(blind + data[start : r.at]), r.many(lambda: r.take(32))
        r.end()
        check(own, content, index, path)
        held = {account: (place, fen) for account, place, fen in rows}
        need(len(held) == len(rows) and all(owner(account) == department for account in held), "not its own")
        return held
    beside = r.many(lambda: (r.int(), r.text(), r.take(32), r.many(lambda: r.take(32))))
    r.end()
    for index, name, content, path in beside:
        check(name, content, index, path)
    before = max((index for index, name, *_ in beside if name.encode() < own.encode()), default=-1)
    after = min((index for index, name, *_ in beside if name.encode() > own.encode()), default=owners)
    need(beside or seal(h(b"")) == close["root"], "balances not sealed so")
    need(after == before + 1 and beside == sorted(beside)[:2], "not where it would stand")
    return {}


def yuan(fen):
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def receipt(text, args):
    head, _, note = text.partition("\n\n")
    mark, extra, index, *path = head.split("\n")
    wants(mark == "c2sp.org/tlog-proof@v1" and extra[:6] == "extra " and index[:6] == "index ", "not a receipt")
    checkpoint = Checkpoint(note, keyring(args, []))
    data, told, mark = unbase64(extra[6:]), None, b"\0\0\0\x10hengxiang-told-1"
    if data.startswith(mark):
        r = Reader(data[len(mark) :])
        told, data = (r.take(16), r.text().encode()), r.data[r.at :]
    one = logged([index[6:], base64.b64encode(data).decode(), *path], checkpoint, told)
    print(f"record {one['seq']}: {one['kind']} by {one['by'][0]}", one.get("text", ""))
    for account, fen, place, balance in one["legs"]:
        print(f"  {account} {yuan(fen)} = {yuan(balance)}, no. {place}")
    return note, checkpoint


def statement(text, args):
    head, _, note = text.partition("\n\n")
    rest = [line.split(" ") for line in head.split("\n")]

    def tagged(tag, most=1):
        found = []
        while rest and rest[0][0] == tag and len(found) < most:
            found.append(rest.pop(0)[1:])
        return found

    wants(rest.pop(0) == ["hengxiang-statement-1"], "not a statement bundle")
    ((department,),) = tagged("department")
    keys = keyring(args, [unbase64(words[0]).decode() for words in tagged("certificate", len(rest))])
    checkpoint, proof = Checkpoint(note, keys), tagged("consistency")
    if args.since:
        kept = Checkpoint(read(args.since), keys)
        need(kept.size <= checkpoint.size, "fewer records than the checkpoint that was kept")
        need(kept.serial <= checkpoint.serial, "signed by a key that was replaced")
        need(proof and number(proof[0][0]) == kept.size and kept.hash_name == checkpoint.hash_name, "no consistency proof")
        extends(kept, checkpoint, [unbase64(word) for word in proof[0][1:]])

    def close(tag, balances):
        for words in tagged(tag):
            one, ((held,),) = logged(words, checkpoint), tagged(balances)
            return {**one, "held": sealed(one, unbase64(held), checkpoint.hash, department)}

    opening = close("opening", "opened")
    steps = []
    while line := tagged("line"):
        (told,) = tagged("text") or [None]
        steps.append(logged(line[0], checkpoint, told and tuple(map(unbase64, told))))
    closing = close("closing", "closed")
    wants(not rest, "unknown line")
    start = opening or {"seq": 0, "at": 0, "month": None, "held": {}}
    at, seq, time, closed, unsealed = dict(start["held"]), start["seq"], start["at"], start["month"], 0
    if closing and closing["seq"] == seq:
        need(closing["held"] == at, "sealed balances differ")
    elif closing:
        steps = sorted(steps + [closing], key=lambda one: one["seq"])
    for one in steps:
        need(one["seq"] > seq and one["at"] >= time, "out of order")
        seq, time, unsealed = one["seq"], one["at"], unsealed + 1
        if one is closing:
            need(one["held"] == at, "sealed balances differ from the lines: a line is missing")
            closed, unsealed = one["month"], 0
            continue
        need(one.get("named") == {department}, "not about the department alone")
        need(one["month"] != closed, "posted in a closed month")
        own = [leg for leg in one["legs"] if owner(leg[0]) == department]
        need(own, "on none of the department's accounts")
        for account, fen, place, balance in own:
            before = at.get(account, (0, 0))
            need(place == before[0] + 1, f"{account}: gap in the account's numbers, a line is missing")
            need(balance == before[1] + fen, f"{account}: balance does not follow")
            at[account] = (place, balance)
            print(f"  {one['seq']} {one['on']} {one['why']} {account} {yuan(fen)} = {yuan(balance)}", one.get("text", ""))
    need(not args.through or (closing and closing["month"] >= args.through), f"not sealed through {args.through}")
    print(f"department {department}, sealed through {closing and closing['month']}, {unsealed} lines since")
    return note, checkpoint


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["receipt", "statement"])
    parser.add_argument("file")
    whom = parser.add_mutually_exclusive_group(required=True)
    for option in ("--key", "--root"):
        whom.add_argument(option)
    for option in ("--certificate", "--witness"):
        parser.add_argument(option, action="append", default=[])
    for option, kind in (("--since", str), ("--through", str), ("--quorum", int)):
        parser.add_argument(option, type=kind)
    args = parser.parse_args()
    try:
        note, checkpoint = {"receipt": receipt, "statement": statement}[args.what](read(args.file), args)
        seen = [key.name for key in (Key(text, 4) for text in args.witness) if key.signed(note, cosigned=True)]
        need(len(seen) >= (len(args.witness) if args.quorum is None else args.quorum), "too few witnesses cosigned")
    except Disproved as fault:
        sys.exit(print(f"核验不通过 VERIFICATION FAILED: {fault}", file=sys.stderr) or 1)
    except (ValueError, OSError, IndexError, TypeError, OverflowError) as fault:
        sys.exit(print(f"无法读取 cannot be read: {fault}", file=sys.stderr) or 2)
    print(f"核验通过 (verified): {checkpoint.size} records, {checkpoint.hash_name} root {checkpoint.root.hex()}", *seen)


if __name__ == "__main__":
    main()
