# make song     build, then make a song with the built-in model
# make test     build, then run every test, those of the Studio in a real browser too
# make studio   build, then run those of the Studio alone
# make fuzz     read 10,000 damaged files with each reader of foreign bytes
# make asan     build with AddressSanitizer, then test the array floors (likewise make tsan: ThreadSanitizer)
# make bench    measure the stages beside PyTorch (needs the Python environment of tools/reference)
# make fixtures make the golden tensors and tiny checkpoints of the tests anew (likewise)
# make goldens  write down anew what the command line shows of itself
# make format   format the Swift sources
# make dist     a tar archive with the program, the libraries that it needs, and the built-in model

SWIFT_BUILD = swift build -c release
BIN = $(shell $(SWIFT_BUILD) --show-bin-path)
PROMPT = upbeat synthwave with a driving bass line and bright arpeggios
LYRICS = [Verse]\nNeon rivers run below the town\n[Chorus]\nWe keep on driving till the lights go down

.PHONY: song test studio fuzz goldens asan tsan bench fixtures format lint dist build setup clean

song: build
	@mkdir -p out
	@printf '$(LYRICS)\n' > out/lyrics.txt
	"$(BIN)/vivace" generate "$(PROMPT)" --lyrics-file out/lyrics.txt --model builtin --duration 20 --bpm 112 \
		--key "A minor" --seed 7 --output out/song.flac --verbose

test: setup
	scripts/check-floors
	$(SWIFT_BUILD) --build-tests
	swift test -c release --skip-build
	VIVACE_STUDIO_SECONDS=1800 scripts/test-studio

studio: build
	scripts/test-studio

fuzz: setup
	$(SWIFT_BUILD) --build-tests
	VIVACE_FUZZ_ROUNDS=10000 swift test -c release --skip-build --filter FuzzTests

# Tests of the C++ floor and of what stands on it. Not those that watch the memory of the whole process, of which the
# sanitizers take their own part.
SANITIZED_TESTS = VivacePackageTests.xctest --testing-library swift-testing --no-parallel \
	--skip MemoryTests --skip loadingCostsNoMemory --skip theCacheIsWrittenInPlace --skip aStepOfAModelTakesNoMemory
# The runtime libraries of the sanitizers come with the Swift toolchain.
SANITIZED_BUILD = VIVACE_TESTS=MLXTests,MLXNNTests,ModelSupportTests,OobleckTests,Qwen3Tests \
	$(SWIFT_BUILD) --build-tests -Xcc -fno-omit-frame-pointer

asan: setup
	$(SANITIZED_BUILD) --sanitize=address --scratch-path .build/asan
	VIVACE_SANITIZER=address .build/asan/release/$(SANITIZED_TESTS)

tsan: setup
	$(SANITIZED_BUILD) --sanitize=thread --scratch-path .build/tsan
	VIVACE_SANITIZER=thread TSAN_OPTIONS=halt_on_error=1 .build/tsan/release/$(SANITIZED_TESTS)

build: setup
	$(SWIFT_BUILD) --product vivace

setup:
	@scripts/bootstrap

bench: build venv
	.venv/bin/python tools/reference/compare_bench.py --vivace "$(BIN)/vivace"

goldens:
	VIVACE_WRITE_GOLDENS=1 swift test -c release --filter "VivaceCommandsTests.(HelpTests|RequestPageTests)"

fixtures: venv
	.venv/bin/python tools/reference/make_fixtures.py

venv: .venv/.complete
.venv/.complete: tools/reference/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install -q -r tools/reference/requirements.txt
	@touch $@

format:
	swift format --in-place --recursive --configuration .swift-format Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests

dist: setup
	scripts/make-dist

clean:
	rm -rf .build out dist
