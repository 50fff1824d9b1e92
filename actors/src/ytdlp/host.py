"""Loads yt-dlp once and does each run in a copy of itself.

Started by `python -I -u -c … PROGRAM IDLE_MS beside|apart`, which says whether modules beside the program are its own, with a socket as standard input; this text is the first thing that comes
through it. Says `ready`, or `no` and why not, and then takes requests: a packet with the words of a run, and
three descriptors with it: what the copy writes to, twice, and a socket by which the copy and whoever asked agree.

A copy is made by clone(2) with CLONE_PARENT: it is a child of whoever started us, not of us. So whoever asked waits
for it, signals it and learns what it used as of any child, and what becomes of us is nothing to it. It tells its pid,
becomes what a start would have made of it (a group of its own, its environment, its marks where /proc shows
them), and does nothing before it is told to.

Nothing here waits for a clock but the end of an idle life: there is one poll, which ends by itself after IDLE_MS.
"""
import atexit
import collections
import ctypes
import errno
import gc
import importlib.util
import os
import re
import select
import signal
import socket
import sys
import threading
import time
import traceback
import zipfile

PACKET_BYTES = 1 << 18
CLONE_PARENT = 0x00008000
# Of fork there is none that makes a sibling, so it is the system call, whose number is each machine's own.
CLONE_NUMBERS = {'x86_64': 56, 'aarch64': 220, 'riscv64': 220}
# How long loading more may keep a request waiting.
LESSON_SECONDS = 0.005
# A write of so much is whole or not there.
LESSON_BYTES = 4096


class Unfit(Exception):
    """Why copies of this process can't be runs."""


class Busy(Exception):
    """Why there can be no copy of this process now."""


class Copier:
    """Makes copies of this process, each a child of the process that started it."""

    def __init__(self):
        number = CLONE_NUMBERS.get(os.uname().machine) if sys.maxsize > 1 << 32 else None
        if number is None:
            raise Unfit(f'a copy of a process is not known to be made on {os.uname().machine}')
        try:
            self._before = ctypes.pythonapi.PyOS_BeforeFork
            self._in_copy = ctypes.pythonapi.PyOS_AfterFork_Child
            self._in_original = ctypes.pythonapi.PyOS_AfterFork_Parent
        except AttributeError as error:
            raise Unfit(f'this Python has no way to fork by hand: {error}') from error
        if not hasattr(socket, 'recv_fds'):
            raise Unfit('this Python is older than 3.9')
        # With the interpreter's lock held: nothing of Python runs between the three.
        self._syscall = ctypes.PyDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long
        flags = CLONE_PARENT | signal.SIGCHLD
        self._arguments = [ctypes.c_long(value) for value in (number, flags, 0, 0, 0, 0)]

    def copy(self):
        """0 in the copy, its pid in the original."""
        if len(os.listdir('/proc/self/task')) != 1:
            raise Unfit('something of yt-dlp runs in a thread of its own as soon as it is loaded')
        # Whatever is there stays there: a collection in a copy need not touch, and so not duplicate, it.
        gc.freeze()
        self._before()
        pid = self._syscall(*self._arguments)
        if pid == 0:
            self._in_copy()
            return 0
        self._in_original()
        if pid < 0:
            number = ctypes.get_errno()
            if number in (errno.EAGAIN, errno.ENOMEM):
                raise Busy(f'there is no room for a process now: {os.strerror(number)}')
            raise Unfit(f'a copy of a process is refused: {os.strerror(number)}')
        return pid


class Area:
    """Where /proc reads the arguments or the environment of this process."""

    def __init__(self, start, end):
        self._start, self._room = start, end - start

    @classmethod
    def both(cls):
        with open('/proc/self/stat', 'rb') as file:
            # The name stands in parentheses; from the state on, these are the fields 48 to 51 of proc(5).
            fields = file.read().rpartition(b')')[2].split()[45:49]
        arguments_start, arguments_end, environment_start, environment_end = map(int, fields)
        areas = cls(arguments_start, arguments_end), cls(environment_start, environment_end)
        for area, name in zip(areas, ('cmdline', 'environ')):
            with open(f'/proc/self/{name}', 'rb') as file:
                if area._room <= 0 or ctypes.string_at(area._start, area._room) != file.read():
                    raise Unfit(f'/proc/self/{name} is not where the kernel says')
        return areas

    def write(self, text, is_whole):
        """Lets /proc say this; cut where there is no more room, unless it has to be whole."""
        if len(text) >= self._room:
            if is_whole:
                raise ValueError('there is no room for the marks')
            text = text[:self._room - 1]
        ctypes.memset(self._start, 0, self._room)
        ctypes.memmove(self._start, text, len(text))


