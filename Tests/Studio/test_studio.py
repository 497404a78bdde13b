#!/usr/bin/env python3
"""The Studio as people use it: the built server with the built-in model, and a real browser.

    scripts/test-studio [--vivace PROGRAM] [--screens FOLDER] [--only WORD] [--pictures FOLDER]

Each case is a function `case_...` of the files beside this one; what it may take is bounded, and nothing waits by the clock alone.
Screenshots of failures are kept below `.build/studio-screens`; with `--screens`, those of every view too. `--pictures`
takes those of the documentation instead.
"""

import argparse
import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cases_dj  # noqa: E402
import cases_listening  # noqa: E402
import cases_making  # noqa: E402
import cases_serving  # noqa: E402
import cases_working  # noqa: E402
import pictures  # noqa: E402
from studio import ROOT, Page, Server  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vivace", default=str(ROOT / ".build/release/vivace"))
    parser.add_argument("--screens", help="folder for screenshots of every view")
    parser.add_argument("--pictures", help="folder for the pictures of docs/studio.md, which are taken instead")
    parser.add_argument("--only", default="", help="runs cases whose name has this word")
    options = parser.parse_args()
    kept = ROOT / ".build/studio-screens"
    kept.mkdir(parents=True, exist_ok=True)
    if options.screens:
        os.makedirs(options.screens, exist_ok=True)
    modules = (cases_making, cases_working, cases_listening, cases_serving, cases_dj)
    cases = [(name[5:], act) for module in modules
             for name, act in vars(module).items() if name.startswith("case_") and options.only in name]
    if options.pictures:
        os.makedirs(options.pictures, exist_ok=True)
        cases = [("pictures", lambda _, server, open_page: pictures.take(server, open_page, options.pictures))]
    failed = []
    for name, act in cases:
        server = Server(options.vivace)
        pages = []

        def open_page(host, path, waits=True, **more):
            page = Page(host, **more)
            pages.append(page)
            if waits:
                page.open(path)
                page.wait("return import('/studio/js/core/store.js').then(({ store }) => store.capabilities !== "
                        "null)", what="the page knows the server")
            else:
                page.go(host.origin + path)
            return page

        begin = time.monotonic()
        try:
            act(options.vivace, server, open_page,
                **({"screens": options.screens} if name == "narrow_and_wide" else {}))
            print(f"passed  {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception as error:  # noqa: BLE001: whatever it is, the case has failed
            failed.append(name)
            print(f"FAILED  {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
            for number, page in enumerate(pages):
                try:
                    page.screenshot(kept / f"{name}-{number}.png")
                    page.look()
                    for text in page.complaints[:10]:
                        print("        " + text)
                except Exception as more:  # noqa: BLE001
                    print(f"        no screenshot: {more}")
        finally:
            for page in pages:
                page.close()
            server.stop(with_data=True)
    print(f"{len(cases) - len(failed)} of {len(cases)} cases passed" + (f"; screenshots in {kept}" if failed else ""))
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
