"""tidy finds each kind of breach when it is planted in a tree that was in order before."""

import re
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import tidy  # noqa: E402

HEADER = """#ifndef PANGATE_{GUARD}_H
#define PANGATE_{GUARD}_H

{body}

#endif
"""

LAYERS = """# a small house
base:
store: base | lmdb.h
wire: base
"""

DOOR = """#include "store/door.h"

#include <stdio.h>

#include "base/wall.h"

int door_open(int width)
{
    static const char *const urls[] = { "https://example.com // goto" };

    (void)urls;
    return wall_width() + width; /* no TODOlist, no strcpy */
}
"""

IN_ORDER = {
    "src/LAYERS": LAYERS,
    "src/base/README.md": "# base\n",
    "src/base/CMakeLists.txt": "pangate_layer(base wall.c)\n",
    "src/base/wall.c": '#include "base/wall.h"\n\nint wall_width(void)\n{\n    return 1;\n}\n',
    "src/store/README.md": "# store\n",
    "src/store/CMakeLists.txt": "pangate_layer(store door.c)\n",
    "src/store/door.c": DOOR,
    "include/base/wall.h": HEADER.format(GUARD="BASE_WALL", body="int wall_width(void);"),
    "include/store/door.h": HEADER.format(GUARD="STORE_DOOR", body="int door_open(int width);"),
    "tests/base/CMakeLists.txt": "pangate_test(base wall)\n",
    "tests/base/test_wall.c": "int main(void)\n{\n    return 0;\n}\n",
    "tests/program/test_door.py": "",
}


@pytest.fixture
def house(tmp_path):
    for path, text in IN_ORDER.items():
        write(tmp_path, path, text)
    shutil.copy(HERE.parents[1] / ".clang-format", tmp_path)
    return tmp_path


def write(house, path, text):
    file = house / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def append(house, path, text):
    write(house, path, (house / path).read_text() + text)


def function(body, name="door_close", params="void"):
    return f"\nint {name}({params})\n{{\n{body}\n}}\n"


def test_a_tree_in_order_has_no_breach(house):
    assert tidy.breaches(house) == []


LONG_BODY = "\n".join(["    (void)0;"] * 48 + ["    return 0;"])
DEEP_BODY = """    for (;;) {
        for (;;) {
            while (1) {
                if (1)
                    return 0;
            }
        }
    }"""
KEY = "-----BEGIN EC PRIVATE " + "KEY-----\n" + "A" * 64 + "\n"

PLANTED = {
    "an edge that is not in the table": ('#include "wire/x.h"\n', r"store may not include wire"),
    "an include without its layer": ('#include "wall.h"\n', r'"wall.h" must be included by'),
    "a header nobody owns": ("#include <curl/curl.h>\n", r"<curl/curl.h> has no owner"),
    "a line too long": ("/* " + "x" * 98 + " */\n", r"104 columns; the wall is 100"),
    "a file too long": ("\n" * 490, r"503 lines; the wall is 500"),
    "too many includes": ('#include "base/wall.h"\n' * 7, r"9 local includes; the wall is 8"),
    "a function too long": (function(LONG_BODY), r"door_close has 52 lines; the wall is 50"),
    "too many parameters": (
        function("    return 0;", params="int a, int (*b)(int, int), int c, int d, int e"),
        r"door_close has 5 parameters; the wall is 4",
    ),
    "nesting too deep": (function(DEEP_BODY), r"door_close nests 4 levels deep"),
    "recursion": (function("    return door_close();"), r"door_close calls itself"),
    "a banned call": (function('    return atoi("1");'), r"atoi\(\) is banned"),
    "a goto": (function("x:\n    goto x;"), r"goto"),
    "a line comment": ("// hello\n", r"// comment"),
    "a promise for later": ("/* TO" + "DO: later */\n", r"TODO: do it or drop it"),
    "conditional code": ("#ifdef __linux__\n#endif\n", r"#ifdef in a .c file"),
    "a typedef of a struct": ("typedef struct door door_t;\n", r"typedef of a struct"),
    "a static variable": ("static int count;\n", r"mutable state outside a struct: static int"),
    "a static in a function": (
        function("    static int count;\n\n    return count;"),
        r"mutable state outside a struct: static int count",
    ),
    "a pointer that may turn": ("static const char *name = 0;\n", r"mutable state outside"),
    "a global variable": ("int door_count = 3;\n", r"mutable state outside a struct: int"),
    "an extern variable": ("extern char **environ;\n", r"mutable state outside a struct: extern"),
    "a private key": (f"/*\n{KEY}*/\n", r"a private key in the tree"),
    "a foreign path": ('/* see ".' + './shared" */\n', r"names a foreign path"),
    "loose format": ("int  loose;\n", r"not formatted"),
}


