#!/usr/bin/python3
"""The house rules that a machine can check. There is no list of exceptions.

    tidy.py [FOLDER]     prints "file:line: what" for each breach; exits 1 if there is one

A check is a generator of (path, line, what) over the tree; CHECKS at the end lists them all.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from csource import CSource  # noqa: E402

FILE_LINES, README_LINES, COLUMNS, INCLUDES = 500, 40, 100, 8
FUNCTION_LINES, PARAMS, LEVELS = 50, 4, 3

BANNED_CALLS = (
    "alloca atoi atol atoll gets rand random sprintf srand srandom strcat strcpy strtok system "
    "tmpnam vsprintf"
).split()

# What C, POSIX and Linux give everybody. Any other header has an owner in src/LAYERS.
SYSTEM_HEADERS = set(
    "assert ctype errno float inttypes limits locale math setjmp signal stdalign stdarg stdatomic "
    "stdbool stddef stdint stdio stdlib stdnoreturn string threads time uchar wchar wctype "
    "cpuid dirent dlfcn endian err fcntl fnmatch ftw getopt glob grp ifaddrs immintrin langinfo "
    "libgen malloc netdb poll pthread pwd regex sched semaphore spawn strings sysexits syslog "
    "termios ucontext unistd utime wmmintrin".split()
)
SYSTEM_FOLDERS = {"arpa", "asm", "linux", "net", "netinet", "sys"}

# Where the project lives on somebody's disk is nobody's business; only the CI hook looks around.
FOREIGN_PATHS = ("/" + "work/", "../" + "shared")
CI_HOOK = ".ci/run"

KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}")


class Tree:
    """The files that are, or would be, in git; by path relative to the root."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.paths = sorted(self._git_paths() or self._walk())
        self.texts = {path: self._read(path) for path in self.paths}
        self.sources = [
            CSource(path, text)
            for path, text in self.texts.items()
            if re.fullmatch(r"(src|include|bench|tests)/.*\.[ch]", path)
        ]
        self.layers = self._read_layers()

    def _git_paths(self):
        command = ["git", "-C", self.root, "ls-files", "-z", "-co", "--exclude-standard"]
        if not (self.root / ".git").exists() or shutil.which("git") is None:
            return []
        listed = subprocess.run(command, capture_output=True, check=False).stdout
        paths = [os.fsdecode(path) for path in listed.split(b"\0") if path]
        return [path for path in paths if (self.root / path).is_file()]

    def _walk(self):
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if n not in (".git", "build", "__pycache__", "playground")]
            for name in files:
                yield str(Path(folder, name).relative_to(self.root))

    def _read(self, path):
        return (self.root / path).read_bytes().decode("utf-8", "replace")

    def _read_layers(self):
        """{layer: (layers it may include, header patterns it owns)}"""
        layers = {}
        for line in self.texts.get("src/LAYERS", "").splitlines():
            match = re.fullmatch(r"([a-z0-9]+):([^|]*)(?:\|(.*))?", line)
            if match is not None:
                layers[match[1]] = set(match[2].split()), (match[3] or "").split()
        return layers

    def source_layer(self, path):
        """The layer that a file implements or declares, or None."""
        match = re.match(r"(?:src|include)/(\w+)/", path)
        return match and match[1]


def check_layers(tree):
    for source in tree.sources:
        layer = tree.source_layer(source.path)
        if layer is None:
            continue
        if layer not in tree.layers:
            yield source.path, 1, f"the layer {layer} does not stand in src/LAYERS"
            continue
        for line, quote, name in source.includes():
            check = check_own_header if quote == '"' else check_foreign_header
            what = check(tree, layer, name)
            if what is not None:
                yield source.path, line, what


def check_own_header(tree, layer, name):
    target = name.split("/")[0]
    if "/" not in name:
        return f'"{name}" must be included by its full path'
    if target != layer and target not in tree.layers[layer][0]:
        return f"{layer} may not include {target} (src/LAYERS)"
    return None


def check_foreign_header(tree, layer, name):
    owners = [
        owner
        for owner, (_, patterns) in tree.layers.items()
        if any(fnmatch(name, pattern) for pattern in patterns)
    ]
    if owners:
        return None if layer in owners else f"<{name}> belongs to {' and '.join(owners)}"
    folder = name.split("/")[0] if "/" in name else None
    if folder in SYSTEM_FOLDERS or (folder is None and name[:-2] in SYSTEM_HEADERS):
        return None
    return f"<{name}> has no owner in src/LAYERS"


