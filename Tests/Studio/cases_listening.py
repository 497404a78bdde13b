"""How songs are looked at and compared: spectrum, equal loudness, words, versions; and song after song."""


def case_loudness(_, server, open_page):
    """Integrated loudness by ITU-R BS.1770-4 against values worked out by hand, also through the worker."""
    page = open_page(server, "/create/simple")
    found = page.run("""const { integrated, RATE } = await import('/studio/js/audio/loudness.js');
        const { loudnessOfChannels } = await import('/studio/js/audio/analysis.js');
        const sine = (level, seconds, hertz = 997) => Float32Array.from({ length: RATE * seconds },
          (_, at) => 10 ** (level / 20) * Math.sin(2 * Math.PI * hertz * at / RATE));
        const joined = (...parts) => { const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
          let at = 0; for (const part of parts) { all.set(part, at); at += part.length; } return all; };
        const full = sine(0, 4), quiet = sine(-20, 4), silence = new Float32Array(RATE * 4);
        const gated = joined(sine(-36, 10), sine(-23, 60), sine(-36, 10));
        return { stereo: integrated([full, full]), mono: integrated([full]), low: integrated([quiet, quiet]),
          silence: String(integrated([silence, silence])), short: String(integrated([sine(0, 0.3)])),
          paused: integrated([joined(full, silence, silence), joined(full, silence, silence)]),
          gated: integrated([gated, gated]), deep: integrated([sine(0, 4, 25), sine(0, 4, 25)]),
          worker: await loudnessOfChannels([full.slice(), full.slice()]) }""")
    # 997 Hz is where the weighting, with its -0.691, is 0 dB: a sine of full scale has -3.01 LUFS in each channel.
    for name, value, within in (("stereo", 0, 0.1), ("mono", -3.01, 0.1), ("low", -20, 0.1), ("worker", 0, 0.1)):
        assert abs(found[name] - value) <= within, f"{name}: {found[name]} LUFS, and {value} is right"
    assert found["silence"] == found["short"] == "-Infinity", found
    # The absolute gate takes silence away, up to the blocks that reach into it.
    assert abs(found["paused"]) < 0.4, found
    # EBU Tech 3341, case 3: what is more than 10 LU below the rest doesn't count.
    assert abs(found["gated"] + 23) <= 0.1, found
    assert found["deep"] < -8, "Low tones count less"
    page.check()


def case_spectrum(_, server, open_page):
    """A tone stands where the axis has its frequency; the picture can be switched, and follows the zoom."""
    song = server.make(duration=6, bpm=120)
    page = open_page(server, f"/song/{song['id']}")
    rows = page.run("""const { spectrum, placeOf, ROWS } = await import('/studio/js/audio/spectrum.js');
        const rate = 32000, at = hertz => {
          const samples = Float32Array.from({ length: rate }, (_, n) => Math.sin(2 * Math.PI * hertz * n / rate));
          const levels = spectrum(samples, rate, { from: 0.25, to: 0.75, columns: 3 });
          const column = levels.subarray(ROWS, 2 * ROWS);
          return [column.indexOf(Math.max(...column)), Math.floor(placeOf(hertz) * ROWS), Math.max(...column)] };
        const silence = spectrum(new Float32Array(rate), rate, { from: 0, to: 1, columns: 2 });
        return { tones: [110, 440, 1000, 5000].map(at), silence: Math.max(...silence), size: silence.length / ROWS }""")
    for found, right, level in rows["tones"]:
        assert abs(found - right) <= 1, rows
        assert level >= 250, f"A sine of full scale is nearly white: {rows}"
    assert rows["silence"] == 0 and rows["size"] == 2
    page.wait("return document.querySelector('vz-waveform')?.duration > 5.9")
    page.click(".mode [data-value=spectrum]")
    page.wait("return document.querySelector('.spectrum').width > 400", what="the spectrum is drawn")
    drawn = page.run("""const canvas = document.querySelector('.spectrum');
        const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(image.data.buffer)).size""")
    assert drawn > 20, f"The spectrum has {drawn} colours"
    assert page.run("return getComputedStyle(document.querySelector('.picture > canvas')).display") == "none"
    marks = page.run("return [...document.querySelectorAll('.axis b')].map(mark => mark.textContent)")
    assert marks[:3] == ["C2", "C3", "C4"], marks
    assert "Hz" in page.run("return document.querySelector('.picture').getAttribute('aria-label')")
    page.click(".mode [data-value=both]")
    page.click(".btools .tool[aria-label=Closer]")
    page.drag(".picture", 0.2, 0.5)
    page.wait("return document.querySelector('vz-waveform').parts.length === 1", what="parts are chosen over both")
    page.open(f"/song/{song['id']}")
    page.wait("return document.querySelector('.picture')?.dataset.mode === 'both'", what="the choice is kept")
    page.click(".mode [data-value=wave]")
    page.check()