@pytest.mark.parametrize("text, what", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_breach_is_found(house, text, what):
    append(house, "src/store/door.c", text)
    found = tidy.breaches(house)
    assert any(re.search(rf"^src/store/door\.c:\d+: {what}", breach) for breach in found), found


def test_the_line_is_the_one_to_look_at(house):
    append(house, "src/store/door.c", function("x:\n    goto x;"))
    assert "src/store/door.c:18: goto" in tidy.breaches(house)


@pytest.mark.parametrize(
    "text",
    [
        "\nstatic inline int f(int x)\n{\n    return x;\n}\n",
        "\nstatic const struct pair {\n    int a, b;\n} pairs[] = { { 1, 2 } };\n",
        "\nstatic const char *const names[] = { 0 };\n",
        '\n/* a "quote, then // slashes and goto */\n',
        "\nstruct door;\n",
    ],
    ids=["an inline function", "a table", "constant names", "words in a comment", "a struct"],
)
def test_what_is_allowed_is_not_found(house, text):
    append(house, "src/store/door.c", text)
    assert tidy.breaches(house) == []


def test_only_the_owner_includes_a_third_party_header(house):
    append(house, "src/base/wall.c", "#include <lmdb.h>\n")
    append(house, "src/store/door.c", "#include <lmdb.h>\n")
    assert tidy.breaches(house) == ["src/base/wall.c:7: <lmdb.h> belongs to store"]


def test_a_source_needs_a_test_and_a_build_line(house):
    write(house, "src/base/roof.c", '#include "base/wall.h"\n')
    assert tidy.breaches(house) == [
        "src/base/roof.c:1: no test: write tests/base/test_roof.c",
        "src/base/roof.c:1: not built: src/base/CMakeLists.txt does not name roof.c",
    ]


def test_a_test_needs_a_build_line(house):
    write(house, "tests/base/test_roof.c", '#include "base/wall.h"\n')
    assert tidy.breaches(house) == [
        "tests/base/test_roof.c:1: not built: tests/base/CMakeLists.txt does not name roof"
    ]


def test_a_layer_needs_a_story_that_is_short(house):
    (house / "src/base/README.md").unlink()
    write(house, "src/store/README.md", "x\n" * 41)
    assert tidy.breaches(house) == [
        "src/base/README.md:1: a layer tells its story in README.md",
        "src/store/README.md:40: 41 lines; the wall is 40",
    ]


def test_a_layer_stands_in_the_table(house):
    write(house, "include/cellar/x.h", HEADER.format(GUARD="CELLAR_X", body="int x(void);"))
    assert tidy.breaches(house) == [
        "include/cellar/x.h:1: the layer cellar does not stand in src/LAYERS"
    ]


def test_a_header_compiles_alone(house):
    body = "uint8_t roof(void);"
    write(house, "include/base/roof.h", HEADER.format(GUARD="BASE_ROOF", body=body))
    (breach,) = tidy.breaches(house)
    assert breach.startswith("include/base/roof.h:4: does not compile alone: unknown type name")


def test_a_header_has_the_guard_of_its_path(house):
    write(house, "include/base/roof.h", HEADER.format(GUARD="ROOF", body="int roof(void);"))
    (breach,) = tidy.breaches(house)
    assert breach == "include/base/roof.h:1: the include guard must be PANGATE_BASE_ROOF_H"


def test_tests_may_count_faults_in_a_static(house):
    append(house, "tests/base/test_wall.c", "\nstatic int count;\n")
    assert tidy.breaches(house) == []