class Engine:
    """The yt-dlp of a program, loaded."""

    def __init__(self, program, is_beside):
        self.program = program
        # Where a start of it would look first.
        if zipfile.is_zipfile(program):
            sys.path.insert(0, program)
        elif is_beside:
            sys.path.insert(0, os.path.dirname(os.path.realpath(program)))
        found = importlib.util.find_spec('yt_dlp')
        if found is None or found.origin is None:
            raise Unfit('yt_dlp is not where this Python looks')
        files = program, found.origin, os.path.join(os.path.dirname(found.origin), 'version.py')
        # Of an archive there is only itself.
        self._files = [path for path in files if os.path.exists(path)]
        # As they were before anything of them was read.
        self._stamp = self._look()
        import yt_dlp
        from yt_dlp.extractor import gen_extractor_classes
        self.main = yt_dlp.main
        self.extractors = gen_extractor_classes()

    def _look(self):
        facts = (os.stat(path) for path in self._files)
        return [(fact.st_dev, fact.st_ino, fact.st_size, fact.st_mtime_ns) for fact in facts]

    def is_of_now(self):
        """Whether what is loaded is still what is there."""
        try:
            return self._look() == self._stamp
        except OSError:
            return False


class Lessons:
    """What runs had to load, which the runs after them find loaded.

    A copy can't give what it loaded to us, but it can say what that was. So nothing is loaded that no run needed: that of
    a site which yt-dlp knows needs the file of that site, that of any other page needs all of them.
    """

    ADDRESSES, EMBEDS = '*addresses', '*embeds'
    # So many of them, and all will be needed.
    MANY = 100

    def __init__(self, engine):
        self._engine = engine
        self.pipe, self._told = os.pipe()
        for end in (self.pipe, self._told):
            os.set_blocking(end, False)
        self.tasks = collections.deque()
        self._known = set()
        self._modules = frozenset()
        self._compiled = 0

    def begin(self):
        """In a copy, before its run."""
        os.close(self.pipe)
        self._modules = frozenset(sys.modules)
        self._compiled = self._count_compiled()

    def tell(self):
        """In a copy, after its run."""
        names = [name for name in sys.modules if name.startswith('yt_dlp.') and name not in self._modules]
        if len(names) > self.MANY:
            names = [self.EMBEDS]
        if self._count_compiled() - self._compiled > self.MANY:
            names.append(self.ADDRESSES)
        text = ''.join(f'{name}\n' for name in names).encode()
        if text and len(text) <= LESSON_BYTES:
            try:
                os.write(self._told, text)
            except OSError:
                # Nobody is there to learn, or there is more than enough to learn already.
                pass

    def _count_compiled(self):
        return sum('_VALID_URL_RE' in vars(extractor) for extractor in self._engine.extractors)

    def hear(self):
        """In the original: what has to be loaded."""
        try:
            text = os.read(self.pipe, 1 << 16).decode('ascii', 'replace')
        except BlockingIOError:
            return
        for name in text.split():
            if name in self._known:
                continue
            self._known.add(name)
            if name == self.ADDRESSES:
                self.tasks.extend((self._address, extractor) for extractor in self._engine.extractors)
            elif name == self.EMBEDS:
                self.tasks.extend((self._embed, extractor) for extractor in self._engine.extractors)
            elif re.fullmatch(r'yt_dlp(\.\w+)+', name):
                self.tasks.append((importlib.import_module, name))

    # Both ask as a run asks, of an address and a page that are nobody's, and what they compile stays.

    @staticmethod
    def _address(extractor):
        extractor.suitable('http://mediary.invalid/')

    @staticmethod
    def _embed(extractor):
        extractor = getattr(extractor, 'real_class', extractor)
        for _ in extractor._extract_embed_urls('http://mediary.invalid/', '<html></html>') or ():
            pass

    def learn(self):
        """In the original: loads some of it."""
        until = time.monotonic() + LESSON_SECONDS
        while self.tasks and time.monotonic() < until:
            load, what = self.tasks.popleft()
            try:
                load(what)
            except Exception:
                # A run that needs it fails by itself, and says so.
                pass
        if not self.tasks:
            gc.collect()


