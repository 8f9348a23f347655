"""Holds our safetensors reader against the reference implementation (the wheel `safetensors`, written in Rust).

    python safetensors_differential.py VERDICTS_PROGRAM [COUNT] [SEED]

Makes COUNT files, about half of them whole and half broken in one or two of forty ways, lets both read them, and
compares verdict, names, types, shapes, bytes and texts. Where they disagree, the reason must be one of EXPLAINED, and
the file must really have what the reason says; nothing may be read by us that the reference refuses.
"""
import hashlib
import json
import random
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import safetensors

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1,
         "U16": 2, "U32": 4, "U64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "C64": 8, "F8_E8M0": 1}
TORCH = {"F64": "Double", "F32": "Float", "F16": "Half", "BF16": "BFloat16", "I64": "Long", "I32": "Int",
         "I16": "Short", "I8": "Char", "U8": "Byte", "BOOL": "Bool", "U16": "UInt16", "U32": "UInt32",
         "U64": "UInt64", "F8_E4M3": "Float8_e4m3fn", "F8_E5M2": "Float8_e5m2", "C64": "ComplexFloat",
         "F8_E8M0": "Float8_e8m0fnu"}

# What we refuse and the reference reads, each with a proof that the file has it.
EXPLAINED = {
    "says something twice": lambda seen: "duplicate" in seen,
    "names a tensor twice": lambda seen: "duplicate" in seen,
    "holds a text twice": lambda seen: "duplicate" in seen,
    "a field that the format does not know": lambda seen: "unknown field" in seen,
    "uses the unknown type": lambda seen: "foreign type" in seen,
    "not text beside the tensors": lambda seen: "null metadata" in seen,
    "is not valid JSON": lambda seen: "list for an object" in seen,
    "does not begin as one": lambda seen: "space before the brace" in seen,  # the format says: begins with {
    "pickle": lambda seen: "pickle" in seen,
    "shape that does not fit": lambda seen: "empty and too large" in seen,
}


def escape(text, rng):
    out = '"'
    for c in text:
        if c in '"\\' or ord(c) < 0x20 or rng.random() < 0.05:
            units = c.encode("utf-16-be")
            out += "".join("\\u%04x" % struct.unpack(">H", units[i:i + 2]) for i in range(0, len(units), 2))
        else:
            out += c
    return out + '"'


def space(rng):
    return rng.choice(["", "", "", "", " ", "\n", "\t ", "\r\n"])


