"""What the server does beside songs: the order of jobs that wait, and models that are fetched."""

import pathlib
import tempfile

from hub import Hub
from studio import Server


def waiting(server, count=4):
    """Jobs of which one runs for a while, and the others wait. Gives their ids."""
    long = {"caption": "long one", "duration": 240, "instrumental": True, "inference_steps": 60}
    short = {"duration": 6, "instrumental": True}
    bodies = [{"request": long, "title": "Long"}] + [
        {"request": {**short, "caption": f"song {n}"}, "title": f"Song {n}"} for n in range(1, count)]
    return [server.ask("/v1/jobs", body)["id"] for body in bodies]


def case_order_of_the_queue(_, server, open_page):
    """Jobs that wait are moved by buttons, by keys and by dragging, and held until one goes on."""
    ids = waiting(server)
    page = open_page(server, "/create/simple")
    page.run("document.activeElement.blur()")
    page.press("q")
    page.wait("return document.querySelectorAll('vz-queue [data-waits]').length === 3", what="three jobs wait")

    def order():
        return page.run("return [...document.querySelectorAll('vz-queue [data-waits]')].map(row => row.dataset.waits)")
    assert order() == ids[1:], order()
    page.click(f"vz-queue [data-act=up][data-job='{ids[3]}']")
    page.wait("return document.querySelectorAll('vz-queue [data-waits]')[1]?.dataset.waits === arguments[0]", ids[3],
        what="the last one is the second")
    assert server.ask("/v1/queue")["jobs"] == [ids[1], ids[3], ids[2]]
    focus = page.run("return [document.activeElement.dataset.act, document.activeElement.dataset.job]")
    assert focus == ["up", ids[3]], f"The focus stays with the job: {focus}"
    # Keys: Alt with an arrow, on what has the focus.
    page.press("alt", "down")
    page.wait("return document.querySelectorAll('vz-queue [data-waits]')[2]?.dataset.waits === arguments[0]", ids[3],
        what="it is the last one again")
    page.run("""const [first, , last] = document.querySelectorAll('vz-queue [data-waits]');
        const data = new DataTransfer(), box = first.getBoundingClientRect();
        const send = (element, name) => element.dispatchEvent(new DragEvent(name,
          { bubbles: true, cancelable: true, dataTransfer: data, clientY: box.top + 2 }));
        send(last, 'dragstart'); send(first, 'dragover'); send(first, 'drop'); send(last, 'dragend');""")
    page.wait("return document.querySelectorAll('vz-queue [data-waits]')[0]?.dataset.waits === arguments[0]", ids[3],
        what="dropped above the first, it is the first")
    assert server.ask("/v1/queue")["jobs"] == [ids[3], ids[1], ids[2]]
    page.click("vz-queue [data-act=pause]")
    page.wait("return document.querySelector('vz-queue [data-act=pause]').getAttribute('aria-pressed') === 'true'")
    assert server.ask("/v1/queue")["is_paused"] is True
    server.ask(f"/v1/jobs/{ids[0]}/cancel", {})
    page.wait("return document.querySelectorAll('vz-queue vz-progress').length === 0", what="the long one has ended")
    assert len(server.ask("/v1/queue")["jobs"]) == 3, "Nothing begins in a pause"
    page.open("/create/simple")
    page.run("document.activeElement.blur()")
    page.press("q")
    page.find("vz-queue .notice")
    page.click("vz-queue [data-act=pause]")
    page.wait("return fetch('/v1/songs').then(r => r.json()).then(list => list.total === 3)", what="all three are made")
    made = [song["job"] for song in server.ask("/v1/songs?order=oldest")["songs"]]
    assert made == [ids[3], ids[1], ids[2]], made
    page.check()


def with_hub(program, hub, *arguments):
    """A server whose models come from a hub on this machine, with a cache of its own."""
    data = tempfile.mkdtemp(prefix="vivace-studio-")
    cache = str(pathlib.Path(data, "models"))
    return Server(program, data=data, arguments=arguments, environment={
        "HF_HOME": cache, "HF_ENDPOINT": hub.address, "MODELSCOPE_ENDPOINT": "http://127.0.0.1:9",
        "XDG_CONFIG_HOME": cache, "HF_HUB_CACHE": str(pathlib.Path(cache, "hub"))})


def case_models_are_fetched(program, _, open_page):
    """A model is downloaded from the page, with size, licence and memory before; stopped, gone on with, and used."""
    hub = Hub()
    own = with_hub(program, hub)
    try:
        page = open_page(own, "/models")
        page.find("[data-model=turbo]")
        words = page.text("[data-model=turbo]")
        for word in ("GB", "MIT", "memory", "first choice"):
            assert word in words, f"{word} isn't said: {words}"
        assert page.run("return document.querySelectorAll('[data-model]').length") >= 5
        hub.hold(1_000_000)
        page.click("[data-model=turbo] .btn")
        page.wait("const bar = document.querySelector('[data-model=turbo] .pullbar');"
                  "return bar && Number(bar.getAttribute('aria-valuenow')) > 4", what="the bar moves")
        assert "of 3.1 MB" in page.text("[data-model=turbo]"), page.text("[data-model=turbo]")
        # It goes on beyond a reload, and on the first screen.
        page.open("/")
        page.find(".first .pullbar")
        page.open("/models")
        page.find("[data-model=turbo] .pullbar")
        page.click("[data-model=turbo] .btn")
        page.wait("return /Stopped at .+ of 3.1 MB/.test(document.querySelector('[data-model=turbo]').innerText)",
            what="it is stopped")
        hub.release()
        page.click("[data-model=turbo] .btn")
        page.wait("return !document.querySelector('[data-model=turbo]')"
                  "&& document.querySelector('.view').innerText.includes('acestep-v15-turbo')"
                  "|| [...document.querySelectorAll('.model h3')].some(title => title.textContent === 'turbo')",
            what="it is among those that are here")
        begins = [begin for name, begin in hub.begins if name.endswith("turbo/model.safetensors")]
        assert begins[0] == 0 and begins[-1] >= 100_000, f"It goes on where it was: {begins}"
        page.check()
    finally:
        hub.stop()
        own.stop(with_data=True)


def case_models_that_can_not_be_fetched(program, _, open_page):
    """Why a download is refused is said; who may not load models is shown the command."""
    hub = Hub(files={"README.md": b"nothing"})
    own = with_hub(program, hub)
    try:
        page = open_page(own, "/models")
        page.click("[data-model=turbo] .btn")
        page.find("[data-model=turbo] .why")
        assert "acestep-v15-turbo" in page.text("[data-model=turbo] .why"), page.text("[data-model=turbo]")
        page.check(ignoring=("status of 4", "status of 5"))
    finally:
        hub.stop()
        own.stop(with_data=True)
