"""Takes pictures of all pages of the preview, with a Chromium or Chrome that is installed.

The browser is driven by its command line only. One start takes half a second and more, so one
picture has a state in both themes and both sizes, and several starts run at a time. Its clock is
virtual (``--virtual-time-budget``): a page that shows its state after seconds takes none of ours.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from string import Template

from beekeeper.errors import LocalError
from beekeeper.local.preview import SIZES, Preview
from beekeeper.local.preview_pages import THEMES, preview_asset

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
WIDTH = sum(width for width, _ in SIZES.values())  # of a picture: both sizes, side by side
HEIGHT = len(THEMES) * max(height for _, height in SIZES.values())  # both themes
SHEET_COLUMNS = 6
SHEET_WIDTH, GAP, CAPTION = 394, 16, 40  # of each picture on the sheet, in CSS pixels
VIRTUAL_MS = 12_000  # longer than any state takes until it is seen
TIMEOUT_SECONDS = 60
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",  # the virtual clock ends no transition
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser(places: Sequence[str] = (*COMMANDS, *PLACES)) -> str:
    """Return the path of a Chromium or Chrome. Raises LocalError if there is none."""
    found = next(filter(None, map(shutil.which, places)), None)
    if found is None:
        raise LocalError(
            "Pictures need Chromium or Google Chrome, and none is installed where it usually is."
            " Install one (on Debian: apt-get install chromium), or look at the pages without"
            " --screenshots."
        )
    return found


def take_all(
    preview: Preview,
    pages: Mapping[str, str],
    language: str,
    folder: Path,
    on_picture: Callable[[int, int], None],
) -> Sequence[Path]:
    """Write a picture of each page into ``folder``, and the contact sheet of all.

    ``pages`` has the title of each page, by its name. A picture has both sizes and both themes.
    ``on_picture`` gets how many there are by now, and how many there will be. Returns the files.
    Raises LocalError without a browser that takes them.
    """
    program = browser()
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> Path:
        file = folder / f"{name}.png"
        _take(program, preview.frames_url(name, language), file, (WIDTH, HEIGHT))
        return file

    files: list[Path] = []
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    try:
        for file in pool.map(take, pages):
            files.append(file)
            on_picture(len(files), len(pages))
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C must not wait for all of them
    page, sheet = folder / "index.html", folder / "contact-sheet.png"
    page.write_text(_sheet(pages, preview.name_of(language)), encoding="utf-8")
    _take(program, page.absolute().as_uri(), sheet, _sheet_size(len(pages)))
    return [*files, page, sheet]


def _take(program: str, url: str, file: Path, size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [
            *FLAGS,
            *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={profile}",
            f"--screenshot={file.absolute()}",
            f"--window-size={size[0]},{size[1]}",
            f"--virtual-time-budget={VIRTUAL_MS}",
        ]
        try:
            ended = subprocess.run(  # noqa: S603 - the program is a browser, found by its name
                [program, *flags, url], capture_output=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LocalError(f"{program} did not take {file.name}: {error}") from error
    if ended.returncode or not file.exists():
        said = ended.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise LocalError(
            f"{program} did not take {file.name}: {' '.join(said) or ended.returncode}"
        )


def _is_root() -> bool:
    # Chromium refuses to run as root in its sandbox. The page is our own.
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _sheet(pages: Mapping[str, str], language: str) -> str:
    figures = (
        f'<figure><figcaption>{escape(title)}</figcaption><a href="{name}.png">'
        f'<img src="{name}.png" alt="{escape(title)}" width="{SHEET_WIDTH}"></a></figure>'
        for name, title in pages.items()
    )
    return Template(preview_asset("sheet.html")).substitute(
        title=f"The waiting page in all its states: {escape(language)}",
        columns=SHEET_COLUMNS,
        gap=GAP,
        caption=CAPTION,
        figures="\n".join(figures),
    )


def _sheet_size(pages: int) -> tuple[int, int]:
    rows = -(-pages // SHEET_COLUMNS)
    height = CAPTION + round(SHEET_WIDTH * HEIGHT / WIDTH) + GAP
    return SHEET_COLUMNS * (SHEET_WIDTH + GAP) + GAP, rows * height + 2 * CAPTION
