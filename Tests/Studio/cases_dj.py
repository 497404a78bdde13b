"""The DJ: talk, plan, cards, making, redirecting and mixing; planner and mixer are a stand-in's."""

from dj_stand_in import StandIn


def begin(server, open_page, message="three chill tracks"):
    """A page with a set that a message has planned. Gives it with the stand-in."""
    stand_in = StandIn(server)
    page = open_page(stand_in, "/dj")
    page.find(".tell textarea")
    if message:
        page.type(".tell textarea", message)
        page.press("enter")
        page.wait("return document.querySelectorAll('.track').length === 3", what="three tracks are planned")
    return page, stand_in


def titles(page):
    return page.run("return [...document.querySelectorAll('.track h3')].map(title => title.textContent)")


def case_dj_plans(_, server, open_page):
    """A message plans and begins no work; cards are edited, locked, moved and removed; a reload loses nothing."""
    page, stand_in = begin(server, open_page)
    try:
        assert titles(page) == ["Song 1", "Song 2", "Song 3"]
        page.wait("return document.querySelector('.said.assistant')?.innerText.includes('Here is a set.')")
        assert "lyrics were left out" in page.text(".talk")
        assert server.ask("/v1/jobs")["jobs"] == [], "A message never starts work"
        page.wait("return !document.querySelector('[data-make]').disabled")
        page.click(".track:nth-of-type(2) [data-act=edit]")
        page.run("""const field = document.querySelector('.track [data-field=title]');
            field.value = 'Second'; field.dispatchEvent(new Event('change', { bubbles: true }))""")
        page.wait("return document.querySelectorAll('.track h3')[1].textContent === 'Second'")
        page.run("""const field = document.querySelector('.track [data-field=bpm]');
            field.value = '250'; field.dispatchEvent(new Event('change', { bubbles: true }))""")
        page.wait("return document.querySelector('.track .why')?.textContent === 'bpm: give a number from 30 to 200'",
            what="what is to be mended is said")
        page.click("[data-make]")
        page.find("main > .strips .notice")
        assert server.ask("/v1/jobs")["jobs"] == [], "Nothing is made of a set that is to be mended"
        page.run("""const field = document.querySelector('.track [data-field=bpm]');
            field.value = '100'; field.dispatchEvent(new Event('change', { bubbles: true }))""")
        page.wait("return !document.querySelector('.track .why')")
        page.click(".track:nth-of-type(2) [data-act=lock]")
        page.click(".track:nth-of-type(3) [data-act=up]")
        assert titles(page) == ["Song 1", "Song 3", "Second"]
        focus = page.run("const { activeElement: item } = document;"
                         "return [item.dataset.act, item.closest('.track').dataset.name]")
        assert focus == ["up", "Song 3"], focus
        page.run("document.querySelector('.point').focus()")
        page.press("up")
        page.wait("return document.activeElement.getAttribute('aria-valuenow') === '25'",
            what="the energy is set by key")
        page.run("""const select = document.querySelector('.join select');
            select.value = 'beat_match'; select.dispatchEvent(new Event('change'))""")
        page.wait("return document.querySelector('.join [data-field=beats]')?.value === '16'")
        page.open("/dj")
        page.wait("return document.querySelectorAll('.track').length === 3", what="a reload loses nothing")
        assert titles(page) == ["Song 1", "Song 3", "Second"]
        assert page.run("return document.querySelector('.join select').value") == "beat_match"
        page.type(".tell textarea", "other ones please")
        page.press("enter")
        page.wait("return [...document.querySelectorAll('.track h3')].map(title => title.textContent).join() === "
                  "'Song 1,Song 2,Second'", what="the locked track keeps its place")
        assert stand_in.chats[-1]["plan"]["tracks"][2]["title"] == "Second"
        page.click("[data-add]")
        page.wait("return document.querySelectorAll('.track').length === 4")
        page.click(".track:nth-of-type(4) [data-act=remove]")
        page.wait("return document.querySelectorAll('.track').length === 3")
        page.check()
    finally:
        stand_in.stop()


