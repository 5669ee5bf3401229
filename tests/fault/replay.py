# replay: a model of a file system that loses power. It takes a directory, all of it on disk, and what was done to it since (killat -o), and says what may be
# on disk at any moment:
#   - what was written to a file is on disk for sure once that file was synced; what was done to a name once the directory that has it was;
#   - all else may be there or not, each write and each name by itself, in any order: a write that is lost leaves what stood there, or zeros;
#   - a rename happens or does not: it is never half done (every journaling file system; not ext2);
#   - names of one file, and one name, have their order: what needs a step that was lost is lost with it; so is what lies in a directory that was;
#   - a sync of a file does not keep its name, and that of a directory not the name of the directory.
import hashlib
import os
import struct


class Trace:
    """Operations, each {kind: data|entry|sync|mark|heard|said, ...}; `base`: what was there before, {path: bytes, or None for a directory}."""

    def __init__(self, root):
        self.root = root
        self.base = {}
        for directory, folders, names in os.walk(root):
            for name in folders:
                self.base[self.relative(os.path.join(directory, name))] = None
            for name in names:
                with open(os.path.join(directory, name), "rb") as f:
                    self.base[self.relative(os.path.join(directory, name))] = f.read()
        self.contents = {}  # of each object at the beginning
        self.names = {"": "dir:"}  # path: object, now
        for path, content in self.base.items():
            self.names[path] = self.new_object(path, content)
        self.start = dict(self.names)
        self.inodes, self.ops, self.begun = {}, [], {}

    def relative(self, path):
        return os.path.relpath(path, self.root).replace("./", "") if path != self.root else ""

    def new_object(self, path, content):
        if content is None:
            return "dir:" + path
        number = "file:%d" % len(self.contents)
        self.contents[number] = content
        return number

    def bring(self, path, content):
        """Somebody else put that file there, synced, before all that is recorded."""
        self.base[path] = content
        self.names[path] = self.start[path] = self.new_object(path, content)

    def mark(self, what):
        self.ops.append({"kind": "mark", "what": what})

    def add(self, record):
        """The lines of a record."""
        for line in record.split("\n"):
            words = line.split("\t")
            if line and not words[-1].endswith("-shm"):
                getattr(self, "do_" + words[0])(*words[1:])

    def data(self, inode, **op):
        if inode in self.inodes:
            self.ops.append(dict(op, kind="data", object=self.inodes[inode]))

    def entry(self, op, obj, *paths):
        self.ops.append({"kind": "entry", "op": op, "object": obj, "paths": paths, "parent": self.names[os.path.dirname(paths[-1])]})

    def do_open(self, inode, flags, path):
        path = self.relative(path)
        if path not in self.names:
            if "c" not in flags:
                return
            self.names[path] = self.new_object(path, b"")
            self.entry("create", self.names[path], path)
        self.inodes[inode] = self.names[path]
        if "t" in flags:
            self.data(inode, write=None, length=0)

    def do_write(self, inode, offset, data):
        self.data(inode, write=bytes.fromhex(data), offset=int(offset))

    def do_truncate(self, inode, length):
        self.data(inode, write=None, length=int(length))

    def do_syncing(self, pid):
        self.begun[pid] = len(self.ops)

    def do_sync(self, inode, pid):
        if inode in self.inodes:
            self.ops.append({"kind": "sync", "object": self.inodes[inode], "before": self.begun[pid]})

    def do_syncall(self, pid):
        self.ops.append({"kind": "sync", "object": None, "before": self.begun[pid]})

    def do_heard(self, fd, data):
        self.ops.append({"kind": "heard", "fd": fd, "what": bytes.fromhex(data)})

    def do_said(self, fd, data):
        self.ops.append({"kind": "said", "fd": fd, "what": bytes.fromhex(data)})

    def do_rename(self, old, new):
        old, new = self.relative(old), self.relative(new)
        assert not self.names[old].startswith("dir:"), "a directory is renamed"
        self.names[new] = self.names.pop(old)
        self.entry("rename", self.names[new], old, new)

    def do_link(self, old, new):
        old, new = self.relative(old), self.relative(new)
        self.names[new] = self.names[old]
        self.entry("link", self.names[new], old, new)

    def do_unlink(self, path):
        path = self.relative(path)
        if path in self.names:  # else it is a socket
            self.entry("unlink", self.names.pop(path), path)

    do_rmdir = do_unlink

    def do_mkdir(self, path):
        path = self.relative(path)
        self.names[path] = "dir:" + path
        self.entry("mkdir", self.names[path], path)

    # ---- what may be on disk ----

    def open_ops(self, prefix):
        """The numbers of the first `prefix` operations that no sync has made sure."""
        waiting, synced = [], {None: 0}  # object (None: all): what was done before this is on disk
        for i in range(prefix - 1, -1, -1):
            op = self.ops[i]
            if op["kind"] == "sync":
                synced[op["object"]] = max(synced.get(op["object"], 0), op["before"])
            elif op["kind"] in ("data", "entry") and i >= max(synced[None], synced.get(op["object" if op["kind"] == "data" else "parent"], 0)):
                waiting.append(i)
        return waiting[::-1]

    def on_disk(self, prefix, lost):
        """{path: object}, when `lost` of the first `prefix` operations did not reach the disk. A name that was synced is there, whatever became of the one
        that the file had before."""
        names = dict(self.start)
        waiting = set(self.open_ops(prefix)) if lost else ()
        gone_objects, gone_paths = set(), set()
        for i in range(prefix):
            op = self.ops[i]
            if op["kind"] != "entry":
                continue
            hangs = i in waiting and (op["object"] in gone_objects or any(p in gone_paths for p in op["paths"]))
            if i in lost or hangs or names.get(os.path.dirname(op["paths"][-1])) is None:
                gone_objects.add(op["object"])
                gone_paths.update(op["paths"])
                continue
            if op["op"] in ("rename", "unlink"):
                names.pop(op["paths"][0], None)
            if op["op"] != "unlink":
                names[op["paths"][-1]] = op["object"]
        for path in sorted(names):  # what is in a directory that went, or never was
            if path and os.path.dirname(path) not in names:
                del names[path]
        return names

    def content(self, obj, prefix, lost):
        data = bytearray(self.contents[obj])
        for i in self.data_of(obj):
            if i >= prefix:
                break
            if i in lost:
                continue
            op = self.ops[i]
            end = op["length"] if op["write"] is None else op["offset"] + len(op["write"])
            if len(data) < end:
                data.extend(bytes(end - len(data)))
            if op["write"] is None:
                del data[end:]
            else:
                data[op["offset"]:end] = op["write"]
        return bytes(data)

    def data_of(self, obj):
        if not hasattr(self, "by_object"):
            self.by_object = {}
            for i, op in enumerate(self.ops):
                if op["kind"] == "data":
                    self.by_object.setdefault(op["object"], []).append(i)
        return self.by_object.get(obj, ())

    def state(self, prefix, lost):
        """{path: bytes, or None for a directory}."""
        return {path: None if obj.startswith("dir:") else self.content(obj, prefix, lost) for path, obj in self.on_disk(prefix, lost).items() if path}


