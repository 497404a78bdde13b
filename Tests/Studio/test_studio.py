#!/usr/bin/env python3
"""The Studio as people use it: the built server with the built-in model, and a real browser.

    scripts/test-studio [--vivace PROGRAM] [--screens FOLDER] [--only WORD]

Each case is a function `case_...` of this file; what it may take is bounded, and nothing waits by the clock alone.
Screenshots of failures are kept below `.build/studio-screens`; with `--screens`, those of every view too.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from webdriver import Browser, free_port  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDIO = ROOT / "Studio"
VIEWS = ["/create/simple", "/create/custom", "/library", "/models", "/settings/look", "/settings/defaults",
         "/settings/access", "/settings/shortcuts", "/settings/about"]


class Server:
    """A server of its own, with its own folder."""

    def __init__(self, program, port=None, data=None, arguments=(), environment=None):
        self.program, self.arguments, self.environment = program, list(arguments), environment or {}
        self.port = port or free_port()
        self.data = data or tempfile.mkdtemp(prefix="vivace-studio-")
        self.origin = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        environment = {**os.environ, "VIVACE_STUDIO": str(STUDIO), **self.environment}
        for name in ("ACESTEP_API_KEY", "VIVACE_KEYS_FILE"):
            if name not in self.environment:
                environment.pop(name, None)
        self.log = open(os.path.join(self.data, "server.log"), "ab")
        self.process = subprocess.Popen(
            [self.program, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--config-path", "builtin",
                "--data", self.data,
             *self.arguments], stdout=self.log, stderr=self.log, cwd=ROOT, env=environment, start_new_session=True)
        end = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(self.origin + "/livez", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > end:
                    log = pathlib.Path(self.data, "server.log").read_text(errors="replace")
                    raise AssertionError(f"The server did not start:\n{log}") from None
                time.sleep(0.05)

    def stop(self, with_data=False):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)
        self.log.close()
        if with_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, {"Content-Type": "application/json"},
            method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make(self, **request):
        """Has a song made without the page, and waits for it. Gives its record."""
        job = self.ask("/v1/jobs",
            {"request": {"caption": "soft chimes", "duration": 6, "instrumental": True, "shift": 3, **request}})
        end = time.monotonic() + 120
        while True:
            job = self.ask(f"/v1/jobs/{job['id']}")
            if job["status"] == "succeeded":
                return self.ask(f"/v1/songs/{job['result']['songs'][0]['handle']}")
            assert job["status"] in ("queued", "running"), job["error"]
            assert time.monotonic() < end, "A song of six seconds takes more than two minutes"
            time.sleep(0.05)


class Page(Browser):
    """A browser with the Studio in it, that keeps what it complains of and whom it asks."""

    def __init__(self, server, **options):
        super().__init__(**options)
        self.server = server
        self.complaints, self.hosts = [], set()
        self.resize(1440, 900)

    def open(self, path):
        self.go(self.server.origin + path)
        self.wait("return import('/studio/js/core/store.js').then(({ store }) => store.capabilities !== null)"
                  ".then(knows => knows && document.querySelector('.view')?.children.length > 0)", what=f"{path} is drawn")

    def visit(self, path):
        """Goes to another view as a link does, without loading the page anew."""
        self.run("const { router } = await import('/studio/js/core/router.js'); router.go(arguments[0])", path)
        self.wait("return location.pathname === arguments[0] && document.querySelector('.view')?.children.length > "
                "0", path, what=f"{path} is drawn")

    def look(self):
        """Takes in what has come into the logs."""
        self.complaints += [f"{entry['level']}: {entry['message']}" for entry in self.log("browser")
                            if entry["level"] in ("SEVERE", "WARNING")]
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                if address.startswith(("http:", "https:", "ws:", "wss:")):
                    self.hosts.add(address.split("/")[2])

    def check(self, ignoring=()):
        """Nothing was complained of, and nobody else was asked."""
        self.look()
        real = [text for text in self.complaints if not any(word in text for word in ignoring)]
        assert not real, "The console says: " + "\n".join(real[:5])
        assert self.hosts <= {f"127.0.0.1:{self.server.port}"}, f"Other hosts were asked: {self.hosts}"
        missing = self.run("return import('/studio/js/core/i18n.js').then(words => [...words.missing])")
        assert not missing, f"Words are missing: {missing}"

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def song_is_playing(self):
        self.wait("const time = document.querySelector('vz-player time')?.textContent;"
                  "return time && time !== '0:00'", what="the player moves on")


# The cases


def case_words_are_complete(_, server, open_page):
    """Every language has every word, and no word is asked for that there isn't."""
    page = open_page(server, "/create/simple")
    keys = page.run("""
        const read = async lang => ({...(await import(`/studio/js/lang/${lang}.js`)).default,
            ...(await import(`/studio/js/lang/fields-${lang}.js`)).default});
        const all = {};
        for (const lang of ['en', 'zh', 'ja']) all[lang] = await read(lang);
        return all;""")
    for lang in ("zh", "ja"):
        assert set(keys[lang]) == set(keys["en"]), f"{lang}: {sorted(set(keys[lang]) ^ set(keys['en']))}"
        for key, words in keys["en"].items():
            def places(value):
                texts = value.values() if isinstance(value, dict) else [value]
                return {part.split("}")[0] for text in texts for part in text.split("{")[1:]}
            assert places(keys[lang][key]) <= places(words), f"{lang} {key}: {keys[lang][key]}"
            assert all(str(keys[lang][key]).strip() for _ in [0]), f"{lang} {key} is empty"
    import re
    for file in (STUDIO / "js").rglob("*.js"):
        if "lang" in file.parts:
            continue
        for key in re.findall(r'\bt\("([^"]+)"', file.read_text()):
            assert key in keys["en"], f"{file.name} asks for {key}"