def case_dj_talks(_, server, open_page):
    """Answers stream and are stopped; failures and broken plans offer another try; settings and recordings are sent."""
    page, stand_in = begin(server, open_page, None)
    try:
        page.run("for (const fold of document.querySelectorAll('.side details')) fold.open = true")
        page.wait("return document.querySelectorAll('[data-setting=provider] option').length === 3")
        page.type(".tell textarea", "slowly")
        page.press("enter")
        page.wait("return document.querySelector('.said.assistant')?.textContent === 'Here is '", what="words stream")
        page.click("[data-send]")
        page.wait("return document.querySelector('.said.assistant')?.innerText.includes('Stopped')")
        stand_in.hold.set()
        page.type(".tell textarea", "fail")
        page.press("enter")
        page.find(".said .notice.bad .btn")
        assert "OpenRouter is not answering" in page.text(".talk")
        page.type(".tell textarea", "cut")
        page.press("enter")
        page.wait("return document.querySelector('.talk').innerText.includes('broke off before its plan')")
        count = len(stand_in.chats)
        page.click(".said .notice .btn")
        page.wait("return document.querySelectorAll('.said.user').length === 3 && "
                  "!document.querySelector('.said:last-child.user')")
        assert len(stand_in.chats) == count + 1 and stand_in.chats[-1]["messages"][-1]["content"] == "cut"
        page.run("""const set = (name, value) => { const field = document.querySelector(`[data-setting=${name}]`);
            if (field.type === 'checkbox') field.checked = value; else field.value = value;
            field.dispatchEvent(new Event('change', { bubbles: true })); };
            set('tracks', 2); set('duration', 20); set('instrumental', true); set('provider', 'openrouter');""")
        page.find("[data-setting=model]")
        page.wait("return document.querySelectorAll('#dj-models option').length === 2", what="models are listed")
        page.run("""const { djSet } = await import('/studio/js/dj/set.js');
            djSet.setReference({ id: 'up_x', name: 'tune.flac', influence: 30 })""")
        page.click("[data-band=strong]")
        page.wait("return document.querySelector('[data-setting=influence]').value === '60'")
        page.type(".tell textarea", "a pair")
        page.press("enter")
        page.wait("return document.querySelectorAll('.track').length === 2")
        sent = stand_in.chats[-1]
        assert (sent["provider"], sent["tracks"], sent["duration"], sent["instrumental"], sent["has_reference"]) == (
            "openrouter", 2, 20, True, True), sent
        page.wait("return !document.querySelector('[data-make]').disabled")
        page.wait("return import('/studio/js/dj/set.js').then(({ djSet }) => djSet.open.every(track => track.request))")
        assert (stand_in.plans[-1]["reference"], stand_in.plans[-1]["influence"]) == ("up_x", 60), stand_in.plans[-1]
        page.run("""const field = document.querySelector('[data-setting=provider]');
            field.value = 'gemini'; field.dispatchEvent(new Event('change', { bubbles: true }))""")
        page.wait("return document.querySelector('.side').innerText.includes('GEMINI_API_KEY')",
            what="it is said what to set")
        page.click(".dj .left .bar .btn")
        page.click("dialog .primary")
        page.wait("return !document.querySelector('.track') && !document.querySelector('.said')")
        page.check()
    finally:
        stand_in.stop()


def case_dj_makes_and_mixes(_, server, open_page):
    """The set is made in order, redirected in the middle, mixed, and played from its cues."""
    page, stand_in = begin(server, open_page)
    try:
        page.wait("return import('/studio/js/dj/set.js').then(({ djSet }) => djSet.open.every(track => track.request))")
        server.ask("/v1/queue", {"is_paused": True}, method="PATCH")
        page.click("[data-make]")
        page.wait("return document.querySelectorAll('.track vz-progress').length === 3", what="three songs wait")
        jobs = server.ask("/v1/jobs")["jobs"]
        assert len({job["batch"] for job in jobs}) == 1 and jobs[0]["batch"], "They are one batch"
        # Some are let through; the others wait when the message comes.
        server.ask("/v1/queue", {"is_paused": False}, method="PATCH")
        page.wait("return document.querySelectorAll('.track .tag.ok').length >= 1", what="the first is made")
        server.ask("/v1/queue", {"is_paused": True}, method="PATCH")
        page.type(".tell textarea", "brighter now")
        page.press("enter")
        page.wait("return [...document.querySelectorAll('.track h3')].at(-1).textContent.startsWith('Redirected')"
                  " && !document.querySelector('[data-stop]')", what="the rest is planned anew")
        kept = [title for title in titles(page) if title.startswith("Song")]
        assert kept and titles(page) == ["Song 1", "Song 2", "Song 3"][:len(kept)] + [
            f"Redirected {n}" for n in (1, 2, 3)], titles(page)
        assert "Song 1" in stand_in.chats[-1]["made"], stand_in.chats[-1]
        assert not server.ask("/v1/jobs?state=queued")["jobs"], "What waited is called off"
        server.ask("/v1/queue", {"is_paused": False}, method="PATCH")
        total = len(titles(page))
        page.click("[data-make]")
        page.wait("return document.querySelectorAll('.track .tag.ok').length === arguments[0]", total,
            what="the whole set is made")
        page.run("""const select = document.querySelector('.join select');
            select.value = 'beat_match'; select.dispatchEvent(new Event('change'))""")
        page.click("[data-mix]")
        page.wait("return document.querySelectorAll('.cues [data-cue]').length === arguments[0]", total,
            what="the mix has its cues")
        sent = stand_in.mixes[-1]
        assert len(sent["songs"]) == total and len(sent["transitions"]) == total - 1
        assert sent["transitions"][0] == {"style": "beat_match", "beats": 16}, sent
        assert sent["transitions"][1] == {"style": "crossfade", "seconds": 3}, sent
        page.click(".cues li:nth-child(2) button")
        page.wait("return document.querySelector('.cues li:nth-child(2) [aria-current=true]') !== null",
            what="a press plays from the cue")
        assert "+2.0 %" in page.text(".cues")
        page.open("/dj")
        page.wait("return document.querySelectorAll('.cues [data-cue]').length === arguments[0]", total,
            what="a reload loses nothing")
        page.click(".track:nth-of-type(1) [data-play]")
        page.wait("return document.querySelector('.track [data-play]').getAttribute('aria-pressed') === 'true'")
        page.check()
    finally:
        stand_in.stop()