# ---- what of a database counts ----

checksums = {}


def checksum(data, order, before):
    key = (before, order, data)
    if key not in checksums:
        a, b = before
        words = struct.unpack(order + "%dI" % (len(data) // 4), data)
        for i in range(0, len(words), 2):
            a = (a + words[i] + b) & 0xffffffff
            b = (b + words[i + 1] + a) & 0xffffffff
        checksums[key] = (a, b)
    return checksums[key]


def pages_of_log(log):
    """The pages of whole transactions of a write-ahead log (https://www.sqlite.org/fileformat2.html, section 4), and the size of the database after them."""
    if len(log) < 32:
        return {}, None
    magic, _, size, _, salt, salt2, a, b = struct.unpack(">8I", log[:32])
    order = ">" if magic & 1 else "<"
    now = checksum(log[:24], order, (0, 0))
    if magic & ~1 != 0x377f0682 or now != (a, b):
        return {}, None
    pages, whole, length = {}, {}, None
    for at in range(32, len(log) - size - 23, size + 24):
        number, commits, s, s2, a, b = struct.unpack(">6I", log[at:at + 24])
        now = checksum(log[at + 24:at + 24 + size], order, checksum(log[at:at + 8], order, now))
        if (s, s2) != (salt, salt2) or now != (a, b):
            break
        pages[number] = log[at + 24:at + 24 + size]
        if commits:
            whole.update(pages)
            pages, length = {}, commits
    return whole, length


def logical(database, log):
    """What SQLite reads: pages in the log stand before those in the file, and what is behind the last whole transaction is nothing."""
    pages, length = pages_of_log(log)
    if length is None:
        return database
    size = len(next(iter(pages.values())))
    return b"".join(pages.get(n, database[(n - 1) * size:n * size]) for n in range(1, length + 1))


def fingerprint(state):
    """Equal for two states that no program can tell apart."""
    sums = hashlib.sha256()
    for path in sorted(state):
        content = state[path]
        if path.endswith("-wal"):
            continue
        if path + "-wal" in state:
            content = logical(content, state[path + "-wal"])
        sums.update(path.encode() + b"\0" + (b"dir" if content is None else hashlib.sha256(content).digest()))
    return sums.digest()


def materialise(state, root):
    for path in sorted(state):
        whole = os.path.join(root, path)
        if state[path] is None:
            os.makedirs(whole, exist_ok=True)
        else:
            with open(whole, "wb") as f:
                f.write(state[path])
            os.chmod(whole, 0o600)
