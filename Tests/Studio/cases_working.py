"""Songs that are there: library, details, stems, workbench; and how all views look."""

import os

from studio import STUDIO, VIEWS


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
        for view in [*VIEWS[:6], f"/song/{song['id']}"]:
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
    """A first load is light, no file has markup of its own, and every control has a name."""
    files = [file for file in STUDIO.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 512 << 10
    for file in files:
        text = file.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{file.name} has {word}"
        assert "https://" not in text.replace("http://www.w3.org", ""), f"{file.name} names another host"
    page = open_page(server, "/create/simple")
    loaded = page.run("""return performance.getEntriesByType('resource').filter(item => item.name.includes('/studio/'))
        .reduce((sum, item) => sum + item.decodedBodySize, 0)""")
    assert 100 << 10 < loaded < 400 << 10, f"A first load is {loaded >> 10} KiB"
    page.visit("/create/custom")
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