def check_file_walls(tree):
    for source in tree.sources:
        if len(source.lines) > FILE_LINES:
            yield source.path, FILE_LINES, f"{len(source.lines)} lines; the wall is {FILE_LINES}"
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS:
                yield source.path, number, f"{len(line)} columns; the wall is {COLUMNS}"
        local = [line for line, quote, _ in source.includes() if quote == '"']
        if len(local) > INCLUDES:
            what = f"{len(local)} local includes; the wall is {INCLUDES}"
            yield source.path, local[INCLUDES], what


def check_function_walls(tree):
    for source in tree.sources:
        for function in source.functions():
            name, at = function.name, function.first
            size, params = function.last - function.first + 1, len(function.params)
            if size > FUNCTION_LINES:
                yield source.path, at, f"{name} has {size} lines; the wall is {FUNCTION_LINES}"
            # What a library calls (on_x) has the parameters that the library gives it.
            if params > PARAMS and not name.startswith("on_"):
                yield source.path, at, f"{name} has {params} parameters; the wall is {PARAMS}"
            for line, level in source.statements(function):
                if level > LEVELS:
                    what = f"{name} nests {level} levels deep; the wall is {LEVELS}"
                    yield source.path, line, what


def check_recursion(tree):
    for source in tree.sources:
        for function in source.functions():
            body = "\n".join(source.code_lines[function.brace : function.last])
            if re.search(rf"(?<![\w.>]){re.escape(function.name)}\s*\(", body):
                yield source.path, function.first, f"{function.name} calls itself"


def check_words(tree):
    calls = rf"(?<![\w.>])({'|'.join(BANNED_CALLS)})\s*\("
    for source in tree.sources:
        for line in source.line_comments:
            yield source.path, line, "// comment; write /* */"
        for line, match in source.find(calls):
            yield source.path, line, f"{match[1]}() is banned"
        for line, match in source.find(r"\bgoto\b"):
            yield source.path, line, "goto"
        for line, match in source.find(r"\btypedef\s+(struct|union|enum)\b"):
            yield source.path, line, f"typedef of a {match[1]}"
        for match in re.finditer(r"\b(TODO|FIXME|XXX)\b", source.text):
            yield source.path, source.line_of(match.start()), f"{match[1]}: do it or drop it"


