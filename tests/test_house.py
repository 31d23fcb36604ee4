"""
The house keeps its own rules: who imports whom, what touches the world, how large a module grows, what a file may name.

Read from the source, not by running it. The second half plants each violation in a small tree and sees it found.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bot", "scheduler", "storage", "console")
SHARED = ("bot.errors", "bot.values", "bot.normalise")
PURE = ("bot.flows", "bot.understanding", "bot.concerns", "bot.gate", "bot.quiet_hours", "scheduler.recurrence")
HEAVY = ("sqlalchemy", "alembic", "psycopg", "twilio", "telegram", "starlette", "uvicorn", "apscheduler", "httpx", "requests")
MODULE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70

CLOCK = (
    *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep")),
    *(f"time.{name}" for name in ("process_time", "thread_time", "localtime", "gmtime", "ctime", "asctime")),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
)
RANDOM = ("random", "secrets", "uuid", "os.urandom", "os.getrandom")
THREAD = (
    *("threading.Thread", "threading.Timer", "_thread", "multiprocessing", "subprocess", "os.fork", "asyncio.to_thread"),
    *("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"),
)
SOCKET = (
    *("socket", "socketserver", "http.client", "urllib.request", "urllib3", "smtplib", "requests", "httpx", "aiohttp"),
    *("asyncio.open_connection", "asyncio.start_server"),
)
REQUEST_THREAD = ("starlette.concurrency", "anyio.to_thread", "anyio.from_thread")
WORLD = {"clock": CLOCK, "random": RANDOM, "thread": THREAD, "socket": SOCKET, "request thread": REQUEST_THREAD}
PORTS = {
    "bot/ports.py": set(WORLD),
    # The transport port's real implementation, which is too long to stand with the others.
    "bot/channels/transport.py": {"clock", "socket"},
    "bot/channels/connections.py": {"socket"},
    # The same for mail, which is no HTTP.
    "bot/channels/smtp.py": {"clock", "socket"},
    # The web server runs plain handlers in its own threads anyway; the pages may ask it to.
    "console/": {"request thread"},
}
"""Where (the path's beginning) what of the world may be touched."""


def inside(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def ours(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES and module not in PACKAGES


@dataclass(frozen=True)
class Arrow:
    """`who` must not import what `forbidden` says of the target."""

    who: Callable[[str], bool]
    forbidden: Callable[[str], bool]


ARROWS = {
    **{
        f"{part} imports nothing of ours but errors, values, normalise": Arrow(
            lambda module, part=part: inside(module, part),  # type: ignore[misc]
            lambda target, part=part: ours(target) and not inside(target, part, *SHARED),  # type: ignore[misc]
        )
        for part in PURE
    },
    "the pure parts import neither database, web nor providers": Arrow(
        lambda module: inside(module, *PURE), lambda target: inside(target, *HEAVY)
    ),
    "storage imports nothing of ours but errors and values": Arrow(
        lambda module: inside(module, "storage"),
        lambda target: ours(target) and not inside(target, "storage", "bot.errors", "bot.values"),
    ),
    "of scheduler, bot imports only recurrence (bot.app and bot.cli: all)": Arrow(
        lambda module: inside(module, "bot") and not inside(module, "bot.app", "bot.cli"),
        lambda target: inside(target, "scheduler") and target not in ("scheduler", "scheduler.recurrence"),
    ),
    "only bot.cli and bot.app import console": Arrow(
        lambda module: not inside(module, "console", "bot.app", "bot.cli"), lambda target: inside(target, "console")
    ),
    "values and normalise import nothing of ours": Arrow(lambda module: module in ("bot.values", "bot.normalise"), ours),
    "errors imports only values": Arrow(lambda module: module == "bot.errors", lambda target: ours(target) and target != "bot.values"),
}


# ---------------------------------------------------------------- reading the source


@dataclass(frozen=True)
class Source:
    path: str
    module: str
    text: str
    tree: ast.Module


def sources(root: Path) -> list[Source]:
    found = []
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            text = file.read_text("utf-8")
            found.append(Source(path, module, text, ast.parse(text, path)))
    return found


def absolute(source: Source, node: ast.ImportFrom) -> str:
    """The module that `from …` names, dots resolved."""
    if not node.level:
        return node.module or ""
    parts = source.module.split(".") + ([""] if source.path.endswith("__init__.py") else [])
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])


def imports(source: Source, modules: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Every module that `source` imports, lazily, for types or by its name in a string too."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                base = absolute(source, node)
                for alias in names:
                    whole = f"{base}.{alias.name}"
                    yield node.lineno, whole if whole in modules else base
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name


def bound_names(source: Source) -> dict[str, str]:
    """Local name → what it stands for, dotted, of everything imported."""
    names: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{absolute(source, node)}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=value, attr=attribute):
            before = dotted(value, names)
            return None if before is None else f"{before}.{attribute}"
        case _:
            return None


def uses(source: Source) -> Iterator[tuple[int, str]]:
    """Everything imported or reached through an import, dotted."""
    names = bound_names(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{absolute(source, node)}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute) and (name := dotted(node, names)):
            yield node.lineno, name


# ---------------------------------------------------------------- faults


def arrow_faults(found: list[Source]) -> list[str]:
    modules = frozenset(source.module for source in found)
    return [
        f"{source.path}:{line}: imports {target}, but {sentence}"
        for source in found
        for line, target in imports(source, modules)
        for sentence, arrow in ARROWS.items()
        if arrow.who(source.module) and arrow.forbidden(target)
    ]


def world_faults(found: list[Source]) -> list[str]:
    return sorted(
        {
            f"{source.path}:{line}: {name} touches the {what}: take it as an argument or through a port"
            for source in found
            for line, name in uses(source)
            for what, banned in WORLD.items()
            if inside(name, *banned) and not any(source.path.startswith(path) and what in touched for path, touched in PORTS.items())
        }
    )


def size_faults(found: list[Source]) -> list[str]:
    faults = []
    for source in found:
        lines = len(source.text.splitlines())
        if lines > MODULE_LINES_MAX:
            faults.append(f"{source.path}: {lines} lines; split it, {MODULE_LINES_MAX} is the most")
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or inside(source.module, "storage.migrations"):
                continue  # A migration's function may list a long table; it is read once and never changed.
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                faults.append(f"{source.path}:{node.lineno}: {node.name} has {length} lines; {FUNCTION_LINES_MAX} is the most")
    return faults


def docstring_faults(found: list[Source]) -> list[str]:
    paths = {source.path: source for source in found}
    folders = sorted({path.rpartition("/")[0] for path in paths})
    inits = {folder: paths.get(f"{folder}/__init__.py") for folder in folders if "migrations" not in folder}
    return [
        f"{folder}/__init__.py: must say in a docstring what lives there"
        for folder, source in inits.items()
        if source is None or len((ast.get_docstring(source.tree) or "").split()) < 5
    ]


# Put together here, so that this file does not hold what it looks for.
MACHINE_PATHS = ("work", "tmp/w", "opt/wheels", "opt/pypi", "root", "home/[a-z]+", "Users/[A-Za-z]+")
REGISTRIES = (
    *("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs.org", "registry." + "yarnpkg.com", "crates" + ".io"),
    *("proxy." + "golang.org", "ruby" + "gems.org", "deb." + "debian.org", "ghcr" + ".io", "docker" + ".io"),
)
NAMED_PLACES = re.compile(
    "|".join([rf"(?<![\w.\-])/(?:{'|'.join(MACHINE_PATHS)})/[\w.\-]", *(re.escape(host) for host in REGISTRIES)]).encode(), re.IGNORECASE
)


def place_faults(root: Path, files: list[str]) -> list[str]:
    faults = []
    for path in files:
        file = root / path
        if file.is_file() and (hit := NAMED_PLACES.search(file.read_bytes())):
            faults.append(f"{path}: names {hit[0].decode()!r}, which exists only on some machine")
    return faults


def committed_files(root: Path) -> list[str]:
    """As git lists them; a copy without git is looked at whole, but for what a build leaves there."""
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if asked.returncode == 0:
        return [path for path in asked.stdout.decode().split("\0") if path]
    built = {".venv", "build", "__pycache__", "checkline-data", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    return [file.relative_to(root).as_posix() for file in root.rglob("*") if not built & set(file.relative_to(root).parts)]


# ---------------------------------------------------------------- the house itself


@pytest.fixture(scope="module")
def house() -> list[Source]:
    return sources(ROOT)


def test_imports_follow_the_arrows(house: list[Source]) -> None:
    assert arrow_faults(house) == []


def test_only_the_ports_touch_clock_random_threads_and_sockets(house: list[Source]) -> None:
    assert world_faults(house) == []


def test_no_module_or_function_grows_too_long(house: list[Source]) -> None:
    assert size_faults(house) == []


def test_each_package_says_what_lives_there(house: list[Source]) -> None:
    assert docstring_faults(house) == []


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    files = committed_files(ROOT)
    assert "pyproject.toml" in files
    assert place_faults(ROOT, files) == []


def test_the_checks_see_every_package_and_part(house: list[Source]) -> None:
    modules = {source.module for source in house}
    assert set(PACKAGES) <= modules
    assert {*PURE, *SHARED} <= modules
    assert all(any(source.path.startswith(path) for source in house) for path in PORTS)


# ---------------------------------------------------------------- the checks find what is planted

CLEAN = {
    "bot/gate.py": "from bot.values import Reason\nfrom datetime import time\n\n\ndef at(clock):\n    return clock.now(), time(9)\n",
    "bot/flows/step.py": "from bot.flows import model\nfrom . import lint\nfrom bot import normalise\n",
    "bot/flows/lint.py": "import time\nfrom datetime import datetime\n\nfromiso, strftime = datetime.fromisoformat, time.strftime\n",
    "bot/flows/model.py": "from ..values import Severity\n",
    "bot/outreach.py": "from scheduler import recurrence\nimport storage.outbox\n",
    "bot/app.py": "import console.pages\nfrom scheduler import due\n",
    "bot/cli/run.py": "import console.pages\n",
    "bot/ports.py": "import random\nimport socket\nimport time\nfrom threading import Thread\n\nnow = time.time\n",
    "bot/values.py": "import threading\nfrom concurrent.futures import Future\n\nlock = threading.Lock()\n",
    "bot/errors.py": "from bot.values import Reason\n",
    "bot/normalise.py": "import unicodedata\n",
    "storage/outbox.py": "import sqlalchemy\nfrom bot import errors, values\nfrom storage import clients\n",
    "storage/clients.py": "",
    "scheduler/due.py": "import bot.outreach\nimport storage.outbox\n",
    "scheduler/recurrence.py": "from bot.errors import WrongUse\n",
    "console/pages.py": "import bot.conversation\nfrom starlette.concurrency import run_in_threadpool\n",
}
PLANTED = {
    "a flow that reads storage": ("bot/flows/step.py", "def f():\n    from storage import clients\n", "imports storage.clients"),
    "a flow that imports the conversation": ("bot/flows/step.py", "from .. import outreach\n", "imports bot.outreach"),
    "a flow that imports SQLAlchemy": ("bot/flows/step.py", "import sqlalchemy.sql\n", "neither database"),
    "a gate that asks the scheduler": ("bot/gate.py", "from scheduler import due\n", "imports scheduler.due"),
    "a recurrence that knows the outbox": ("scheduler/recurrence.py", "import storage.outbox\n", "imports storage.outbox"),
    "concerns that import understanding": ("bot/concerns/words.py", "import bot.understanding\n", "imports bot.understanding"),
    "storage that normalises": ("storage/clients.py", "from bot.normalise import fold\n", "imports bot.normalise"),
    "storage that imports the scheduler": ("storage/clients.py", "import scheduler.recurrence\n", "imports scheduler.recurrence"),
    "the conversation that imports the outbox's deliverer": ("bot/outreach.py", "import scheduler.due\n", "imports scheduler.due"),
    "a channel that imports the scheduler": ("bot/channels/sms.py", "from scheduler.due import tick\n", "imports scheduler.due"),
    "the conversation that imports a page": ("bot/outreach.py", "from console import pages\n", "imports console.pages"),
    "the scheduler that imports a page": ("scheduler/due.py", "import console.pages\n", "imports console.pages"),
    "a page imported by its name in a string": (
        "bot/outreach.py", "import importlib\n\npages = importlib.import_module('console.pages')\n", "imports console.pages",
    ),
    "values that import errors": ("bot/values.py", "from bot import errors\n", "imports bot.errors"),
    "errors that import normalise": ("bot/errors.py", "from bot.normalise import fold\n", "imports bot.normalise"),
    "now() of an imported class": ("bot/outreach.py", "from datetime import datetime as D\n\nnow = D.now()\n", "datetime.datetime.now"),
    "now() through the module": ("bot/outreach.py", "import datetime\n\nnow = datetime.datetime.now()\n", "datetime.datetime.now"),
    "today()": ("storage/clients.py", "from datetime import date\n\ntoday = date.today\n", "datetime.date.today"),
    "monotonic()": ("console/pages.py", "from time import monotonic\n", "time.monotonic"),
    "sleep()": ("scheduler/due.py", "import time as t\n\nt.sleep(1)\n", "time.sleep"),
    "random": ("bot/outreach.py", "def f():\n    import random\n", "random"),
    "a shuffled list": ("bot/outreach.py", "from random import shuffle\n", "random.shuffle"),
    "secrets": ("console/pages.py", "from secrets import token_bytes\n", "secrets.token_bytes"),
    "a uuid": ("storage/clients.py", "from uuid import uuid4\n", "uuid.uuid4"),
    "urandom()": ("storage/clients.py", "import os\n\nkey = os.urandom(16)\n", "os.urandom"),
    "a thread": ("storage/clients.py", "import threading\n\nthreading.Thread()\n", "threading.Thread"),
    "a pool": ("scheduler/due.py", "from concurrent import futures\n\npool = futures.ThreadPoolExecutor()\n", "ThreadPoolExecutor"),
    "a socket": ("bot/channels/sms.py", "from socket import create_connection\n", "socket.create_connection"),
    "a pool of the web server's outside the pages": (
        "storage/clients.py", "from starlette.concurrency import run_in_threadpool\n", "starlette.concurrency",
    ),
    "a request": ("bot/channels/sms.py", "import urllib.request\n", "urllib.request"),
    "a client of a library": ("bot/channels/sms.py", "import httpx\n", "httpx"),
    "a module of 501 lines": ("storage/clients.py", "x = 1\n" * 501, "501 lines"),
    "a function of 71 lines": ("storage/clients.py", "def f():\n" + "    x = 1\n" * 70, "f has 71 lines"),
    "a package that says nothing": ("bot/channels/__init__.py", "", "bot/channels/__init__.py"),
    "a package that says too little": ("storage/__init__.py", '"""Storage."""\n', "storage/__init__.py"),
    "a folder without __init__": ("console/forms/form.py", "", "console/forms/__init__.py"),
}  # fmt: skip


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    for package in (*PACKAGES, "bot/flows", "bot/cli", "bot/channels", "bot/concerns", "bot/understanding"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""What lives here, in one sentence."""\n')
    for path, text in CLEAN.items():
        (tmp_path / path).write_text(text)
    return tmp_path


def all_faults(root: Path) -> list[str]:
    found = sources(root)
    return [*arrow_faults(found), *world_faults(found), *size_faults(found), *docstring_faults(found)]


def test_a_house_in_order_has_no_faults(small_house: Path) -> None:
    assert all_faults(small_house) == []


@pytest.mark.parametrize(("path", "text", "said"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(small_house: Path, path: str, text: str, said: str) -> None:
    (small_house / path).parent.mkdir(exist_ok=True)
    (small_house / path).write_text(text)
    faults = all_faults(small_house)
    assert faults
    assert all(said in fault and path.rpartition("/")[0] in fault for fault in faults)


PLACES = {
    "a checkout's path": "see /" + "work/main/README.md",
    "a path in quotes": 'open("/' + 'root/notes")',
    "a file URL": "file:///" + "home/ana/x",
    "an index": "--index-url https://" + "pypi" + ".org/simple",
    "a resolved package": "https://files.python" + "hosted.org/packages/x",
    "a registry of other packages": "https://registry." + "npmjs.org/htmx",
}
NO_PLACES = (
    "https://example.org/" + "work/main",
    "network/" + "home/x",
    "/workers/1",
    "~/.ssh",
    "/webhooks/twilio/1/sms",
    "docs/" + "root/x",
)


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_a_planted_place_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.md").write_text(text)
    assert len(place_faults(tmp_path, ["notes.md"])) == 1


@pytest.mark.parametrize("text", NO_PLACES)
def test_what_only_looks_like_a_place_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.md").write_text(text)
    assert place_faults(tmp_path, ["notes.md"]) == []
