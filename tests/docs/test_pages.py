"""Promises of the documentation beside its programs: front page, diagrams, pictures, links, environment variables."""

import asyncio
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

import asyncassist
from asyncassist.web import settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
README = (ROOT / "README.md").read_text()


def blocks(text):
    """Return the Python programs of a page."""
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_front_page_shows_what_a_reader_needs():
    """An install line, the README's program, its output, a picture, the classes, and who it is not for."""
    front = (DOCS / "index.md").read_text()
    [program] = blocks(front)

    assert front.index("pip install asyncassist") < front.index(program) < front.index("```text") < front.index("![")
    assert program == blocks(README)[0]
    assert re.findall(r"^## (.*)$", front, re.MULTILINE) == ["What it does", "Who it is not for"]
    assert all(f"howto/{page}.md" in front for page in ("handler", "chatbot", "state", "nlp", "flights", "assistant"))


def test_how_to_pages_begin_with_a_program():
    """Each program compiles as a file of its own: no `await` outside of a function."""
    exceptions = {"deployment.md", "hosting.md", "index.md"}
    for page in sorted((DOCS / "howto").glob("*.md")):
        if page.name not in exceptions:
            text = page.read_text()
            compile(blocks(text)[0], page.name, "exec")
            assert text.index("```python") < 1000, page.name


def test_no_program_is_excluded_from_the_tests():
    """No fence has options such as `notest`, and each has a language."""
    for page in [*PAGES, ROOT / "README.md"]:
        marks = re.findall(r"^```(.+)$", page.read_text(), re.MULTILINE)
        assert all(re.fullmatch(r"[a-z]+", mark) for mark in marks), page


def test_diagrams_have_titles_and_the_colours_of_the_page():
    """Titles for screen readers; no fixed colours, so that light and dark both work."""
    svgs = [svg for page in PAGES for svg in re.findall(r"<svg.*?</svg>", page.read_text(), re.DOTALL)]

    assert len(svgs) == 7
    for svg in svgs:
        [named] = re.findall(r'aria-labelledby="(\S+) (\S+)"', svg)
        assert 'role="img"' in svg
        assert all(re.search(rf'id="{name}">[^<]+</', svg) for name in named)
        assert not re.search(
            r'(fill|stroke)="|style=|#[0-9a-f]{3,6}\b(?!-)', svg.replace(f"url(#{named[0][:-6]}-tip)", "")
        )


def test_pictures_are_small_and_described():
    """Each is smaller than 200 kB and is used on a page with an alternative text."""
    shown = {
        Path(path).name: words
        for page in PAGES
        for words, path in re.findall(r"!\[([^\]]+)\]\(\S*?(pictures/[^)#]+)", page.read_text())
    }
    pictures = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}

    assert set(shown) == set(pictures)
    assert max(pictures.values()) < 200_000


def test_every_page_is_in_the_navigation():
    """A page outside of the navigation cannot be found."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]

    def paths(node):
        if isinstance(node, str):
            return {node}
        return set().union(*(paths(item) for item in (node if isinstance(node, list) else node.values())))

    assert paths(nav) == {str(page.relative_to(DOCS)) for page in PAGES}


def local(link):
    """Return the path of an absolute link to a file of the repository."""
    found = re.fullmatch(
        r"https://(?:github\.com/asyncassist/asyncassist/blob|raw\.\S+/asyncassist/asyncassist)/main/([^#]+)", link
    )
    return None if found is None else ROOT / found[1]


def test_table_of_classes_in_the_readme_is_correct():
    """Class, file and page of each row exist, and each class is defined in its file."""
    rows = re.findall(r"^\| `(\w+)` \| \[`\S+`\]\((\S+)\) \| \[.*?\]\((\S+)\) \|$", README, re.MULTILINE)
    classes = {name for name, _, _ in rows}

    assert {"AsyncHandler", "CachedChatbot", "AsyncStateManager", "AsyncNLPEngine"} < classes
    assert {"AsyncFlightClient", "TravelAssistant", "LoopThread", "Service"} < classes
    for name, file, page in rows:
        assert re.search(rf"^class {name}\b", local(file).read_text(), re.MULTILINE), name
        assert local(page).exists(), page


def test_links_to_the_repository_exist():
    """The README stands on a package index too, so its links are absolute; mkdocs checks the relative ones of the pages."""
    links = re.findall(r"\]\(([^)\s]+)", README)

    assert [link for link in links if not link.startswith("https://")] == []
    for text in (README, *(page.read_text() for page in PAGES)):
        for link in re.findall(r"\]\((https://[^)\s]+)", text):
            assert local(link) is None or local(link).exists(), link


@pytest.mark.parametrize("page", ["README.md", "docs/howto/install.md"])
def test_extras_on_the_page_are_those_of_the_project(page):
    """Each extra with the packages that it brings."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    shown = dict(re.findall(r"^\| `(\w+)` \| ([\w, -]+) \| [^|]+ \|$", (ROOT / page).read_text(), re.MULTILINE))
    names = {extra: [re.match(r"[\w-]+", item)[0] for item in items] for extra, items in extras.items()}

    assert {extra: packages.split(", ") for extra, packages in shown.items() if extra in names} == names