def case_first_song_in_three_actions(_, server, open_page):
    """Type, Create, play: and the first song is heard; nothing is complained of, and no other host is asked."""
    page = open_page(server, "/")
    page.type("#ask", "calm night drive, warm pads")
    page.click("[data-go]")
    page.find("vz-song-card")
    page.click("vz-song-card .cover")
    page.song_is_playing()
    page.check()


def case_first_song_on_a_phone(_, server, open_page):
    """The same on a phone: the songs take the place of the panel."""
    page = open_page(server, "/create/simple")
    page.resize(390, 844)
    page.type("#ask", "calm night drive, warm pads")
    page.click("[data-go]")
    page.find("vz-song-card")
    page.open("/create/simple")
    assert server.ask("/v1/jobs")["jobs"], "The job goes on beyond a reload"
    page.type("#ask", " again")
    page.click("[data-go]")
    page.click("vz-song-card .cover")
    page.song_is_playing()
    page.check()


def case_live_card_becomes_the_song(_, server, open_page):
    """The card of a job tells stage and progress, and the song is in its place afterwards."""
    page = open_page(server, "/create/simple")
    page.wait("return document.querySelector('#ask')")
    page.run("document.querySelector('#ask').value = ''")
    page.type("#ask", "bright bells")
    page.run("""window.seen = new Set();
        new MutationObserver(() => {
          const card = document.querySelector('vz-song-card.live');
          if (card) { window.seen.add('live'); window.key = card; }
          const value = card?.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow');
          if (value > 0) window.seen.add('moves');
        }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });""")
    page.click("[data-go]")
    page.wait("return window.seen.has('live') && window.seen.has('moves')", what="a live card moves")
    page.wait("return window.key.isConnected && !window.key.classList.contains('live') && "
            "window.key.querySelector('.cover')",
              what="the card becomes the song in its place")
    page.check()


def case_words_survive_a_reload(_, server, open_page):
    """What was written is there after a reload, in Simple and in Custom."""
    page = open_page(server, "/create/simple")
    page.type("#ask", "kept at each stroke")
    page.open("/create/custom")
    page.type("textarea[data-field=caption]", "kept in custom")
    page.type("vz-lyrics-editor textarea", "[Verse]\nwords that stay")
    for view, field, words in (("simple", "#ask", "kept at each stroke"), ("custom", "[data-field=caption]", "kept in custom"),
                               ("custom", "vz-lyrics-editor textarea", "[Verse]\nwords that stay")):
        page.open(f"/create/{view}")
        page.find(field)
        found = page.run("return document.querySelector(arguments[0]).value", field)
        assert found == words, f"{field} holds {found!r} after a reload"
    page.check()


