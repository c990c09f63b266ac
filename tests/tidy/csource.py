"""A C file as tidy sees it: its text, its text with comments and literals blanked, its functions.

This is no parser. It leans on clang-format, which tidy also runs: the opening brace of a function
stands alone in the first column, and its closing brace is the next one there.
"""

import re
from dataclasses import dataclass

LEXEME = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.X | re.S
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.M)
INDENT = 4


@dataclass
class Function:
    name: str
    params: list
    first: int  # the line of its signature
    brace: int  # the line of its opening brace
    last: int


class CSource:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.line_comments = []
        self.code = LEXEME.sub(self._blank, text)
        self.code_lines = self.code.splitlines()

    def _blank(self, lexeme):
        text = lexeme.group()
        if text.startswith("//"):
            self.line_comments.append(self.line_of(lexeme.start()))
        blank = re.sub(r"[^\n]", " ", text)
        return blank if text[0] == "/" else text[0] + blank[1:-1] + text[-1]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        """(line, quote, name) of each include."""
        for match in INCLUDE.finditer(self.text):
            yield self.line_of(match.start()), match.group(1), match.group(2)

    def find(self, pattern):
        """(line, match) of a pattern in the code, never in comments or literals."""
        for match in re.finditer(pattern, self.code, re.M):
            yield self.line_of(match.start()), match

    def functions(self):
        opened = None
        for number, line in enumerate(self.code_lines, 1):
            if line.rstrip() == "{":
                opened = number
            elif line.startswith("}") and opened is not None:
                yield self._function(opened, number)
                opened = None

    def _function(self, brace, last):
        first = brace
        while first > 1 and not re.search(r"^\s*$|[;}]\s*$|^#", self.code_lines[first - 2]):
            first -= 1
        signature = " ".join(self.code_lines[first - 1 : brace - 1])
        name, params = signature_parts(signature)
        return Function(name, params, first, brace, last)

    def statements(self, function):
        """(line, level) of what starts a line inside a function; its own body is level 0."""
        depth = 0
        for number in range(function.brace + 1, function.last):
            line = self.code_lines[number - 1]
            if depth == 0 and line.strip() and not line.startswith("#"):
                yield number, self._level(number, line)
            depth += line.count("(") - line.count(")")

    def _level(self, number, line):
        """By indentation; a line that goes on with a statement above counts as no deeper."""
        above = number - 1
        while above > 0 and not self.code_lines[above - 1].strip():
            above -= 1
        starts = re.match(r"\s*(if|for|while|do|switch|return|break|continue|else)\b", line)
        if not starts and not re.search(r"[;{}:]\s*$", self.code_lines[above - 1]):
            return 0
        return (len(line) - len(line.lstrip())) // INDENT - 1


def paren_end(text, start):
    """The place after the parenthesis that closes the one at start."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place + 1
    return len(text)


def signature_parts(signature):
    """Its name and the parameters, without the dots of a variadic one."""
    while (match := re.search(r"__attribute__\s*\(", signature)) is not None:
        end = paren_end(signature, match.end() - 1)
        signature = signature[: match.start()] + signature[end:]
    match = re.search(r"(\w+)\s*\(", signature)
    if match is None:
        return "?", []
    inside = signature[match.end() : paren_end(signature, match.end() - 1) - 1]
    params, depth = [""], 0
    for char in inside:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            params.append("")
        else:
            params[-1] += char
    params = [param.strip() for param in params]
    return match.group(1), [param for param in params if param not in ("", "void", "...")]