def test_all_public_classes_are_in_the_reference():
    """Every public name of the package has a reference entry."""
    reference = "\n".join(page.read_text() for page in (DOCS / "reference").glob("*.md"))
    named = set(re.findall(r"^::: asyncassist\.(\w+)$", reference, re.MULTILINE))
    elsewhere = {"__version__", "AsyncAssistError", "UNSET"}

    assert set(asyncassist.__all__) - elsewhere - named == set()


async def test_example_tests_on_pages_pass(tmp_path):
    """The tests that pages show pass in a project of their own."""
    text = (DOCS / "howto" / "testing.md").read_text()
    shown = [block for block in blocks(text + (DOCS / "tutorial.md").read_text()) if "def test_" in block]
    for number, block in enumerate(shown):
        (tmp_path / f"test_shown_{number}.py").write_text(block)
    [settings_shown] = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(settings_shown)
    plugins = ["-p", "no:randomly", "-p", "no:valkey", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
    if not any(found.name == "asyncassist" for found in entry_points(group="pytest11")):
        plugins += ["-p", "asyncassist._pytest_plugin"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", *plugins, cwd=tmp_path, stdout=subprocess.PIPE
    )
    stated, _ = await process.communicate()

    assert len(shown) == 3
    assert "6 passed" in stated.decode(), stated.decode()


def test_every_environment_variable_is_documented():
    """The variables that the package reads are exactly those on the page."""
    page = (DOCS / "reference" / "environment.md").read_text()
    sources = [path for path in (ROOT / "src").rglob("*.py") if "testing" not in path.parts]
    named = re.compile(r'"((?:ASYNCASSIST|OPENAI|AMADEUS|DUFFEL)_[A-Z_]*[A-Z])"')
    read = {name for path in sources for name in named.findall(path.read_text())}
    # Those that programs of all kinds share have no prefix of ours; the module that reads them composes their names.
    read |= {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    read |= {settings._env_name(name) for name in settings._ENV_PARSERS}

    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", page)) == read


def test_messages_of_the_troubleshooting_page_are_those_of_the_package():
    """Each message that the page quotes stands in the package."""
    page = (DOCS / "howto" / "troubleshooting.md").read_text()
    quoted = re.findall(r"^\| `([^`]+)` \|", page.partition("## Symptoms")[0], re.MULTILINE)
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))

    assert len(quoted) >= 18
    assert [message for message in quoted if message not in source] == []


def test_modules_of_a_language_are_on_the_page_of_extension_points():
    """Whoever adds a language learns of every module of its folder."""
    section = (DOCS / "howto" / "extension-points.md").read_text().partition("\n## Language\n")[2]
    named = set(re.findall(r"`(\w+\.(?:py|txt))`", section))

    assert {path.name for path in (ROOT / "src/asyncassist/languages/en").iterdir() if path.is_file()} <= named


def test_modules_that_the_architecture_names_exist():
    """Each name in the first column of the tables of packages is a module or a folder of modules."""
    section = (DOCS / "explanation" / "architecture.md").read_text()
    section = section.partition("\n## The packages\n")[2].partition("\n## How a message")[0]
    package = ROOT / "src" / "asyncassist"
    missing = []
    for cell in re.findall(r"^\| (`.+?) \|", section, re.MULTILINE):
        folder = ""
        for name in re.findall(r"`([^`]+)`", cell):
            head, slash, _ = name.replace("<name>", "*").rstrip("/").rpartition("/")
            folder = head + slash or folder
            path = name.replace("<name>", "*").rstrip("/")
            patterns = {path, folder + path} if not slash else {path}
            if not any([*package.glob(pattern), *package.glob(f"{pattern}.py")] for pattern in patterns):
                missing.append(name)

    assert missing == []