def case_dj_in_three_languages(_, server, open_page):
    """The page has all of its words in each language, and no view of it scrolls sideways."""
    page, stand_in = begin(server, open_page)
    try:
        page.run("for (const fold of document.querySelectorAll('.side details')) fold.open = true")
        page.click(".track [data-act=edit]")
        for language in ("zh", "ja", "en"):
            page.run("const select = document.querySelector('.corner select'); select.value = arguments[0];"
                     "select.dispatchEvent(new Event('change'))", language)
            page.wait("return document.documentElement.lang === arguments[0] && document.querySelector('.track')",
                language)
            missing = page.run("return import('/studio/js/core/i18n.js').then(words => [...words.missing])")
            assert not missing, missing
        bare = page.run("""return [...document.querySelectorAll(':is(button, input, select, textarea, [role=slider])')]
            .filter(item => item.checkVisibility() && !(item.getAttribute('aria-label') || item.labels?.length
              || item.innerText?.trim())).map(item => item.outerHTML.slice(0, 120))""")
        assert not bare, f"Controls without a name: {bare}"
        for width in (320, 390, 768, 1024, 1440, 1920):
            page.resize(width, 844 if width < 700 else 900)
            wide = page.run("return document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"/dj is {wide} points wider than {width}"
            inner = page.run("return [...document.querySelectorAll('.scroll, .col')].filter(box => box.clientWidth && "
                "box.scrollWidth > box.clientWidth + 1).map(box => box.className)")
            assert not inner, f"/dj scrolls sideways at {width}: {inner}"
        page.check()
    finally:
        stand_in.stop()


def case_dj_without_a_provider(_, server, open_page):
    """Offline, the server's own planner plans a set; it is made, ordered and mixed, and the mix has a cue sheet."""
    page = open_page(server, "/dj")
    page.type(".tell textarea", "three chill tracks, 12 seconds each")
    page.press("enter")
    page.wait("return document.querySelectorAll('.track').length === 3", what="three tracks are planned")
    page.run("for (const fold of document.querySelectorAll('.side details')) fold.open = true")
    page.wait("return import('/studio/js/dj/set.js').then(({ djSet }) => djSet.open.every(track => track.request))",
        what="each track is a request")
    tracks = page.run("return import('/studio/js/dj/set.js').then(({ djSet }) => djSet.state.tracks)")
    assert [track["duration"] for track in tracks] == [12, 12, 12], tracks
    assert not any(track["problems"] for track in tracks), tracks
    page.run("""const { djSet } = await import('/studio/js/dj/set.js');
        djSet.edit(djSet.state.tracks[0].uid, { bpm: 120, key: 'C major' });
        djSet.edit(djSet.state.tracks[1].uid, { bpm: 80, key: 'F# major' });
        djSet.edit(djSet.state.tracks[2].uid, { bpm: 118, key: 'G major' });
        await djSet.check({ order: 'harmonic' })""")
    order = page.run("const { djSet } = await import('/studio/js/dj/set.js');"
                     "return djSet.state.tracks.map(track => track.bpm)")
    assert abs(order.index(120) - order.index(118)) == 1, f"Near keys and tempos follow each other: {order}"
    page.click("[data-make]")
    page.wait("return document.querySelectorAll('.track .tag.ok').length === 3", seconds=300, what="the set is made")
    page.click("[data-mix]")
    page.wait("return document.querySelectorAll('.cues [data-cue]').length === 3", what="the mix has its cues")
    starts = page.run("return [...document.querySelectorAll('.cues [data-cue]')].map(cue => Number(cue.dataset.cue))")
    assert starts[0] == 0 and 6 < starts[1] < starts[2], starts
    sheet = page.run("""const handle = document.querySelector('.cues').dataset.song;
        return (await fetch(`/v1/songs/${handle}/cue`)).text()""")
    assert sheet.count("TRACK") == 3 and "INDEX 01 00:00:00" in sheet, sheet
    page.check()
