"""Songs that are made: the first one, those that fail or are stopped, and a server that is away or locked."""

import os
import subprocess

from studio import STUDIO, VIEWS, Server


def case_words_are_complete(_, server, open_page):
    """Every language has every word, and no word is asked for that there isn't."""
    page = open_page(server, "/create/simple")
    keys = page.run("""
        const read = async lang => ({...(await import(`/studio/js/lang/${lang}.js`)).default,
            ...(await import(`/studio/js/lang/fields-${lang}.js`)).default,
            ...(await import(`/studio/js/lang/dj-${lang}.js`)).default});
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
