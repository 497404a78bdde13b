"""Pictures of the views for docs/studio.md: songs of the built-in model, and a set of the DJ's own planner."""

import base64
import os

#: The page in points, how much smaller it is in the files, and their quality.
SIZE, SCALE, QUALITY = (1440, 900), 0.8, 60
LYRICS = ("[Verse]\nThe ferry draws a silver seam\nAcross the sleeping bay\nThe harbour keeps a window lit\n"
          "And sends the dark away\n\n[Chorus]\nCarry me over, carry me slow\nOut where the night lights glow")


def shoot(page, folder, name, look):
    """Takes a picture in a look."""
    page.run("localStorage.setItem('vivace.look', JSON.stringify(arguments[0]));"
             "(await import('/studio/js/core/prefs.js')).applyLook()", look)
    page.wait("return [...document.querySelectorAll('vz-wave')].every(wave => wave.picture)", what="waves are drawn")
    page.wait("return document.fonts.ready.then(() => new Promise(resolve => requestAnimationFrame(() =>"
              "requestAnimationFrame(() => resolve(true)))))")
    data = page.devtools("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": {
        "x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1], "scale": SCALE}})["data"]
    with open(os.path.join(folder, name + ".webp"), "wb") as file:
        file.write(base64.b64decode(data))


def take(server, open_page, folder):
    """Takes all pictures."""
    songs = [server.make(caption="warm pads, slow ferry at night", duration=24, bpm=96, keyscale="A minor",
                         instrumental=False, lyrics=LYRICS)]
    for caption, bpm, key in (("sunny arpeggios", 120, "G major"), ("glass harp in rain", 84, "D minor"),
                              ("clockwork parade", 132, "E major"), ("tuba at noon", 108, "F major")):
        songs.append(server.make(caption=caption, duration=12, bpm=bpm, keyscale=key))
    server.make(caption="brass ferry", duration=24, task_type="cover", src_audio=songs[0]["id"], bpm=96)
    page = open_page(server, "/create/simple")
    page.resize(*SIZE)
    page.type("#ask", "Calm night drive in A minor")
    page.wait("return document.querySelectorAll('vz-song-card .cover').length >= 6")
    shoot(page, folder, "create", "light")
    page.visit(f"/song/{songs[0]['id']}")
    page.wait("return document.querySelector('vz-waveform')?.duration > 20")
    page.click(".mode [data-value=both]")
    page.drag(".picture", 0.52, 0.72)
    page.run("(await import('/studio/js/audio/player.js')).player.seek(11)")
    page.wait("return document.querySelector('.spectrum').width > 400")
    page.wait("return document.querySelector('vz-words li[aria-current]')")
    shoot(page, folder, "workbench", "dark")
    page.visit("/models")
    page.find("[data-model=turbo]")
    shoot(page, folder, "models", "light")
    page.visit("/dj")
    page.type(".tell textarea", "Four songs that build up, 15 seconds each")
    page.press("enter")
    page.wait("return document.querySelectorAll('.track').length === 4", what="the set is planned")
    page.wait("return import('/studio/js/dj/set.js').then(({ djSet }) => djSet.open.every(track => track.request))")
    page.click("[data-make]")
    page.wait("return document.querySelectorAll('.track .tag.ok').length === 4", what="the set is made")
    page.click("[data-mix]")
    page.wait("return document.querySelectorAll('.cues [data-cue]').length === 4", what="the mix is made")
    shoot(page, folder, "dj", "dark")
    for name in ("create", "workbench", "models", "dj"):
        size = os.path.getsize(os.path.join(folder, name + ".webp"))
        assert 5_000 < size < 70_000, f"{name}.webp has {size} bytes"
    page.check()