def case_languages(_, server, open_page):
    """English, Chinese and Japanese by the choice in the header, in every view and without a word missing."""
    song = server.make()
    page = open_page(server, "/create/simple")
    for lang, go in (("zh", "生成歌曲"), ("ja", "曲を作る"), ("en", "Create song")):
        page.run("const choice = document.querySelector('header select'); choice.value = arguments[0];"
                 "choice.dispatchEvent(new Event('change'))", lang)
        page.wait("return document.documentElement.lang === arguments[0] && "
                "document.querySelector('[data-go]')?.innerText.includes(arguments[1])",
                  lang, go, what=f"the page speaks {lang}")
        for view in [*VIEWS, f"/song/{song['id']}"]:
            page.visit(view)
            page.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
            page.check()
        page.visit("/create/simple")


def case_keyboard_alone(_, server, open_page):
    """A song is made and played without a pointer."""
    page = open_page(server, "/create/simple")
    page.run("document.activeElement.blur()")

    def tab_to(selector):
        for _ in range(120):
            if page.run("return document.activeElement.matches(arguments[0])", selector):
                return
            page.press("tab")
        raise AssertionError(f"Tab does not come to {selector}")

    tab_to("#ask")
    before = len(server.ask("/v1/songs")["songs"])
    page.write("soft organ at dawn")
    page.press("control", "enter")
    page.wait("return fetch('/v1/songs').then(r => r.json()).then(list => list.songs.length > arguments[0])",
        before, what="a song is made")
    page.wait("return document.querySelector('vz-song-card .cover')")
    tab_to("vz-song-card .cover")
    page.press("enter")
    page.song_is_playing()
    page.press("space")
    page.wait("return document.querySelector('vz-player .round').getAttribute('aria-label') === 'Play'",
        what="space pauses")
    page.run("document.activeElement.blur()")
    page.press("shift", "?")
    page.find("dialog .shortcuts")
    page.press("escape")
    page.wait("return !document.querySelector('dialog')", what="Escape closes the list of shortcuts")
    page.check()


def case_stop(_, server, open_page):
    """Stop ends what goes on, and the card says so; put away, it is gone."""
    page = open_page(server, "/create/simple")
    job = server.ask("/v1/jobs",
        {"request": {"caption": "a long one", "duration": 240, "batch_size": 8, "instrumental": True},
            "title": "A long one"})
    page.click("vz-song-card.live .stop")
    page.wait("return document.querySelector('vz-song-card.failed')?.innerText.includes('Stopped')",
        what="the card says that it was stopped")
    assert server.ask(f"/v1/jobs/{job['id']}")["status"] == "cancelled"
    page.click("vz-song-card.failed .tool")
    page.wait("return !document.querySelector('vz-song-card.failed')", what="the stopped card is put away")
    page.check()


def case_failure_is_shown(_, server, open_page):
    """A job that fails keeps its card, with the stage, the reason, and a way to try again."""
    song = server.make()
    page = open_page(server, "/create/simple")
    server.ask("/v1/jobs", {"request": {"caption": "x", "task_type": "repaint", "src_audio": song["id"],
        "regions": [[100, 110]]}, "title": "Too far"})
    page.find("vz-song-card.failed .retry")
    words = page.text("vz-song-card.failed")
    assert "Getting ready" in words and "after the end of the source" in words, words
    page.click("vz-song-card.failed .retry")
    page.wait("return fetch('/v1/jobs?state=failed').then(r => r.json()).then(list => list.jobs.length === 2)",
        what="it was tried again")
    page.check()


def case_an_answer_that_is_overtaken(_, server, open_page):
    """A job fails while the page still waits for the first answer about it, which says that it runs."""
    song = server.make()
    page = open_page(server, "/create/simple")
    page.run("""
        const real = window.fetch;
        let isFirst = true;
        window.fetch = async (...all) => {
            const answer = await real(...all);
            if (!isFirst || !/\\/v1\\/jobs\\/[0-9a-f-]{36}$/.test(String(all[0].url ?? all[0]))) return answer;
            isFirst = false;
            const job = await answer.json();
            const feed = new EventSource(`/v1/jobs/${job.id}/events`);
            await new Promise(resolve => feed.addEventListener("failed", resolve));
            feed.close();
            // The page's own stream has told of it too by the time that the server has answered once more.
            await real("/livez");
            await new Promise(resolve => setTimeout(resolve, 500));
            window.heldAnAnswer = true;
            return new Response(JSON.stringify({ ...job, status: "running", error: null, finished_at: null }),
                { headers: { "Content-Type": "application/json" } });
        };""")
    server.ask("/v1/jobs", {"request": {"caption": "x", "task_type": "repaint", "src_audio": song["id"],
        "regions": [[100, 110]]}, "title": "Too far"})
    page.wait("return window.heldAnAnswer", what="the first answer is late")
    page.find("vz-song-card.failed .retry")


