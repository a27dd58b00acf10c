"""The lock file can be used by everyone: it names the public index only, and both routes to an environment agree."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_file_names_the_public_index_only() -> None:
    addresses = re.findall(r'"(https?://[^"]+)"', (PROJECT / "uv.lock").read_text())
    assert {urlsplit(address).netloc for address in addresses} == PUBLIC_HOSTS


def test_every_requirement_is_pinned_and_hashed() -> None:
    text = (PROJECT / "requirements.txt").read_text().replace("\\\n", "")
    requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.skipif(shutil.which("uv") is None, reason="without uv there is nothing to compare with")
def test_both_routes_install_the_same() -> None:
    command = ["uv", "export", "--frozen", "--quiet", "--no-emit-project", "--all-groups"]
    exported = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert exported == (PROJECT / "requirements.txt").read_text()