def case_equal_loudness(_, server, open_page):
    """The louder one of two songs is lowered by the difference of their integrated loudness."""
    songs = [server.make(caption="soft pad", seeds=[3]),
             server.make(caption="loud drums", seeds=[4], enable_normalization=True, normalization_db=-20)]
    page = open_page(server, f"/song/{songs[0]['id']}")
    found = page.run("""const { player } = await import('/studio/js/audio/player.js');
        const { loudnessOf } = await import('/studio/js/audio/analysis.js');
        const [a, b] = await Promise.all(arguments[0].map(async id => (await fetch('/v1/songs/' + id)).json()));
        player.show(a, [a, b]);
        await player.compare(b);
        const { lowered, matching } = player;
        return { lowered, matching, a: await loudnessOf(a), b: await loudnessOf(b) }""",
        [song["id"] for song in songs])
    assert found["matching"] == "done" and abs(found["a"] - found["b"]) > 1, found
    levels = {side: found[side] - found["lowered"][side] for side in ("a", "b")}
    assert abs(levels["a"] - levels["b"]) < 0.01 and min(found["lowered"].values()) == 0, found
    page.wait("return /[AB] −\\d/.test(document.querySelector('.ab small')?.textContent ?? '')", what="it is said")
    page.check()


def case_words_go_along(_, server, open_page):
    """Lines have times, estimated from the sections or read from timestamps; the one that is sung is marked."""
    lyrics = "[Intro]\n\n[Verse]\nThe ferry draws a silver seam\nAcross the sleeping bay\n\n[Chorus]\nCarry me over"
    song = server.make(duration=8, instrumental=False, lyrics=lyrics)
    page = open_page(server, f"/song/{song['id']}")
    found = page.run("""const { estimatedLines, linesOfLRC, lineAt } = await import('/studio/js/core/lines.js');
        const lines = estimatedLines(arguments[0], 80).filter(line => line.text);
        const text = ['[ti:x]', '[offset:-500]', '[00:01.00]One', '[00:09.50][00:03.5]<00:03.6>Two', '[01:00:25]'];
        const lrc = linesOfLRC(text.join('\\n'), 70);
        return { lines, lrc, at: [0, 2, 4.2, 69].map(time => lineAt(lrc, time)),
          none: estimatedLines('la', 0)[0].from, empty: estimatedLines('', 10) }""", lyrics)
    lines = found["lines"]
    assert [line["text"] for line in lines] == lyrics.replace("\n\n", "\n").split("\n")
    assert lines[0]["from"] == 0 and abs(lines[-1]["to"] - 80) < 1e-9
    assert all(a["to"] == b["from"] for a, b in zip(lines, lines[1:])), lines
    assert lines[0]["to"] > 20, "A section without words has its time"
    assert lines[2]["to"] - lines[2]["from"] > lines[3]["to"] - lines[3]["from"], "More syllables take longer"
    assert [(line["text"], line["from"], line["to"]) for line in found["lrc"]] == [
        ("One", 1.5, 4), ("Two", 4, 10), ("Two", 10, 60.75)], found["lrc"]
    assert found["at"] == [-1, 0, 1, 2] and found["none"] is None, found
    page.wait("return document.querySelector('vz-words .tag')?.textContent === 'Times estimated'")
    page.click("vz-words li:last-child button")
    page.wait("return document.querySelector('vz-words li[aria-current]')?.textContent === 'Carry me over'",
        what="the line that is sung is marked")
    page.run("""const words = document.querySelector('vz-words');
        const song = await (await fetch('/v1/songs/' + arguments[0])).json();
        words.song = { ...song, lrc: '[00:00.00]Exact' }""", song["id"])
    page.wait("return document.querySelector('vz-words').innerText.trim() === 'Exact'", what="timestamps win")
    page.check()


