"""libpangate: a stranger's program can use the core with its headers and pkg-config alone."""

import os
import subprocess

PROGRAM = r"""
#include <stdio.h>
#include "card/brand.h"
#include "card/pan.h"
#include "crypto/library.h"

int main(void)
{
    struct pan pan AUTO(pan_wipe) = { 0 };

    if (crypto_start() != OK || pan_parse(bytes_lit("4242 4242 4242 4242"), &pan) != OK)
        return 1;
    (void)puts(brand_name(brand_of(&pan)));
    return 0;
}
"""


def test_a_program_builds_against_the_installed_library(pangate, tmp_path):
    build = pangate.parent.parent
    subprocess.run(
        ["cmake", "--install", str(build), "--prefix", str(tmp_path)], check=True, capture_output=True
    )
    assert os.access(tmp_path / "bin/pangate", os.X_OK)
    (library,) = tmp_path.rglob("libpangate.a")
    (tmp_path / "main.c").write_text(PROGRAM)
    command = ["gcc", "-std=gnu2x", "-Wall", "-Werror", f"-I{tmp_path}/include/pangate", "main.c"]
    command += [str(library), "-lcrypto", "-ljansson", "-llmdb", "-lpthread"]
    command += ["-fsanitize=address,undefined"] if "asan" in str(build) else []
    command += ["-fsanitize=thread"] if "tsan" in str(build) else []
    subprocess.run(command + ["-o", "program"], cwd=tmp_path, check=True)
    result = subprocess.run([tmp_path / "program"], check=True, capture_output=True, text=True)
    assert result.stdout == "visa\n"