def case_away_and_back(_, server, open_page):
    """A strip says that the server is away, what was written stays, and everything is there again afterwards."""
    page = open_page(server, "/create/simple")
    page.type("#ask", "while away")
    page.check()
    server.stop()
    page.find("main .notice[role=status]")
    assert "not answering" in page.text("main .notice[role=status]")
    assert page.run("return document.querySelector('[data-go]').disabled"), "Create is to wait for the server"
    page.type("#ask", " and still")
    server.start()
    page.wait("return document.querySelector('main .notice[role=status]').hidden", what="the strip goes")
    assert "while away and still" in page.run("return document.querySelector('#ask').value")
    page.click("[data-go]")
    page.find("vz-song-card .cover")
    page.check(ignoring=("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET",
        "ERR_EMPTY_RESPONSE"))


def case_key(program, _, open_page):
    """A server with a key asks for it once, says so where it is another, and keeps it beyond a reload."""
    server = Server(program, environment={"ACESTEP_API_KEY": "right-key"})
    try:
        page = open_page(server, "/create/simple", waits=False)
        page.type("dialog input[type=password]", "wrong-key")
        page.press("enter")
        page.wait("return document.querySelector('#key-said')?.textContent.length > 10",
            what="the page says that the key is another")
        page.run("document.querySelector('dialog input').value = ''")
        page.type("dialog input[type=password]", "right-key")
        page.press("enter")
        page.wait("return !document.querySelector('dialog') && document.querySelector('#ask')", what="the page opens")
        page.open("/create/simple")
        page.find("#ask")
        assert not page.run("return Boolean(document.querySelector('dialog'))")
        page.check(ignoring=("401",))
    finally:
        server.stop(with_data=True)