class Run:
    """A run, as it was asked for."""

    def __init__(self, packet, descriptors):
        title, folder, count, *words = packet.split(b'\0')
        count = int(count)
        self._title, self._folder = title, folder
        self._arguments = [os.fsdecode(word) for word in words[:count]]
        self._variables = [word.partition(b'=')[::2] for word in words[count:]]
        self._output, self._errors = descriptors[:2]
        self.agreement = socket.socket(fileno=descriptors[2])

    def close(self):
        """In the original: it is the copy's alone."""
        os.close(self._output)
        os.close(self._errors)
        self.agreement.close()

    def become(self, areas):
        """In the copy: what a start would have made of it. Ends it if that can't be, or is not wanted any more."""
        os.setpgid(0, 0)
        self.agreement.send(b'pid %d' % os.getpid())
        try:
            os.dup2(self._output, 1)
            os.dup2(self._errors, 2)
            os.close(self._output)
            os.close(self._errors)
            if self._folder:
                os.chdir(self._folder)
            os.environ.clear()
            os.environb.update(self._variables)
            time.tzset()
            marks = [b'%s=%s\0' % mark for mark in self._variables if mark[0].startswith(b'MEDIARY_')]
            areas[1].write(b''.join(marks), is_whole=True)
            areas[0].write(self._title, is_whole=False)
            sys.argv = self._arguments
        except Exception as error:
            self.agreement.send(f'no {error}'.encode())
            os._exit(1)
        self.agreement.send(b'ready')
        if self.agreement.recv(8) != b'go':
            os._exit(1)
        self.agreement.close()

    def end(self, main, lessons):
        """In the copy: runs as the program itself does, and ends as an interpreter ends."""
        code = 1
        try:
            main()
            code = 0
        except SystemExit as error:
            code = self._code_of(error)
        except BaseException:
            traceback.print_exc()
        try:
            # Threads are waited for, then come those who asked to be called, then what is still to be written.
            threading._shutdown()
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            lessons.tell()
        finally:
            # What is in memory goes with the process; to take it apart first would take longer than a short run.
            os._exit(code)

    @staticmethod
    def _code_of(error):
        if error.code is None:
            return 0
        if isinstance(error.code, int):
            return error.code & 0xFF
        print(error.code, file=sys.stderr)
        return 1


class Host:
    def __init__(self, program, idle_ms, is_beside):
        # Not where a child of ours would find it.
        self._requests = socket.socket(fileno=os.dup(0))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self._idle_ms = idle_ms
        self._program, self._is_beside = program, is_beside

    def run(self):
        try:
            self._copier, self._areas = Copier(), Area.both()
            self._engine = Engine(self._program, self._is_beside)
            self._lessons = Lessons(self._engine)
            gc.collect()
        except BaseException as error:
            traceback.print_exc()
            self._requests.send(f'no {error}'.encode()[:1000])
            return
        self._requests.send(b'ready')
        self._serve()

    def _serve(self):
        poll = select.poll()
        poll.register(self._requests, select.POLLIN)
        poll.register(self._lessons.pipe, select.POLLIN)
        while True:
            came = dict(poll.poll(0 if self._lessons.tasks else self._idle_ms))
            if self._requests.fileno() in came:
                if not self._take():
                    return
            elif came:
                self._lessons.hear()
            elif self._lessons.tasks:
                self._lessons.learn()
            else:
                return

    def _take(self):
        """Takes a request; whether there may be another."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._requests, PACKET_BYTES, 3, socket.MSG_CMSG_CLOEXEC)
        except OSError:
            return False
        if len(descriptors) != 3:
            # Whoever started us is gone.
            return False
        run = Run(packet, descriptors)
        if not self._engine.is_of_now():
            run.agreement.send(b'stale')
            return False
        try:
            pid = self._copier.copy()
        except Busy as error:
            run.agreement.send(f'busy {error}'.encode())
            run.close()
            return True
        except Unfit as error:
            run.agreement.send(f'no {error}'.encode())
            return False
        if pid == 0:
            self._requests.close()
            self._lessons.begin()
            run.become(self._areas)
            gc.enable()
            run.end(self._engine.main, self._lessons)
        run.close()
        return True


def main():
    # What is loaded stays, and what is done here leaves nothing behind that goes in circles.
    gc.disable()
    host = Host(sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'beside')
    try:
        host.run()
    finally:
        os._exit(0)


main()
