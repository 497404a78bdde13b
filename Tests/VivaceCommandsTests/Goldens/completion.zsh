#compdef vivace

__vivace_complete() {
    local -ar non_empty_completions=("${@:#(|:*)}")
    local -ar empty_completions=("${(M)@:#(|:*)}")
    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''
}

__vivace_custom_complete() {
    local -a completions
    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
    if [[ "${#completions[@]}" -gt 1 ]]; then
        __vivace_complete "${completions[@]:0:-1}"
    fi
}

__vivace_cursor_index_in_current_word() {
    if [[ -z "${QIPREFIX}${IPREFIX}${PREFIX}" ]]; then
        printf 0
    else
        printf %s "${#${(z)LBUFFER}[-1]}"
    fi
}

_vivace() {
    emulate -RL zsh -G
    setopt extendedglob nullglob numericglobsort
    unsetopt aliases banghist

    local -xr SAP_SHELL=zsh
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(builtin emulate zsh -c 'printf %s "${ZSH_VERSION}"')"
    local -r SAP_SHELL_VERSION

    local context state state_descr line
    local -A opt_args

    local -r command_name="${words[1]}"
    local -ar command_line=("${words[@]}")
    local -ir current_word_index="$((CURRENT - 1))"

    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'generate:Make music from a prompt and lyrics.'
            'create:Make caption, lyrics, tempo and key out of a few words.'
            'format:Rewrite a caption, and lay out lyrics.'
            'understand:Describe a song: caption, tempo, key, metre, language, lyrics.'
            'extract:Take the tracks of a song apart, one file for each.'
            'bgm:Make background music to a voice, or take it out of a song.'
            'codes:Print the audio codes of a song.'
            'lrc:Find out when each line of a song is sung.'
            'info:Show what is in an audio file and what made it.'
            'spectrogram:Draw the spectrogram of an audio file as a PNG picture.'
            'waveform:Draw the waveform of an audio file as a PNG or SVG picture.'
            'adapter:Look into adapters (LoRA, DoRA, LoKr, LoHa), merge, convert and extract them.'
            'repl:Make songs in a conversation: type what you want to hear.'
            't2m:Make a song of a prompt, by the options of abstractmusic.'
            'dj:Plan a set of songs in a conversation, make it, and mix it.'
            'mix:Join songs to one, with crossfades, pauses, or beats that meet.'
            'models:List, download, check, quantize and remove models.'
            'doctor:Show what this machine suits, and what is installed.'
            'bench:Measure the stages of a generation on this machine.'
            'serve:Serve ACE-Step'\''s REST API, chat completions and a job API.'
            'keys:Make and list the keys of a server.'
            'library:List the songs of a server, or make their index anew.'
            'help:Show subcommand help information.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        generate|create|format|understand|extract|bgm|codes|lrc|info|spectrogram|waveform|adapter|repl|t2m|dj|mix|models|doctor|bench|serve|keys|library|help)
            "_vivace_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_vivace_generate() {
    local -i ret=1
    local -ar ___solver=('ode' 'sde' 'heun' 'dpmpp_2m')
    local -ar ___dcw_mode=('low' 'high' 'double' 'pix')
    local -ar ___dcw_wavelet=('haar' 'db2' 'db4' 'sym4' 'sym8' 'coif2')
    local -ar ___cover_rule=('switch' 'blend')
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar ___normalize=('peak' 'none')
    local -ar ___bit_depth=('16' '24' '32f')
    local -ar arg_specs=(
        ':prompt:'
        '*'{--caption,--prompt}'[Style, instruments, mood, as the argument says them; give it once for each song to make several.]:text:'
        '--duration[Length in seconds, 0.2 to 600; 0 or less leaves it to the model (default).]:seconds:'
        '(--genres --tags)'{--genres,--tags}'[Genres, with commas between; they are put behind the caption.]:names:'
        '*--lyrics[Words to sing, with section tags such as \[Verse\]; give it once for each song to have words for each.]:text:'
        '*--lyrics-file[A UTF-8 text file with the lyrics; - reads standard input.]:file:_files'
        '--instrumental[No vocals.]'
        '--no-instrumental[No vocals.]'
        '*'{--language,--vocal-language}'[Language code of the lyrics, or give it once for each song (default\: en).]:code:'
        '(--bpm --tempo)'{--bpm,--tempo}'[Beats per minute, 30 to 300.]:count:'
        '(--key --keyscale)'{--key,--keyscale}'[Key and scale, such as "F# minor".]:key:'
        '(--time-signature --timesignature)'{--time-signature,--timesignature}'[Metre\: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.]:metre:'
        '--max-text-length[Most tokens of the caption with its metadata; what is beyond is cut off (default\: 256).]:tokens:'
        '--max-lyric-length[Most tokens of the lyrics; what is beyond is cut off (default\: 2048).]:tokens:'
        '--use-sft-prompt[Put the caption into the template with which models were trained (default), or give it to them as it is, without the task'\''s sentence and the metadata.]'
        '--no-use-sft-prompt[Put the caption into the template with which models were trained (default), or give it to them as it is, without the task'\''s sentence and the metadata.]'
        '--null-lyric-condition[Give songs without words no lyrics to attend to, rather than a text that says so.]'
        '--no-null-lyric-condition[Give songs without words no lyrics to attend to, rather than a text that says so.]'
        '(--steps --inference-steps)'{--steps,--inference-steps}'[Number of denoising steps (default\: the model'\''s).]:count:'
        '--guidance-scale[Strength of guidance; 1 turns it off (default\: the model'\''s).]:scale:'
        '(--seed --seeds)'{--seed,--seeds}'[Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.]:seed:'
        '--noise-latents[Noise to begin from in place of the seeds'\'', as .safetensors or .npy\: frames x channels, with several songs songs x frames x channels.]:file:_files'
        '(--batch --batch-size)'{--batch,--batch-size}'[How many songs to make, 1 to 8.]:count:'
        '*--adapter[An adapter (LoRA, DoRA, LoKr, LoHa) as a folder or .safetensors file, with its strength behind a colon (default\: 1), and factors for parts of the network, as in voice\:0.8,mlp=0.5. Give it once for each adapter.]:path\[\:scale\]:'
        '--shift[Shift of the noise schedule, above 0 (default\: the model'\''s; 3 for turbo).]:number:'
        '--timesteps[The noise schedule itself, as falling values in (0, 1\] with commas between; a final 0 is implied.]:list:'
        '--latent-shift[Added to the final latents (default\: 0).]:number:'
        '--latent-rescale[Factor on the final latents (default\: 1).]:number:'
        '--retake-variance[How far a song goes from the one that its seed makes\: 0 is that song, 0.1 to 0.3 a variation, 1 another song (default\: 0).]:variance:'
        '--retake-seed[Seed of the variation, or several with commas between, one per song; songs without one, and -1, draw theirs.]:seed:'
        '(--adg --use-adg)'{--adg,--use-adg}'[Angle-based guidance (ADG) in place of APG; base and SFT models only.]'
        '(--no-adg --no-use-adg)'{--no-adg,--no-use-adg}'[Angle-based guidance (ADG) in place of APG; base and SFT models only.]'
        '--cfg-interval-start[Lowest flow time at which guidance applies, 0 to 1; steps go from 1 (noise) to 0 (default\: 0).]:time:'
        '--cfg-interval-end[Highest flow time at which guidance applies, 0 to 1 (default\: 1).]:time:'
        '(--solver --infer-method)'{--solver,--infer-method}'[ode (Euler), sde, heun or dpmpp_2m; the last two are of second order and help base models at few steps (default\: ode).]:solver:{__vivace_complete "${___solver[@]}"}'
        '--snap-timesteps[Move the flow times to those at which turbo models were trained.]'
        '--no-snap-timesteps[Move the flow times to those at which turbo models were trained.]'
        '(--dcw --dcw-enabled)'{--dcw,--dcw-enabled}'[Correct the bands of the latents after each step (DCW; default\: off).]'
        '(--no-dcw --no-dcw-enabled)'{--no-dcw,--no-dcw-enabled}'[Correct the bands of the latents after each step (DCW; default\: off).]'
        '--dcw-mode[What DCW corrects\: low, high or double, which is both bands, or pix, the latents as they are (default\: double).]:mode:{__vivace_complete "${___dcw_mode[@]}"}'
        '--dcw-scaler[Strength of DCW; in the mode double that of the low band (default\: 0.05).]:strength:'
        '--dcw-high-scaler[Strength of DCW in the high band in the mode double (default\: 0.02).]:strength:'
        '--dcw-wavelet[Wavelet of DCW\: haar, db2, db4, sym4, sym8, coif2 (default\: haar).]:wavelet:{__vivace_complete "${___dcw_wavelet[@]}"}'
        '--velocity-norm-threshold[Limit each step'\''s velocity to this many times the size of the latents; 1.5 to 3 tames outliers (default\: 0, no limit).]:threshold:'
        '--velocity-ema-factor[Share of the velocity before in each step'\''s; 0.05 to 0.2 smooths the way (default\: 0).]:factor:'
        '--retry-non-finite[Try a song whose latents become NaN or infinite once more, with another solver and the next seed, and say so (default).]'
        '--no-retry-non-finite[Try a song whose latents become NaN or infinite once more, with another solver and the next seed, and say so (default).]'
        '(--task --task-type)'{--task,--task-type}'[What is done with the source audio (default\: text2music).]:task:'
        '(--source --src-audio)'{--source,--src-audio}'[The audio file that the task works on.]:file:_files'
        '(--reference --reference-audio)'{--reference,--reference-audio}'[An audio file whose timbre the song is to have.]:file:_files'
        '--instruction[The task'\''s sentence in the prompt, in place of the usual one.]:text:'
        '*--audio-codes[Codes to follow, such as <|audio_code_123|><|audio_code_456|>, or give them once for each song; @FILE reads them from a file.]:codes:'
        '--track[Track to make (lego) or to take out (extract)\: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.]:name:'
        '--tracks[Tracks, with commas between\: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.]:names:'
        '*--region[Part to repaint, in seconds\: 10-20, or 44- up to the end; -5-0 and 60-75 extend the song before its beginning and beyond its end. Give it once for each part.]:start-end:'
        '--repainting-start[Start of the part to repaint, in seconds (default\: 0).]:seconds:'
        '--repainting-end[End of the part to repaint; -1 is the end of the source (default).]:seconds:'
        '--keep-source[Outside the repainted parts keep the source sample by sample (default), or make it again too.]'
        '--no-keep-source[Outside the repainted parts keep the source sample by sample (default), or make it again too.]'
        '(--cover-strength --audio-cover-strength)'{--cover-strength,--audio-cover-strength}'[How much of the source a cover follows, 0 to 1 (default\: 1).]:strength:'
        '--cover-rule[What a cover strength below 1 means\: switch follows the source for that part of the steps, blend mixes in every step as Diffusers does (default\: switch).]:rule:{__vivace_complete "${___cover_rule[@]}"}'
        '--cover-noise-strength[How near to the source'\''s sound a cover starts, 0 to 1 (default\: 0, from noise).]:strength:'
        '(--flow-edit --flow-edit-morph)'{--flow-edit,--flow-edit-morph}'[Carry the source from its own text to the caption and lyrics (text2music on base and SFT models).]'
        '(--no-flow-edit --no-flow-edit-morph)'{--no-flow-edit,--no-flow-edit-morph}'[Carry the source from its own text to the caption and lyrics (text2music on base and SFT models).]'
        '--flow-edit-source-caption[What the source of a flow edit is like (default\: the caption).]:text:'
        '--flow-edit-source-lyrics[What the source of a flow edit sings (default\: the lyrics).]:text:'
        '*--flow-edit-source-lyrics-file[A UTF-8 text file with the flow-edit-source-lyrics; - reads standard input.]:file:_files'
        '--flow-edit-n-min[Share of the steps that a flow edit leaves out at first (default\: 0).]:share:'
        '--flow-edit-n-max[Share of the steps after which a flow edit follows the new text alone (default\: 1).]:share:'
        '--flow-edit-n-avg[Noises of which each step of a flow edit takes the mean (default\: 1).]:count:'
        '--thinking[Plan with a language model\: what is left open, and audio codes that the song follows (default\: if one is installed and the memory suits it).]'
        '--no-thinking[Plan with a language model\: what is left open, and audio codes that the song follows (default\: if one is installed and the memory suits it).]'
        '--use-cot-metas[Let it fill in tempo, key, metre and length (default).]'
        '--no-use-cot-metas[Let it fill in tempo, key, metre and length (default).]'
        '--use-cot-caption[Let it rewrite the caption (default).]'
        '--no-use-cot-caption[Let it rewrite the caption (default).]'
        '--use-cot-lyrics[Let it lay out the lyrics anew (default\: no).]'
        '--no-use-cot-lyrics[Let it lay out the lyrics anew (default\: no).]'
        '--use-cot-language[Let it name the lyrics'\'' language (default).]'
        '--no-use-cot-language[Let it name the lyrics'\'' language (default).]'
        '--lm-batch-chunk-size[Most songs whose audio codes are written side by side (default\: 8; 0 is 8 too).]:songs:'
        '--allow-lm-batch[Write the audio codes of several songs side by side (default).]'
        '--no-allow-lm-batch[Write the audio codes of several songs side by side (default).]'
        '--lm-temperature[Temperature of the language model, 0 to 2 (default\: 0.85).]:temperature:'
        '--lm-cfg-scale[Guidance of the audio codes; 1 turns it off (default\: 2).]:scale:'
        '--lm-top-k[Draw from this many likeliest tokens; 0 is all (default\: 0).]:count:'
        '--lm-top-p[Draw from the likeliest tokens of this probability (default\: 0.9).]:probability:'
        '--lm-repetition-penalty[Above 1, tokens that came before are less likely (default\: 1).]:factor:'
        '--lm-negative-prompt[What guidance of the audio codes leads away from.]:text:'
        '--use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--no-use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--lm[The language model\: a folder, a hub id or a short name such as lm-1.7b (default\: the one that comes with the model, else the largest installed one that the memory suits).]:model:'
        '--memory-tier[Take the machine'\''s memory for that of this many gigabytes\: 8, 16, 24 or 48; see vivace doctor.]:gigabytes:'
        '--model[A folder, a hub id such as ACE-Step/Ace-Step1.5, or a short name (see\: vivace models list).]:model:'
        '--from[Repeat the song in this file; options given beside it change the recipe.]:file:'
        '--request[A JSON document with the fields of GenerationParams and GenerationConfig; - reads standard input. Options given beside it win.]:file:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--enable-normalization[Bring the peak of the result to normalization_db (default), or leave the level as it is.]'
        '--no-enable-normalization[Bring the peak of the result to normalization_db (default), or leave the level as it is.]'
        '--normalize[Level of the result\: peak (at most full scale, then -1 dBFS) or none (default\: peak).]:rule:{__vivace_complete "${___normalize[@]}"}'
        '--normalization-db[Peak of the result in dB of full scale, -60 to 0 (default\: -1).]:dB:'
        '--latents-only[Make the latents alone, without decoding them.]'
        '--no-latents-only[Make the latents alone, without decoding them.]'
        '--check-audio[Refuse songs that are no music\: steady noise, one sound, a constant, or silent in the end (default).]'
        '--no-check-audio[Refuse songs that are no music\: steady noise, one sound, a constant, or silent in the end (default).]'
        '--remove-dc-offset[Bring the mean of each channel to 0 before the level is set.]'
        '--no-remove-dc-offset[Bring the mean of each channel to 0 before the level is set.]'
        '(--fade-in --fade-in-duration)'{--fade-in,--fade-in-duration}'[Seconds in which the song comes in, after its level is set (default\: 0).]:seconds:'
        '(--fade-out --fade-out-duration)'{--fade-out,--fade-out-duration}'[Seconds in which the song goes out (default\: 0).]:seconds:'
        '--lrc[Find out when each line is sung, and write it beside the song (.lrc) and into its tags.]'
        '--no-lrc[Find out when each line is sung, and write it beside the song (.lrc) and into its tags.]'
        '--score[Score how well the song follows its lyrics, its text (with a language model) and what was asked.]'
        '--no-score[Score how well the song follows its lyrics, its text (with a language model) and what was asked.]'
        '--score-scale[Sensitivity of the language model'\''s scores, 0.01 to 1; lower is more sensitive (default\: 0.5).]:scale:'
        '(--output -o)'{--output,-o}'[File to write; its extension chooses the format\: wav, flac, mp3, opus, ogg. With several songs, the next free numbers are put before the extension. In a folder, which is made if need be, songs are named by their keys (default\: song-SEED.flac, or the next free number).]:file:'
        '--audio-format[Format where --output names no file\: wav, wav32, flac, mp3, opus, ogg (default\: flac).]:format:'
        '--bit-depth[Bits per sample\: 16, 24 or 32f (default\: 16; WAV and FLAC only).]:bits:{__vivace_complete "${___bit_depth[@]}"}'
        '--save-latents[Also save the final latents, as .safetensors or .npy (frames x channels, float32). With several songs, the next free numbers are put before the extension.]:file:'
        '--json[Print one JSON document on standard output\: files, seeds, parameters, seconds, and the reference'\''s result.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds per stage and peak memory.]'
        '--best-of[Make this many takes, score them, and keep the best\: 2 to 32.]:count:'
        '--keep[How many of the takes are kept (default\: 1).]:count:'
        '--keep-all[Keep all takes, the best first.]'
        '--stream[Also write the samples as they are decoded, as a 16-bit .wav file or pipe, before the level rule. With several songs, the next free numbers are put before the extension.]:file:'
        '--play[Play the song with the system'\''s player\: aplay, ffplay, mpv, play (SoX) or afplay.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_create() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':query:'
        '--instrumental[Without words to sing.]'
        '(--language --vocal-language)'{--language,--vocal-language}'[Language code of the lyrics (default\: the model'\''s choice).]:code:'
        '--generate[Make the song as well.]'
        '(--output -o)'{--output,-o}'[File or folder to write with --generate (default\: song-SEED.flac).]:file:'
        '--duration[Length of the song in seconds, instead of the planned one, with --generate.]:seconds:'
        '--model[A folder, a hub id or a short name, as for '\''vivace generate'\''.]:model:'
        '--lm[The language model\: a folder, a hub id or a short name such as lm-1.7b (default\: the one that comes with the model, else the largest installed one that the memory suits).]:model:'
        '--lm-temperature[Temperature of the language model, 0 to 2 (default\: 0.85).]:temperature:'
        '--lm-top-k[Draw from this many likeliest tokens; 0 is all (default\: 0).]:count:'
        '--lm-top-p[Draw from the likeliest tokens of this probability (default\: all).]:probability:'
        '--lm-repetition-penalty[Above 1, tokens that came before are less likely (default\: 1).]:factor:'
        '--use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--no-use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--seed[Seed; drawn if left out, or below 0.]:seed:'
        '--memory-tier[Take the machine'\''s memory for that of this many gigabytes\: 8, 16, 24 or 48; see vivace doctor.]:gigabytes:'
        '--request[A JSON document with the parameters of the reference'\''s function; - reads standard input. Options given beside it win.]:file:'
        '--json[Print one JSON document with the fields of the reference'\''s result.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_format() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':caption:'
        '--duration[Length in seconds, 0.2 to 600; 0 or less leaves it to the model (default).]:seconds:'
        '--lyrics[Words to sing, with section tags such as \[Verse\]; give it once for each song to have words for each.]:text:'
        '*--lyrics-file[A UTF-8 text file with the lyrics; - reads standard input.]:file:_files'
        '(--language --vocal-language)'{--language,--vocal-language}'[Language code of the lyrics, or give it once for each song (default\: en).]:code:'
        '(--bpm --tempo)'{--bpm,--tempo}'[Beats per minute, 30 to 300.]:count:'
        '(--key --keyscale)'{--key,--keyscale}'[Key and scale, such as "F# minor".]:key:'
        '(--time-signature --timesignature)'{--time-signature,--timesignature}'[Metre\: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.]:metre:'
        '--generate[Make the song as well.]'
        '(--output -o)'{--output,-o}'[File or folder to write with --generate (default\: song-SEED.flac).]:file:'
        '--model[The model whose language model is used.]:model:'
        '--lm[The language model\: a folder, a hub id or a short name such as lm-1.7b (default\: the one that comes with the model, else the largest installed one that the memory suits).]:model:'
        '--lm-temperature[Temperature of the language model, 0 to 2 (default\: 0.85).]:temperature:'
        '--lm-top-k[Draw from this many likeliest tokens; 0 is all (default\: 0).]:count:'
        '--lm-top-p[Draw from the likeliest tokens of this probability (default\: all).]:probability:'
        '--lm-repetition-penalty[Above 1, tokens that came before are less likely (default\: 1).]:factor:'
        '--use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--no-use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--seed[Seed; drawn if left out, or below 0.]:seed:'
        '--memory-tier[Take the machine'\''s memory for that of this many gigabytes\: 8, 16, 24 or 48; see vivace doctor.]:gigabytes:'
        '--request[A JSON document with the parameters of the reference'\''s function; - reads standard input. Options given beside it win.]:file:'
        '--json[Print one JSON document with the fields of the reference'\''s result.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_understand() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':file:'
        '--codes[Audio codes instead of a file, as '\''vivace codes'\'' prints them.]:codes:'
        '--model[The model that turns audio into codes, as for '\''vivace generate'\''.]:model:'
        '--lm[The language model\: a folder, a hub id or a short name such as lm-1.7b (default\: the one that comes with the model, else the largest installed one that the memory suits).]:model:'
        '--lm-temperature[Temperature of the language model, 0 to 2 (default\: 0.85).]:temperature:'
        '--lm-top-k[Draw from this many likeliest tokens; 0 is all (default\: 0).]:count:'
        '--lm-top-p[Draw from the likeliest tokens of this probability (default\: all).]:probability:'
        '--lm-repetition-penalty[Above 1, tokens that came before are less likely (default\: 1).]:factor:'
        '--use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--no-use-constrained-decoding[Hold the output to the form of a plan (default).]'
        '--seed[Seed; drawn if left out, or below 0.]:seed:'
        '--memory-tier[Take the machine'\''s memory for that of this many gigabytes\: 8, 16, 24 or 48; see vivace doctor.]:gigabytes:'
        '--request[A JSON document with the parameters of the reference'\''s function; - reads standard input. Options given beside it win.]:file:'
        '--json[Print one JSON document with the fields of the reference'\''s result.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_extract() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':file:'
        '(--steps --inference-steps)'{--steps,--inference-steps}'[Number of denoising steps (default\: the model'\''s).]:count:'
        '--guidance-scale[Strength of guidance; 1 turns it off (default\: the model'\''s).]:scale:'
        '(--seed --seeds)'{--seed,--seeds}'[Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.]:seed:'
        '--tracks[Tracks, with commas between\: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.]:names:'
        '(--output -o)'{--output,-o}'[Folder for the files; it is made if need be.]:folder:'
        '--format[Kind of the files\: wav, flac, mp3, opus or ogg.]:format:'
        '--prompt[What the song is like; it helps the model.]:prompt:'
        '--model[A base model\: folder, hub id or short name.]:model:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--json[Print one JSON document\: model, seed, file of each track.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_bgm() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':file:'
        '--of-song[The file is a whole song, of which the voices are left out.]'
        '*'{--caption,--prompt}'[Style, instruments, mood, as the argument says them; give it once for each song to make several.]:text:'
        '--duration[Length in seconds, 0.2 to 600; 0 or less leaves it to the model (default).]:seconds:'
        '(--genres --tags)'{--genres,--tags}'[Genres, with commas between; they are put behind the caption.]:names:'
        '*--lyrics[Words to sing, with section tags such as \[Verse\]; give it once for each song to have words for each.]:text:'
        '*--lyrics-file[A UTF-8 text file with the lyrics; - reads standard input.]:file:_files'
        '--instrumental[No vocals.]'
        '--no-instrumental[No vocals.]'
        '*'{--language,--vocal-language}'[Language code of the lyrics, or give it once for each song (default\: en).]:code:'
        '(--bpm --tempo)'{--bpm,--tempo}'[Beats per minute, 30 to 300.]:count:'
        '(--key --keyscale)'{--key,--keyscale}'[Key and scale, such as "F# minor".]:key:'
        '(--time-signature --timesignature)'{--time-signature,--timesignature}'[Metre\: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.]:metre:'
        '--max-text-length[Most tokens of the caption with its metadata; what is beyond is cut off (default\: 256).]:tokens:'
        '--max-lyric-length[Most tokens of the lyrics; what is beyond is cut off (default\: 2048).]:tokens:'
        '--use-sft-prompt[Put the caption into the template with which models were trained (default), or give it to them as it is, without the task'\''s sentence and the metadata.]'
        '--no-use-sft-prompt[Put the caption into the template with which models were trained (default), or give it to them as it is, without the task'\''s sentence and the metadata.]'
        '--null-lyric-condition[Give songs without words no lyrics to attend to, rather than a text that says so.]'
        '--no-null-lyric-condition[Give songs without words no lyrics to attend to, rather than a text that says so.]'
        '(--steps --inference-steps)'{--steps,--inference-steps}'[Number of denoising steps (default\: the model'\''s).]:count:'
        '--guidance-scale[Strength of guidance; 1 turns it off (default\: the model'\''s).]:scale:'
        '(--seed --seeds)'{--seed,--seeds}'[Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.]:seed:'
        '--tracks[Tracks, with commas between\: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.]:names:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--model[A base model\: folder, hub id or short name.]:model:'
        '(--output -o)'{--output,-o}'[File to write, or a folder; its extension chooses the format\: wav, flac, mp3, opus, ogg (default\: song-SEED.flac).]:file:'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_codes() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':file:'
        '--model[A folder, a hub id or a short name, as for '\''vivace generate'\''.]:model:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--json[Print one JSON document\: file, model, codes.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_lrc() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        ':file:'
        '--format[lrc, srt, vtt or json (default\: that of the output file, or lrc).]:format:'
        '(--output -o)'{--output,-o}'[File to write, .lrc, .srt, .vtt or .json (default\: standard output).]:file:'
        '--lyrics-file[A UTF-8 text file with the lyrics; - reads standard input.]:file:'
        '--language[Language code of the lyrics.]:code:'
        '--model[A folder, a hub id or a short name, as for '\''vivace generate'\''.]:model:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '(--verbose -v)'{--verbose,-v}'[Also show seconds and peak memory.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_info() {
    local -i ret=1
    local -ar arg_specs=(
        ':file:'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_spectrogram() {
    local -i ret=1
    local -ar ___scale=('mel' 'log' 'linear')
    local -ar arg_specs=(
        ':file:'
        '(--output -o)'{--output,-o}'[The picture, or a folder for it; by default beside the file, with a number if the name is taken.]:file:'
        '--width[Width in pixels, 240 to 8192.]:width:'
        '--height[Height in pixels, 120 to 4096.]:height:'
        '--title[What stands above the picture (default\: the title in the file'\''s tags, else its name).]:text:'
        '--scale[How frequencies are spread\: mel (as they sound), log (octaves of equal height) or linear.]:scale:{__vivace_complete "${___scale[@]}"}'
        '--bare[The spectrogram alone, without axes and title; from 16 by 16 pixels.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_waveform() {
    local -i ret=1
    local -ar arg_specs=(
        ':file:'
        '(--output -o)'{--output,-o}'[The picture, or a folder for it; by default beside the file, with a number if the name is taken.]:file:'
        '--width[Width in pixels, 240 to 8192.]:width:'
        '--height[Height in pixels, 120 to 4096.]:height:'
        '--title[What stands above the picture (default\: the title in the file'\''s tags, else its name).]:text:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_adapter() {
    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'info:Show what an adapter is, and with --model what that model takes of it.'
            'merge:Write a copy of a model with adapters merged into its weights.'
            'convert:Write an adapter in the spelling of another program, with the same effect.'
            'extract:Make a LoRA of the difference of two models, and tell how much of it is kept.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        info|merge|convert|extract)
            "_vivace_adapter_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_vivace_adapter_info() {
    local -i ret=1
    local -ar arg_specs=(
        ':adapter:_files'
        '--model[A folder, a hub id, or a short name\: every module of the adapter must fit it.]:model:'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_adapter_merge() {
    local -i ret=1
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar arg_specs=(
        '*:path\[\:scale\]:_files'
        '--model[A folder, a hub id, or a short name.]:model:'
        '(--output -o)'{--output,-o}'[The folder to make; it must not exist yet.]:folder:'
        '--dtype[Number format of the transformer in the copy\: f32 or bf16 (default\: that of the model).]:dtype:{__vivace_complete "${___dtype[@]}"}'
        '(--quiet -q)'{--quiet,-q}'[No progress.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_adapter_convert() {
    local -i ret=1
    local -ar ___to=('peft' 'comfyui' 'diffusers')
    local -ar arg_specs=(
        ':adapter:_files'
        '--to[peft, comfyui or diffusers.]:to:{__vivace_complete "${___to[@]}"}'
        '(--output -o)'{--output,-o}'[The file or folder to make; it must not exist yet.]:path:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_adapter_extract() {
    local -i ret=1
    local -ar arg_specs=(
        ':tuned:'
        '--from[The model that the adapter is for, likewise.]:from:'
        '--rank[Most rows and columns of each module'\''s matrices, 1 to 1024.]:rank:'
        '(--output -o)'{--output,-o}'[The folder to make; it must not exist yet.]:folder:'
        '--json[Print one JSON document.]'
        '(--quiet -q)'{--quiet,-q}'[No progress.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_repl() {
    local -i ret=1
    local -ar arg_specs=(
        '(--engine --backend)'{--engine,--backend}'[Who makes the music (default\: acestep).]:engine:'
        '(--model-id --model)'{--model-id,--model}'[A folder, a hub id or a short name (see\: vivace models list).]:model:'
        '--download[Download models that are not here.]'
        '--no-download[Download models that are not here.]'
        '--device[Where to compute\: auto, cpu or gpu.]:device:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:'
        '--steps[Denoising steps.]:count:'
        '--duration[Length in seconds (default\: 10).]:seconds:'
        '--format[Kind of the file\: wav, mp3, flac, opus, ogg (default\: wav).]:format:'
        '--bpm[Beats per minute.]:number:'
        '(--keyscale --key)'{--keyscale,--key}'[Key, such as '\''A minor'\''.]:keyscale:'
        '--timesignature[Beats of a bar, such as 4 or 6/8.]:metre:'
        '(--vocal-language --language)'{--vocal-language,--language}'[Language code of the lyrics.]:code:'
        '--enhance-prompt[Have the language model rewrite the prompt.]'
        '--no-enhance-prompt[Have the language model rewrite the prompt.]'
        '--structure-prompt[Ask for songs of 45 s and more in parts (default).]'
        '--no-structure-prompt[Ask for songs of 45 s and more in parts (default).]'
        '--text-planner[Who plans\: deterministic (nobody), auto (the language model, if there is one), required or off.]:planner:'
        '--composition-mode[auto, prompt (as it is) or plan (planned first).]:mode:'
        '--auto-lyrics[Have the language model write lyrics that are missing.]'
        '--no-auto-lyrics[Have the language model write lyrics that are missing.]'
        '--instrumental[Without words.]'
        '--no-instrumental[Without words.]'
        '--print-plan[Show what is asked for before it is made.]'
        '--no-print-plan[Show what is asked for before it is made.]'
        '--guidance-scale[How closely the text is followed.]:scale:'
        '--shift[Shift of the timesteps.]:number:'
        '--seed[Repeats a song.]:number:'
        '--negative[What the language model is to stay away from.]:text:'
        '*--style[Words that are added to the prompt; repeatable.]:words:'
        '*--negative-style[Styles to stay away from; repeatable.]:words:'
        '--verbose[Show seconds and memory.]'
        '--out-dir[Folder for the songs.]:folder:'
        '--prefix[Beginning of the files'\'' names.]:text:'
        '--prompt[The prompt to begin with.]:text:'
        '--lyrics[Words to sing.]:text:'
        '--open[Open each song with the program of the system.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_t2m() {
    local -i ret=1
    local -ar arg_specs=(
        ':prompt:'
        '--lyrics[Words to sing.]:text:'
        '(--out -o --output)'{--out,-o,--output}'[File to write.]:out:'
        '(--engine --backend)'{--engine,--backend}'[Who makes the music (default\: acestep).]:engine:'
        '(--model-id --model)'{--model-id,--model}'[A folder, a hub id or a short name (see\: vivace models list).]:model:'
        '--download[Download models that are not here.]'
        '--no-download[Download models that are not here.]'
        '--device[Where to compute\: auto, cpu or gpu.]:device:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:'
        '--steps[Denoising steps.]:count:'
        '--duration[Length in seconds (default\: 10).]:seconds:'
        '--format[Kind of the file\: wav, mp3, flac, opus, ogg (default\: wav).]:format:'
        '--bpm[Beats per minute.]:number:'
        '(--keyscale --key)'{--keyscale,--key}'[Key, such as '\''A minor'\''.]:keyscale:'
        '--timesignature[Beats of a bar, such as 4 or 6/8.]:metre:'
        '(--vocal-language --language)'{--vocal-language,--language}'[Language code of the lyrics.]:code:'
        '--enhance-prompt[Have the language model rewrite the prompt.]'
        '--no-enhance-prompt[Have the language model rewrite the prompt.]'
        '--structure-prompt[Ask for songs of 45 s and more in parts (default).]'
        '--no-structure-prompt[Ask for songs of 45 s and more in parts (default).]'
        '--text-planner[Who plans\: deterministic (nobody), auto (the language model, if there is one), required or off.]:planner:'
        '--composition-mode[auto, prompt (as it is) or plan (planned first).]:mode:'
        '--auto-lyrics[Have the language model write lyrics that are missing.]'
        '--no-auto-lyrics[Have the language model write lyrics that are missing.]'
        '--instrumental[Without words.]'
        '--no-instrumental[Without words.]'
        '--print-plan[Show what is asked for before it is made.]'
        '--no-print-plan[Show what is asked for before it is made.]'
        '--guidance-scale[How closely the text is followed.]:scale:'
        '--shift[Shift of the timesteps.]:number:'
        '--seed[Repeats a song.]:number:'
        '--negative[What the language model is to stay away from.]:text:'
        '*--style[Words that are added to the prompt; repeatable.]:words:'
        '*--negative-style[Styles to stay away from; repeatable.]:words:'
        '--verbose[Show seconds and memory.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_dj() {
    local -i ret=1
    local -ar arg_specs=(
        ':message:'
        '--make[Make the set that is planned, mix it, and end.]'
        '--provider[Who plans\: local, openrouter, gemini, ollama or openai.]:name:'
        '--chat-model[The provider'\''s model.]:name:'
        '--model[The model that makes the songs (see\: vivace models list).]:model:'
        '--tracks[Usual number of tracks, 1 to 20.]:count:'
        '--duration[Usual length of a track, 10 to 600.]:seconds:'
        '--instrumental[Without words, whatever is planned.]'
        '--reference[Audio whose sound is taken up.]:file:'
        '--influence[How much it counts\: 20-40 lightly, 50-70 strongly, 80-100 as a cover.]:percent:'
        '--mood[Order tracks along static, building, wave, peak_valley or wind_down.]:curve:'
        '--transition[crossfade, silence or beat_match.]:style:'
        '--seconds[Length of a crossfade or a pause, 0 to 30 (default\: 3).]:seconds:'
        '--beats[Length of a beat match, 4 to 64 (default\: 8).]:count:'
        '--format[Kind of the files\: flac, wav, mp3, opus, ogg.]:format:'
        '(--output -o)'{--output,-o}'[Folder for the songs, which is made.]:folder:'
        '--env-file[File with environment variables (default\: .env in this folder).]:file:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_mix() {
    local -i ret=1
    local -ar arg_specs=(
        '*:songs:_files'
        '--transition[crossfade, silence or beat_match.]:style:'
        '--seconds[Length of a crossfade or a pause, 0 to 30 (default\: 3).]:seconds:'
        '--beats[Length of a beat match, 4 to 64 (default\: 8).]:count:'
        '(--output -o)'{--output,-o}'[File to write\: wav, flac, mp3, opus or ogg (default\: mix.flac).]:file:'
        '--title[Title of the whole.]:text:'
        '--cue[Also write the cue sheet to this file.]:file:'
        '--json[Print one JSON document\: the mix, its songs and its transitions.]'
        '(--quiet -q)'{--quiet,-q}'[Show errors only.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models() {
    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'list:List known models, and which of them are on this machine.'
            'pull:Download models, or what has changed of them.'
            'path:Print the folder of a model on this machine.'
            'verify:Hash a model'\''s files anew and compare with what the hub recorded.'
            'remove:Remove a model from the cache.'
            'quantize:Write a copy of a model with its large weights in 8 bits.'
            'make-random:Write a checkpoint with random weights, to measure speed and memory with.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        list|pull|path|verify|remove|quantize|make-random)
            "_vivace_models_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_vivace_models_list() {
    local -i ret=1
    local -ar arg_specs=(
        '--installed[Only models that are on this machine, as a whole or in part.]'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_pull() {
    local -i ret=1
    local -ar ___source=('auto' 'huggingface' 'modelscope')
    local -ar arg_specs=(
        '*:names:'
        '(--source --download-source)'{--source,--download-source}'[The site to ask first; the official models are on both, and the other one steps in.]:source:{__vivace_complete "${___source[@]}"}'
        '--parallel[How many files to download at the same time.]:parallel:'
        '--json[Print one JSON document.]'
        '(--quiet -q)'{--quiet,-q}'[No progress.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_path() {
    local -i ret=1
    local -ar arg_specs=(
        ':name:'
        '--component[Print the folder of one part, such as vae.]:part:'
        '--json[Print one JSON document with the folders of all parts.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_verify() {
    local -i ret=1
    local -ar arg_specs=(
        ':name:'
        '--repair[Download damaged and missing files anew.]'
        '--json[Print one JSON document.]'
        '(--quiet -q)'{--quiet,-q}'[No progress, and nothing about intact files.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_remove() {
    local -i ret=1
    local -ar arg_specs=(
        ':name:'
        '(--dry-run -d)'{--dry-run,-d}'[Say what would go, and remove nothing.]'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_quantize() {
    local -i ret=1
    local -ar arg_specs=(
        ':name:'
        ':folder:'
        '(--quiet -q)'{--quiet,-q}'[No progress.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_models_make-random() {
    local -i ret=1
    local -ar arg_specs=(
        ':folder:'
        '--full-size[The model that makes audio, with all sizes as published\: 2.4 billion weights, 4.6 GiB.]'
        '--lm[Instead, the language model of a published size\: 0.6B, 1.7B or 4B.]:size:'
        '--seed[Seed of the weights.]:seed:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_doctor() {
    local -i ret=1
    local -ar arg_specs=(
        '--memory-tier[Take the machine'\''s memory for that of this many gigabytes\: 8, 16, 24 or 48; see vivace doctor.]:gigabytes:'
        '--server[Ask a running server too, such as http\://127.0.0.1\:7860.]:address:'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_bench() {
    local -i ret=1
    local -ar ___stage=('text-encoder' 'condition-encoder' 'dit' 'vae-encode' 'vae-decode' 'end-to-end' 'lm-prefill' 'lm' 'lm-cfg')
    local -ar ___dtype=('auto' 'f32' 'bf16')
    local -ar ___quantize=('none' 'q8')
    local -ar ___device=('auto' 'cpu' 'gpu')
    local -ar arg_specs=(
        '--model[A folder, a hub id or a short name, instead of random weights.]:model:'
        '--duration[Length of the song, 0.2 to 600.]:seconds:'
        '--batch[How many songs, 1 to 8.]:batch:'
        '--steps[Denoising steps of the stage end-to-end.]:steps:'
        '--text-tokens[Tokens of the prompt, 1 to 256.]:text-tokens:'
        '--lyric-tokens[Tokens of the lyrics, 1 to 2048.]:lyric-tokens:'
        '--repeats[Timed runs of each stage, after one that warms up.]:repeats:'
        '*--stage[Measure this stage only; repeatable.]:stage:{__vivace_complete "${___stage[@]}"}'
        '*--adapter[An adapter that the transformer works with, as generate takes it; repeatable.]:path\[\:scale\]:_files'
        '--dtype[Number format\: auto, f32 or bf16.]:format:{__vivace_complete "${___dtype[@]}"}'
        '--quantize[Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.]:how:{__vivace_complete "${___quantize[@]}"}'
        '--device[Where to compute\: auto, cpu or gpu.]:device:{__vivace_complete "${___device[@]}"}'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '(--low-memory --offload-to-cpu)'{--low-memory,--offload-to-cpu}'[Let go of each network when its stage is over, and load it again for the next song.]'
        '(--max-memory --mps-max-memory-gb)'{--max-memory,--mps-max-memory-gb}'[Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn'\''t fit is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.]:size:'
        '--json[Print one JSON document on standard output.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_serve() {
    local -i ret=1
    local -ar arg_specs=(
        '(--server-name --host)'{--server-name,--host}'[Name or address to listen on (default\: 127.0.0.1).]:address:'
        '--port[Port to listen on; 0 takes a free one (default\: 7860).]:port:'
        '--dj-port[A second port, whose first page is the DJ; next takes the one behind --port.]:port:'
        '--config[TOML file with settings.]:file:'
        '--env-file[File with environment variables (default\: .env in this folder, if there is one).]:file:'
        '(--data --home)'{--data,--home}'[Folder for jobs, songs and uploads.]:folder:'
        '--api-key[Key that clients have to show.]:key:'
        '--keys-file[File with named keys, as `vivace keys new` writes it.]:file:'
        '--auth-username[Name that may log in with a password (HTTP Basic).]:name:'
        '--auth-password[The password.]:word:'
        '--no-auth[Listen beyond this machine without a key.]'
        '*--allowed-host[Further name under which the server is reached; may be given several times.]:name:'
        '*--allowed-origin[Web page that may use the server, such as https\://studio.example; may be given several times.]:origin:'
        '*--allowed-path[Folder whose audio files clients on this machine may name by their paths, beside the temporary one; may be given several times.]:folder:'
        '--lora-dir[Folder of adapters, which requests may name as they are called there.]:folder:'
        '(--config-path --model)'{--config-path,--model}'[Model that makes the songs, also where a request names one that is not installed.]:model:'
        '(--lm-model-path --lm)'{--lm-model-path,--lm}'[Language model.]:model:'
        '--init-service[Load the model at the start, and not with the first job.]:yes-or-no:'
        '--init-llm[Load the language model with the model (true), do without any (false), or go by memory (auto).]:yes-or-no:'
        '--no-init[Load nothing before the first job.]:yes-or-no:'
        '--device[Where to compute\: auto, cpu, cuda or mps.]:device:'
        '--dtype[Number format\: auto, f32 or bf16.]:format:'
        '(--quantize --quantization)'{--quantize,--quantization}'[Keep large weights in 8 bits\: none, q8 or int8_weight_only.]:how:'
        '--threads[Threads on a CPU (default\: one for each physical core).]:count:'
        '--offload-to-cpu[Let go of each network when its stage is over.]:yes-or-no:'
        '--max-memory[Keep the worker within this memory, such as 16GB.]:size:'
        '--batch-size[Songs of a request that does not say how many, 1 to 8 (default\: 2).]:count:'
        '--download-source[Where models come from\: auto, huggingface or modelscope.]:site:'
        '--queue-size[Jobs that may wait (default\: 200).]:count:'
        '--drain-seconds[Seconds that a running job has to end when the server is asked to (default\: 30); then it goes back to those that wait.]:seconds:'
        '--log-format[What is logged on standard error\: text or json (lines).]:form:'
        '--log-level[Least level that is logged\: debug, info, warning or error.]:level:'
        '*--webhook-host[Host to which news of jobs may be sent (callback_url); may be given several times.]:host:'
        '--enable-api[Accepted\: the API is always there.]'
        '--debug[Log everything.]'
        '--backend[Accepted\: there is one engine.]:name:'
        '--use-flash-attention[Accepted\: attention has one form.]:yes-or-no:'
        '--offload-dit-to-cpu[Likewise --offload-to-cpu.]:yes-or-no:'
        '--checkpoint[Accepted\: --config-path decides.]:path:'
        '--service-mode[Accepted\: training has its own command.]:yes-or-no:'
        '--language[Language of the pages\: en, zh or ja.]:code:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_keys() {
    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'new:Make a key, print it once, and note its digest in a file.'
            'list:List the keys of a file.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        new|list)
            "_vivace_keys_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_vivace_keys_new() {
    local -i ret=1
    local -ar arg_specs=(
        ':name:'
        '--file[TOML file of the keys; it is made if there is none.]:file:'
        '*'{--scope,--scopes}'[What it is for\: read, generate, admin; may be given several times.]:scope:'
        '--waiting[Jobs of its holder that may wait.]:count:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_keys_list() {
    local -i ret=1
    local -ar arg_specs=(
        '--file[TOML file of the keys.]:file:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_library() {
    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'list:List songs, the newest first.'
            'rebuild:Make the index of the songs anew from the recipes in their files.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        list|rebuild)
            "_vivace_library_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_vivace_library_list() {
    local -i ret=1
    local -ar arg_specs=(
        '--data[Folder of the server'\''s data.]:folder:'
        '*:words:'
        '--trashed[Look through the trash.]'
        '--limit[Most songs that are listed.]:count:'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_library_rebuild() {
    local -i ret=1
    local -ar arg_specs=(
        '--data[Folder of the server'\''s data.]:folder:'
        '--json[Print one JSON document.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_vivace_help() {
    local -i ret=1
    local -ar arg_specs=(
        '*:subcommands:'
        '--version[Show the version.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

if [[ "${funcstack[1]}" = _vivace ]]; then
    _vivace "${@}"
else
    compdef _vivace vivace
fi