def case_read_only_key(program, _, open_page):
    """With a key that may only read, making and deleting are absent, and songs play."""
    server = Server(program)
    server.make()
    server.stop()
    keys = os.path.join(server.data, "keys.toml")
    made = subprocess.run([program, "keys", "new", "listener", "--scope", "read", "--file", keys],
                          capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    key = made.stdout.split()[-1]
    reader = Server(program, data=server.data, arguments=["--keys-file", keys])
    try:
        page = open_page(reader, "/create/simple", waits=False)
        page.type("dialog input[type=password]", key)
        page.press("enter")
        page.wait("return document.querySelector('.make')?.innerText.includes('Listening only')",
            what="the page says that it only listens")
        assert not page.run("return Boolean(document.querySelector('[data-go]'))")
        page.check(ignoring=("401",))
    finally:
        reader.stop(with_data=True)


def case_library(_, server, open_page):
    """Search, a heart, stars, the bin and back; several at once in a ZIP."""
    first = server.make(caption="glass harp in rain")
    server.make(caption="tuba parade")
    page = open_page(server, "/library")
    page.wait("return document.querySelectorAll('.rows .songrow').length >= 2")
    page.type("header input[type=search]", "harp")
    page.wait("return document.querySelectorAll('.rows .songrow').length === 1", what="search finds the one song")
    assert "text=harp" in page.run("return location.search")
    page.click(".rows .stars button:nth-child(4)")
    page.wait("return fetch('/v1/songs/' + arguments[0]).then(r => r.json()).then(song => song.rating === 4)",
        first["id"], what="four stars are kept")
    page.run("document.querySelector('.rows .songrow').focus()")
    page.press("delete")
    page.wait("return document.querySelectorAll('.rows .songrow').length === 0", what="the song is in the bin")
    page.click("main .notice .btn")
    page.wait("return fetch('/v1/songs/' + arguments[0]).then(r => r.json()).then(song => song.trashed_at === "
            "null)", first["id"], what="undo brings it back")
    crc = page.run("""const zip = await import('/studio/js/audio/zip.js');
        const blob = zip.zipOf([{ name: 'ü.txt', data: new TextEncoder().encode('123456789').buffer }]);
        return [zip.crc32(new TextEncoder().encode('123456789')), Array.from(new Uint8Array(await blob.arrayBuffer()))]""")
    assert crc[0] == 0xCBF43926
    import io
    import zipfile
    with zipfile.ZipFile(io.BytesIO(bytes(crc[1]))) as archive:
        assert archive.testzip() is None and archive.read("ü.txt") == b"123456789"
    page.check()


def case_custom(_, server, open_page):
    """Every field of the family has a control and a line of help; a value out of its range is said; a job is made of it."""
    page = open_page(server, "/create/custom")
    page.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    shown = set(page.run("return [...document.querySelectorAll('[data-field]')].map(item => item.dataset.field)"))
    known = {field["name"] for field in server.ask("/v1/capabilities")["families"][0]["fields"]}
    elsewhere = {"task_type", "src_audio", "reference_audio", "regions", "repainting_start", "repainting_end",
        "track_name", "track_classes",
                 "keep_source", "audio_cover_strength", "cover_rule", "cover_noise_strength", "latents", "latents_only", "output_type",
                 "normalization", "constrained_decoding_debug"}
    assert known - elsewhere <= shown, f"No control for {sorted(known - elsewhere - shown)}"
    bare = page.run("return [...document.querySelectorAll('.field')].filter(field => "
            "field.querySelector('[data-field]') && !field.querySelector('small')?.textContent).length")
    assert bare == 0
    page.type("[data-field=bpm]", "999")
    page.wait("return document.querySelector('[data-field=bpm]').getAttribute('aria-invalid') === 'true'")
    page.run("const field = document.querySelector('[data-field=bpm]'); field.value = '120'; field.dispatchEvent(new "
            "Event('input'))")
    page.run("const field = document.querySelector('[data-field=duration]'); field.value = '6'; "
            "field.dispatchEvent(new Event('input'))")
    page.run("const field = document.querySelector('[data-field=seeds]'); field.value = '7'; field.dispatchEvent(new "
            "Event('input'))")
    page.run("const field = document.querySelector('[data-field=caption]'); field.value = ''; "
            "field.dispatchEvent(new Event('input'))")
    page.type("[data-field=caption]", "clockwork")
    page.click("[data-go]")
    page.wait("return fetch('/v1/songs?text=clockwork').then(r => r.json()).then(list => "
            "list.songs[0]?.parameters.bpm === 120 && list.songs[0].seed === 7)",
              what="the song has the tempo and the seed that were asked for")
    for task in ("cover", "repaint", "lego", "extract", "complete", "text2music"):
        page.click(f"[data-task={task}]")
        page.wait("return document.querySelector(`[data-task=${arguments[0]}]`).getAttribute('aria-checked') === "
                "'true'", task)
    page.check()


def case_a_song_brings_its_settings_back(_, server, open_page):
    """The recipe in the tags of FLAC, MP3, WAV and Opus files is read in the page."""
    page = open_page(server, "/create/simple")
    for name in ("flac", "mp3", "wav", "opus"):
        job = server.ask("/v1/jobs",
            {"request": {"caption": "recipe ünï 歌 \\\"quoted\\\" {brace", "duration": 4, "instrumental": True,
                "seeds": [41]}, "audio_format": name})
        page.wait("return fetch('/v1/jobs/' + arguments[0]).then(r => r.json()).then(job => job.status === "
                "'succeeded')", job["id"])
        recipe = page.run("""const job = await (await fetch('/v1/jobs/' + arguments[0])).json();
            const data = await (await fetch(job.result.songs[0].url)).blob();
            const { recipeOf } = await import('/studio/js/audio/recipe.js');
            return recipeOf(data);""", job["id"])
        assert recipe, f"No recipe is found in {name}"
        page.run("""const { takeFiles } = await import('/studio/js/parts/drop.js');
            const { drafts } = await import('/studio/js/core/draft.js');
            drafts.setFields({ caption: 'other' });
            const job = await (await fetch('/v1/jobs/' + arguments[0])).json();
            takeFiles([new File([await (await fetch(job.result.songs[0].url)).blob()], 'song.' + arguments[1])]);""", job["id"], name)
        page.wait("return document.querySelector('[data-field=caption]')?.value.startsWith('recipe ünï')",
            what=f"{name} fills Custom")
        assert recipe["request"]["caption"] == "recipe ünï 歌 \\\"quoted\\\" {brace", recipe
        assert recipe["request"]["seeds"] == [41], recipe
    page.check()


def case_lyrics(_, server, open_page):
    """Syllables, sections and what will surprise."""
    page = open_page(server, "/create/custom")
    found = page.run("""const { syllables, lint } = await import('/studio/js/core/lyrics.js');
        return { counts: ['The ferry draws a silver seam', 'Across the sleeping bay', '夜航船', 'あめのプラットホーム', '[Verse]',
          'かれーっきょ'].map(syllables),
          names: [['la la', null], ['[Verse]\\nla', null], ['la\\n[Verse]\\nla', null],
            ['[Verse]\\n(chorus)\\nla', null], ['[Verse\\nla', null],
            ['[Verse]\\nhello 你好', null], ['[Verse]\\n雨のプラットホーム', null], ['[Verse]\\n' + 'la la la la\\n'.repeat(40), 10]].map(([text, time]) => lint(text, time).issues.map(issue => issue[0])) }""")
    assert found["counts"] == [8, 6, 3, 9, 0, 4], found["counts"]
    assert found["names"] == [["lyrics.noSections"], [], ["lyrics.before"], ["lyrics.roundTag"],
        ["lyrics.noSections", "lyrics.openTag"],
                              ["lyrics.mixed"], [], ["lyrics.long"]], found["names"]
    page.click(".sections button:nth-child(2)")
    page.wait("return document.querySelector('vz-lyrics-editor textarea').value.includes('[Verse]')")
    page.check()


def case_again(_, server, open_page):
    """Another take has another seed; one thing changed has the seed and the change; exactly again is the same song."""
    song = server.make(caption="small bells", duration=6, seeds=[11])
    page = open_page(server, "/create/simple")

    def newest(count):
        songs = page.wait("return fetch('/v1/songs?order=newest').then(r => r.json()).then(list => list.total === "
                "arguments[0] && list.songs)", count, what=f"there are {count} songs")
        return songs[0]

    page.click("vz-song-card .tools .tool")
    take = newest(2)
    assert take["seed"] != 11 and take["caption"] == "small bells" and take["duration"] == 6, take
    page.wait("return document.querySelectorAll('vz-song-card .cover').length === 2")
    page.run("document.querySelectorAll('vz-song-card')[1].querySelector('.headline button').click()")
    page.click(".side .chips .chip:nth-child(3)")
    page.type("dialog input", "90")
    page.press("enter")
    changed = newest(3)
    assert changed["seed"] == 11 and changed["parameters"]["bpm"] == 90, changed
    page.run("""const { exactly } = await import('/studio/js/parts/actions.js');
        exactly(await (await fetch('/v1/songs/' + arguments[0])).json())""", song["id"])
    same = newest(4)
    equal = page.run("""const read = async id => new Uint8Array((await new OfflineAudioContext(2, 1, 48000).decodeAudioData(await (await fetch('/v1/audio/' + id)).arrayBuffer())).getChannelData(0).buffer);
        const [a, b] = [await read(arguments[0]), await read(arguments[1])];
        return a.length === b.length && a.every((byte, at) => byte === b[at])""", song["id"], same["id"])
    assert equal, "Made exactly again, the song is another"
    page.check()


def case_stems(_, server, open_page):
    """Tracks that are taken out of a song appear in the mixer, and are heard side by side."""
    song = server.make(duration=6)
    page = open_page(server, f"/song/{song['id']}")
    page.click("vz-mixer .block .btn")
    page.wait("return document.querySelectorAll('dialog .tracks input').length === 12")
    page.run("for (const box of document.querySelectorAll('dialog .tracks input')) box.checked = "
            "box.parentElement.innerText.trim() === 'Drums' || box.parentElement.innerText.trim() === 'Bass'")
    page.click("dialog .primary")
    page.wait("return document.querySelectorAll('vz-mixer .stem').length === 2", what="two stems are there")
    page.click("vz-mixer .stem .ms")
    page.wait("return document.querySelector('vz-mixer .stem .ms').getAttribute('aria-pressed') === 'true'")
    page.click("vz-mixer .head .btn")
    page.wait("return document.querySelector('vz-mixer .head .btn').innerText.includes('Pause')",
        what="the stems play")
    page.check()


def case_workbench(_, server, open_page):
    """Two parts by drag are remade in one pass; the new take opens beside the old one, and both can be compared."""
    song = server.make(duration=12, bpm=120)
    page = open_page(server, f"/song/{song['id']}")
    page.wait("return document.querySelector('vz-waveform')?.duration > 11.9", what="the waveform is there")
    page.drag(".picture", 0.2, 0.4)
    page.drag(".picture", 0.6, 0.75)
    parts = page.wait("const parts = document.querySelector('vz-waveform').parts; return parts.length === 2 && "
            "parts", what="there are two parts")
    for part in parts:
        for end in (part["from"], part["to"]):
            assert abs(end / 2 - round(end / 2)) < 1e-6, f"Parts begin and end with bars of two seconds: {parts}"
    page.click(".side .primary")
    page.wait("return location.pathname.startsWith('/song/') && !location.pathname.includes(arguments[0])",
        song["id"], what="the new take opens")
    page.wait("return document.querySelectorAll('.ab:not([hidden]) button').length === 2", what="A and B are there")
    made = server.ask("/v1/songs/" + page.run("return location.pathname.slice(6)"))
    assert made["parameters"]["task_type"] == "repaint"
    assert len(made["parameters"]["regions"]) == 2, made["parameters"]["regions"]
    page.click(".ab button:nth-child(2)")
    page.wait("return document.querySelector('.ab button:nth-child(2)').getAttribute('aria-pressed') === 'true'",
        what="B is heard")
    page.wait("return document.querySelectorAll('.side .tree button[aria-current]').length === 1 && "
            "document.querySelectorAll('.side .tree li').length >= 1",
              what="the versions are a tree")
    stray = page.run("return [...document.querySelector('.side .tree').childNodes].filter(node => "
        "node.nodeType === Node.TEXT_NODE).map(node => node.data)")
    assert stray == [], f"Text stands between the versions: {stray}"
    page.check()


def case_parts_by_keyboard(_, server, open_page):
    """Parts are made, moved and removed with keys alone."""
    song = server.make(duration=12, bpm=120)
    page = open_page(server, f"/song/{song['id']}")
    page.wait("return document.querySelector('vz-waveform')?.duration > 11.9")
    page.run("document.querySelector('.picture').focus()")
    page.press("n")
    page.wait("return document.querySelector('vz-waveform').parts.length === 1")
    before = page.run("return document.querySelector('vz-waveform').parts[0].to")
    page.run("document.querySelector('vz-region .end.to').focus()")
    page.press("left")
    page.wait("return document.querySelector('vz-waveform').parts[0].to === arguments[0] - 2", before,
        what="an end moves by a bar")
    assert "bar" in page.run("return document.activeElement.getAttribute('aria-valuetext')")
    page.press("delete")
    page.wait("return document.querySelector('vz-waveform').parts.length === 0")
    page.check()


def case_places_of_parts(_, server, open_page):
    """Parts keep out of each other's way and inside the song."""
    page = open_page(server, "/create/simple")
    found = page.run("""const { settle, added, snapped, gridOf, barText } = await import('/studio/js/core/parts.js');
        const limits = { from: 0, to: 60 }, parts = [{ from: 10, to: 20 }, { from: 30, to: 40 }];
        return [settle(parts, 0, { from: 25, to: 35 }, limits), settle(parts, 1, { from: 5, to: 15 }, limits),
          settle(parts, 0, { from: 19.9, to: 20 }, limits, 'from'),
          settle(parts, 1, { from: 30, to: 90 }, limits, 'to'), added(parts, { from: 15, to: 35 }, limits)?.parts[1],
            added(parts, { from: 11, to: 19 }, limits),
          snapped(3.1, gridOf({ bpm: 120 }), 'bar'), snapped(3.1, gridOf({ bpm: 120 }), 'beat'), gridOf({}), barText(7.5, gridOf({ bpm: 120, timesignature: '3/4' }))]""")
    assert found == [{"from": 20, "to": 30}, {"from": 20, "to": 30}, {"from": 19.5, "to": 20},
        {"from": 30, "to": 60}, {"from": 20, "to": 30}, None,
                     4, 3, None, "6"], found
    page.check()


def case_narrow_and_wide(_, server, open_page, screens=None):
    """No view scrolls sideways, from 320 to 1920 points; each is photographed in both looks where a folder is given."""
    song = server.make(duration=8, bpm=100, keyscale="G major")
    page = open_page(server, "/create/simple")
    for width in (320, 390, 768, 1024, 1440, 1920):
        page.resize(width, 844 if width < 700 else 900)
        for view in [*VIEWS[:5], f"/song/{song['id']}"]:
            page.visit(view)
            wide = page.run("return document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{view} is {wide} points wider than {width}"
            inner = page.run("return [...document.querySelectorAll('.scroll, .page, .col')].filter(box => "
                    "box.clientWidth && box.scrollWidth > box.clientWidth + 1).map(box => box.className)")
            assert not inner, f"{view} scrolls sideways at {width}: {inner}"
            if screens:
                page.devtools("Emulation.setEmulatedMedia",
                    {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
            if screens and width in (390, 1440):
                page.wait("return document.fonts.ready.then(() => true)")
                for look in ("dark", "light"):
                    page.run("localStorage.setItem('vivace.look', JSON.stringify(arguments[0])); const prefs = await "
                            "import('/studio/js/core/prefs.js'); prefs.applyLook()", look)
                    name = view.strip("/").split("/")
                    name = "song" if name[0] == "song" else "-".join(name)
                    page.screenshot(os.path.join(screens, f"{name}-{look}-{width}.png"))
    page.check()


def case_weight_and_safety(_, server, open_page):
    """All files together are light, none has markup of its own, and every control has a name."""
    files = [file for file in STUDIO.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 400 << 10
    for file in files:
        text = file.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{file.name} has {word}"
        assert "https://" not in text.replace("http://www.w3.org", ""), f"{file.name} names another host"
    page = open_page(server, "/create/custom")
    for view in VIEWS:
        page.visit(view)
        page.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
        bare = page.run("""return [...document.querySelectorAll('button, input, select, textarea, a[href], [role=slider], [role=progressbar]')]
            .filter(item => item.checkVisibility()
              && !(item.getAttribute('aria-label') || item.getAttribute('aria-labelledby') || item.labels?.length
              || item.innerText?.trim()))
            .map(item => item.outerHTML.slice(0, 120))""")
        assert not bare, f"{view}: controls without a name: {bare}"
    page.check()


def case_thousand_songs(_, server, open_page):
    """Long lists are drawn page by page."""
    page = open_page(server, "/library")
    count = page.run("""const { SongPager } = await import('/studio/js/core/songs.js');
        const asked = [], real = window.fetch;
        window.fetch = (address, ...more) => {
          if (!String(address).startsWith('/v1/songs?')) return real(address, ...more);
          const query = new URLSearchParams(String(address).split('?')[1]);
          asked.push([Number(query.get('offset')), Number(query.get('limit'))]);
          const songs = Array.from({ length: Math.min(query.get('limit'), 1000 - query.get('offset')) },
            (_, at) => ({ id: `au_${Number(query.get('offset')) + at}` }));
          return Promise.resolve(new Response(JSON.stringify({ songs, total: 1000 })));
        };
        const pager = new SongPager();
        await pager.refresh();
        const first = pager.items.length;
        await pager.more();
        window.fetch = real;
        return [first, pager.items.length, asked];""")
    assert count == [60, 120, [[0, 60], [60, 60]]], count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vivace", default=str(ROOT / ".build/release/vivace"))
    parser.add_argument("--screens", help="folder for screenshots of every view")
    parser.add_argument("--only", default="", help="runs cases whose name has this word")
    options = parser.parse_args()
    kept = ROOT / ".build/studio-screens"
    kept.mkdir(parents=True, exist_ok=True)
    if options.screens:
        os.makedirs(options.screens, exist_ok=True)
    cases = [(name[5:], act) for name, act in globals().items() if name.startswith("case_") and options.only in name]
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