def case_versions_of_another_browser(_, server, open_page):
    """Songs that other clients have made stand in the tree by what their recipes name."""
    first = server.make(caption="small bells", seeds=[11])
    server.make(caption="small bells", seeds=[12])
    server.make(caption="small bells", seeds=[11], bpm=90)
    cover = server.make(caption="brass band", seeds=[5], task_type="cover", src_audio=first["id"])
    near = server.make(caption="like it", seeds=[6], reference_audio=cover["id"])
    server.make(caption="something else", seeds=[11])
    page = open_page(server, f"/song/{near['id']}")

    def tree():
        return page.run("""const list = element => [...element.querySelectorAll(':scope > .row > button:first-child')]
            .map(row => row.querySelector('small').textContent.split(' · ')[0]);
            const walk = (box, depth) => [...list(box).map(words => [depth, words]),
              ...[...box.querySelectorAll(':scope > ol > li')].flatMap(item => walk(item, depth + 1))];
            return walk(document.querySelector('.side .tree'), 0)""")
    right = [[0, "first song"], [1, "another take"], [1, "other tempo"], [1, "New style"], [2, "sounds like it"]]
    page.wait("return document.querySelectorAll('.side .tree .row').length === 5", what="five songs are in the tree")
    assert tree() == right, tree()
    # Also where the page knows none of them.
    page.run("""const { store } = await import('/studio/js/core/store.js');
        const song = store.known.get(arguments[0]);
        store.known.clear();
        store.known.set(song.id, song);
        const { versions } = await import('/studio/js/parts/versions.js');
        const other = (await (await fetch('/v1/songs/' + arguments[0])).json());
        document.querySelector('.side .tree').replaceWith(versions(other, { compare: () => {} }))""", cover["id"])
    page.wait("return document.querySelectorAll('.side .tree .row').length >= 2", what="the song above is found")
    assert tree()[:2] == [[0, "first song"], [1, "New style"]], tree()
    page.check()


def case_song_after_song(_, server, open_page):
    """AutoGen goes on until it is stopped: each song has another seed, and one waits at most."""
    page = open_page(server, "/create/simple")
    page.run("""const { drafts } = await import('/studio/js/core/draft.js');
        drafts.setSimple({ text: 'soft chimes', length: '10' })""")
    server.make()
    page.open("/create/simple")
    page.run("""const { store } = await import('/studio/js/core/store.js');
        window.most = 0;
        store.addEventListener('jobs', () => { window.most = Math.max(window.most,
          [...store.jobs.values()].filter(job => job.status === 'queued').length); });""")
    page.click("[data-auto=simple]")
    songs = page.wait("return fetch('/v1/songs').then(r => r.json()).then(list => list.total >= 4 && list.songs)",
        what="three songs are made")
    page.click("[data-auto=simple][aria-pressed=true]")
    page.wait("return fetch('/v1/jobs?state=queued,running').then(r => r.json()).then(list => !list.jobs.length)",
        what="nothing goes on")
    jobs = server.ask("/v1/jobs?limit=100")["jobs"]
    assert len({song["seed"] for song in songs}) == len(songs), "Each song has a seed of its own"
    assert page.run("return window.most") <= 1, "One waits at most"
    assert page.run("return import('/studio/js/core/autogen.js').then(({ autogen }) => autogen.form)") is None
    assert len(server.ask("/v1/jobs?limit=100")["jobs"]) == len(jobs), "Stopped, it asks for nothing more"
    page.check()