class Header:
    """A header kept as text parts, so that each can be broken on its own."""

    def __init__(self, rng):
        self.rng = rng
        self.entries, self.data, offset = [], b"", 0
        for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 9])):
            dtype = rng.choice(list(SIZES))
            shape = [rng.choice([0, 1, 1, 2, 3, 5]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
            count = SIZES[dtype]
            for extent in shape:
                count *= extent
            name = "".join(rng.choice("abc.xyz_0Жé中😀\"\\\n /") for _ in range(rng.choice([1, 2, 5, 9])))
            if name == "__metadata__" or any(e["name"] == name for e in self.entries):
                continue
            self.entries.append({"name": name, "dtype": '"%s"' % dtype, "shape": shape, "offsets": [offset, offset + count],
                                 "extra": "", "type": dtype})
            data = bytes(rng.randrange(2) if dtype == "BOOL" else rng.randrange(256) for _ in range(count))
            self.data += data
            offset += count
        self.metadata = None
        if rng.random() < 0.5:
            self.metadata = {"".join(rng.choice("kéy😀") for _ in range(rng.randrange(4))):
                             "".join(rng.choice("value \"\\\n\tЖ") for _ in range(rng.randrange(8)))
                             for _ in range(rng.randrange(4))}
        self.raw_metadata = None
        self.before, self.after, self.length_change, self.tail = "", " " * rng.choice([0, 0, 1, 7]), 0, b""
        self.entry_list = False
        self.raw_entries = []

    def entry_text(self, e):
        rng = self.rng
        shape = e["shape"] if isinstance(e["shape"], str) else "[" + ",".join(space(rng) + str(x) for x in e["shape"]) + "]"
        offsets = e["offsets"] if isinstance(e["offsets"], str) else "[%d,%s%d]" % (e["offsets"][0], space(rng), e["offsets"][1])
        if e.get("list"):
            body = "[%s,%s,%s]" % (e["dtype"], shape, offsets)
        else:
            fields = ['"dtype":%s%s' % (space(rng), e["dtype"]), '"shape":' + shape, '"data_offsets":' + offsets]
            fields += e.get("fields", [])
            rng.shuffle(fields)
            fields = [f for f in fields if not any(f.startswith(d) for d in e.get("drop", []))]
            body = "{" + ",".join(space(rng) + f for f in fields) + space(rng) + "}"
        return space(rng) + escape(e["name"], rng) + space(rng) + ":" + space(rng) + body

    def bytes(self):
        rng = self.rng
        members = [self.entry_text(e) for e in self.entries] + self.raw_entries
        if self.metadata is not None or self.raw_metadata is not None:
            text = self.raw_metadata if self.raw_metadata is not None else (
                "{" + ",".join(escape(k, rng) + ":" + escape(v, rng) for k, v in self.metadata.items()) + "}")
            members.append('"__metadata__":' + text)
        if rng.random() < 0.5:
            rng.shuffle(members)
        header = (self.before + "{" + ",".join(members) + space(rng) + "}" + self.after).encode("utf-8", "surrogatepass")
        return header, self.data


def any_entry(h):
    if not h.entries:
        h.entries.append({"name": "t", "dtype": '"U8"', "shape": [1], "offsets": [len(h.data), len(h.data) + 1],
                          "type": "U8"})
        h.data += b"\x01"
    return h.rng.choice(h.entries)


def set_key(key, values):
    def change(h):
        any_entry(h)[key] = h.rng.choice(values)
    return change


def move_offsets(h):
    e = any_entry(h)
    if isinstance(e["offsets"], str):
        return
    delta = h.rng.choice([-1, 1, 8, 1 << 62, (1 << 64) - 1])
    which = h.rng.randrange(2)
    offsets = list(e["offsets"])
    offsets[which] = max(0, offsets[which] + delta)
    e["offsets"] = offsets


def swap_offsets(h):
    e = any_entry(h)
    if not isinstance(e["offsets"], str):
        e["offsets"] = list(reversed(e["offsets"]))


def field(text, drop=()):
    def change(h):
        e = any_entry(h)
        e.setdefault("fields", []).append(text)
    return change


def drop(name):
    def change(h):
        any_entry(h).setdefault("drop", []).append('"%s"' % name)
    return change


def attr(name, values):
    def change(h):
        setattr(h, name, h.rng.choice(values))
    return change


def raw_entry(values):
    def change(h):
        h.raw_entries.append(h.rng.choice(values))
    return change


def duplicate(h):
    e = dict(any_entry(h))
    h.entries.append(e)


def more_data(h):
    h.data += bytes(h.rng.choice([1, 8]))


def less_data(h):
    h.data = h.data[:-1]


def list_form(h):
    any_entry(h)["list"] = True


def flip(h):
    h.flips = h.rng.choice([1, 1, 2, 5])


def cut(h):
    h.cut = True


def change_length(h):
    h.length_change = h.rng.choice([-8, -1, 1, 7, 100, 1 << 20, 100_000_001, 1 << 40, (1 << 63), (1 << 64) - 9])


BREAKS = [move_offsets, move_offsets, swap_offsets, duplicate, more_data, less_data, list_form, flip, flip, flip, cut,
          change_length,
          set_key("dtype", ['"F99"', '"f32"', "null", "1", '["F32"]', '"F4"', '"F6_E2M3"', '"F6_E3M2"', '""']),
          set_key("dtype", ['"%s"' % d for d in SIZES]),
          set_key("shape", ["null", "{}", "[-1]", "[1.0]", "[1e0]", '["1"]', "[01]", "[99999999999999999999]", "[1,]",
                            "[4611686018427387904,4]", "[18446744073709551615]", "[9223372036854775808,2]", "[,1]",
                            "[0,4611686018427387904,4611686018427387904]", "[[1]]", "[true]", "[-0]", "1"]),
          set_key("shape", [[], [0], [1], [2], [1, 1], [0, 7]]),
          set_key("offsets", ["[0]", "[0,1,1]", "[]", "null", "[0.0,1]", '["0","1"]', "[-1,0]", "{}", "[0,1]", "[0,0]"]),
          field('"dtype":"U8"'), field('"extra":1'), field('"extra":[[{}]]'), field('"shape":[1]'),
          drop("dtype"), drop("shape"), drop("data_offsets"),
          attr("before", [" ", "\n", "\ufeff", "[", "x", "\x00"]),
          attr("after", ["x", "{}", "\x00", "   \n", ",", "//"]),
          attr("raw_metadata", ["null", "[]", '"a"', '{"k":1}', '{"k":null}', '{"k":{"l":"m"}}', '{"k":"1","k":"2"}',
                                '{"format":"pt",}', "{1:2}", '{"a":"\\ud800"}', '{"a":"\\x41"}', '{"a":"b\tc"}']),
          raw_entry(['"n":null', '"n":1', '"n":[]', '"n":{}', '"n":"text"', '"__metadata__":{}', '"n":NaN', "",
                     '"\\ud83d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}', '"d":' + "[" * 200,
                     '"e":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'])]


def make(rng):
    h = Header(rng)
    h.flips, h.cut = 0, False
    if rng.random() < 0.55:
        for _ in range(rng.choice([1, 1, 1, 2])):
            rng.choice(BREAKS)(h)
    header, data = h.bytes()
    if h.flips:
        header = bytearray(header)
        for _ in range(h.flips):
            if header:
                header[rng.randrange(len(header))] = rng.choice([rng.randrange(256), ord(rng.choice('{}[]",:0 \\'))])
        header = bytes(header)
    length = (len(header) + h.length_change) % (1 << 64)
    whole = struct.pack("<Q", length) + header + data
    return whole[:rng.randrange(len(whole) + 1)] if h.cut else whole


def features(raw):
    """What of EXPLAINED a file really has, found by a reader of its own."""
    seen = set()
    if raw[:2] in (b"PK",) or (raw[:1] == b"\x80" and raw[1:2] in b"\x02\x03\x04\x05"):
        seen.add("pickle")

    def pairs(items):
        if len({k for k, _ in items}) != len(items):
            seen.add("duplicate")
        return dict(items)

    length = struct.unpack("<Q", raw[:8])[0]
    if raw[8:9] in b" \n\r\t":
        seen.add("space before the brace")
    header = json.loads(raw[8:8 + length].decode("utf-8"), object_pairs_hook=pairs)
    if "__metadata__" in header and header["__metadata__"] is None:
        seen.add("null metadata")
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if isinstance(entry, list):
            seen.add("list for an object")
        elif isinstance(entry, dict):
            if set(entry) - {"dtype", "shape", "data_offsets"}:
                seen.add("unknown field")
            if entry.get("dtype") not in SIZES:
                seen.add("foreign type")
            product = SIZES.get(entry.get("dtype"), 1)
            for extent in entry.get("shape", []):
                product *= max(extent, 1)
            if product >= 1 << 63 and 0 in entry["shape"]:
                seen.add("empty and too large")
    return seen


def reference(path, raw):
    try:
        tensors = safetensors.deserialize(raw)
        with safetensors.safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            assert sorted(file.keys()) == sorted(name for name, _ in tensors)
    except Exception as error:  # the wheel raises SafetensorError, and others for files it cannot map
        return None, str(error)
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors, key=lambda item: item[0].encode()):
        digest.update(b"\0".join([name.encode(), TORCH.get(tensor["dtype"], tensor["dtype"]).encode(),
                                  ",".join(str(x) for x in tensor["shape"]).encode(), bytes(tensor["data"])]))
    for key, value in sorted(metadata.items(), key=lambda item: item[0].encode()):
        digest.update(b"\1" + key.encode() + b"\0" + value.encode())
    return digest.hexdigest(), ""


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 2026)
    verdicts, explained, unexplained = Counter(), Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(count):
            (Path(folder) / str(i)).write_bytes(make(rng))
        answers = subprocess.run([program, folder, str(count)], capture_output=True, text=True, check=True)
        lines = answers.stdout.splitlines()
        assert len(lines) == count, f"{len(lines)} answers for {count} files"
        for i, line in enumerate(lines):
            path = Path(folder) / str(i)
            raw = path.read_bytes()
            theirs, reason = reference(path, raw)
            ours = line[3:] if line.startswith("ok ") else None
            verdicts["both read, the same to the last byte" if ours and ours == theirs else
                     "both refused" if ours is None and theirs is None else "disagreement"] += 1
            if ours == theirs:
                continue
            why = next((e for e in EXPLAINED if ours is None and e in line), None)
            if theirs is not None and why and EXPLAINED[why](features(raw)):
                explained[why] += 1
            else:
                unexplained.append((raw, line, reason or "read"))
    print(f"safetensors {safetensors.__version__}: {count} files")
    for what, number in verdicts.most_common():
        print(f"  {number:6d}  {what}")
    for what, number in explained.most_common():
        print(f"  {number:6d}  of these explained: we refuse what \"{what}\"")
    print(f"  {len(unexplained):6d}  unexplained")
    for raw, line, reason in unexplained[:10]:
        print("    file     ", raw[:300])
        print("    ours     ", line)
        print("    reference", reason)
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