def check_conditional_code(tree):
    for source in tree.sources:
        if source.path.endswith(".c"):
            for line, match in source.find(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b"):
                yield source.path, line, f"#{match[1]} in a .c file; a difference is a second file"


def check_guards(tree):
    for source in tree.sources:
        match = re.fullmatch(r"(?:include/)?(.+)\.h", source.path)
        if match is None:
            continue
        guard = "PANGATE_" + re.sub(r"\W", "_", match[1]).upper() + "_H"
        if not re.search(rf"^#ifndef {guard}\n#define {guard}$", source.text, re.M):
            yield source.path, 1, f"the include guard must be {guard}"


def is_constant(head):
    """Whether a declaration up to its initializer says that nothing of it may change."""
    pointer = head.rfind("*")
    return re.search(r"\bconst(expr)?\b", head[pointer + 1 :] if pointer >= 0 else head) is not None


def check_mutable_state(tree):
    """Tests may count faults in a static; the product keeps all state in structs it hands on."""
    marked = r"^[ \t]*((?:static|extern|_Thread_local)\b(?!\s+inline)[^;={]*)[;={]"
    others = r"^(?!(?:static|extern|typedef|_Thread_local)\b)"
    bare = others + r"((?:\w+[ *]+)+\w+(?:\[[^\]]*\])*)\s*[;=]"
    for source in tree.sources:
        if source.path.startswith("tests/"):
            continue
        for line, match in [*source.find(marked), *source.find(bare)]:
            head = match[1]
            declares_type = re.fullmatch(r"(struct|union|enum) \w+", head.strip())
            is_function = re.search(r"\w\s*\(", head) and not re.search(r"\(\s*\*", head)
            if not declares_type and not is_function and not is_constant(head):
                yield source.path, line, f"mutable state outside a struct: {' '.join(head.split())}"


def check_tests_exist(tree):
    for path in tree.paths:
        match = re.fullmatch(r"src/(\w+)/(\w+)\.c", path)
        if match is None:
            continue
        layer, module = match.groups()
        wanted = (
            f"tests/{layer}/test_{module}.c",
            f"tests/{layer}/test_{module}.py",
            f"tests/program/test_{module}.py",
        )
        if not any(test in tree.texts for test in wanted):
            yield path, 1, f"no test: write {wanted[0]}"


def check_build_lines(tree):
    """Each source stands in the CMakeLists.txt beside or above it: a test without its prefix."""
    for path in tree.paths:
        folder, _, name = path.rpartition("/")
        if not re.fullmatch(r"(src|tests|bench)/.*\.c", path):
            continue
        module = re.sub(r"^(test|fuzz)_(\w+)\.c$", r"\2", name)
        lists = (f"{folder}/CMakeLists.txt", f"{folder.rpartition('/')[0]}/CMakeLists.txt")
        build = "\n".join(tree.texts.get(near, "") for near in lists)
        if not re.search(rf"(?<![\w.]){re.escape(module)}(?![\w.])", build):
            yield path, 1, f"not built: {lists[0]} does not name {module}"


def check_readmes(tree):
    for layer in sorted({match[1] for p in tree.paths if (match := re.match(r"src/(\w+)/", p))}):
        path = f"src/{layer}/README.md"
        size = tree.texts.get(path, "").count("\n")
        if size == 0:
            yield path, 1, "a layer tells its story in README.md"
        if size > README_LINES:
            yield path, README_LINES, f"{size} lines; the wall is {README_LINES}"


def line_in(text, offset):
    return text.count("\n", 0, offset) + 1


def check_leaks(tree):
    for path, text in tree.texts.items():
        match = KEY_BLOCK.search(text)
        if match is not None:
            yield path, line_in(text, match.start()), "a private key in the tree"
        for word in FOREIGN_PATHS if path != CI_HOOK else ():
            if word in text:
                yield path, line_in(text, text.index(word)), f"names a foreign path: {word}"


def run_split(command, tree, paths):
    """The command over all the paths, in as many processes as there are cores; its messages."""
    cores = os.cpu_count() or 1

    def run(chunk):
        if not chunk:
            return ""
        ran = subprocess.run(
            command + chunk, cwd=tree.root, capture_output=True, text=True, check=False
        )
        return ran.stdout + ran.stderr if ran.returncode != 0 else ""

    with ThreadPoolExecutor(cores) as pool:
        return "".join(pool.map(run, (paths[start::cores] for start in range(cores))))


def check_headers_alone(tree):
    """A header that leans on what its includer included before breaks for the next one."""
    headers = [source.path for source in tree.sources if source.path.endswith(".h")]
    flags = "-std=gnu2x -D_GNU_SOURCE -fsyntax-only -Wall -Werror -Iinclude -Itests -I.".split()
    messages = run_split(["gcc", "-x", "c", *flags], tree, headers)
    pattern = r"^([^\s:]+):(\d+):\d+: (?:fatal )?error: (.*)"
    for path, line, what in re.findall(pattern, messages, re.M):
        yield path, int(line), f"does not compile alone: {what}"


def check_format(tree):
    if shutil.which("clang-format") is None or not (tree.root / ".clang-format").exists():
        return
    paths = [source.path for source in tree.sources]
    messages = run_split(["clang-format", "--dry-run", "-Werror"], tree, paths)
    for path in sorted(set(re.findall(r"^([^\s:]+):\d+:\d+: error: code should", messages, re.M))):
        line = re.search(rf"^{re.escape(path)}:(\d+):", messages, re.M)[1]
        yield path, int(line), "not formatted; run clang-format -i on it"


CHECKS = (
    check_layers,
    check_file_walls,
    check_function_walls,
    check_recursion,
    check_words,
    check_conditional_code,
    check_guards,
    check_mutable_state,
    check_tests_exist,
    check_build_lines,
    check_readmes,
    check_leaks,
    check_headers_alone,
    check_format,
)


def breaches(root):
    tree = Tree(root)
    found = {breach for check in CHECKS for breach in check(tree)}
    return [f"{path}:{line}: {what}" for path, line, what in sorted(found)]


def main():
    found = breaches(sys.argv[1] if len(sys.argv) > 1 else ".")
    for breach in found:
        print(breach)
    print(f"tidy: {len(found)} to mend" if found else "tidy: all in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
