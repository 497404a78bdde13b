function __vivace_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __vivace_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __vivace_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __vivace_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __vivace_parse_tokens -S
    set -l unparsed_tokens (__vivace_tokens -pc)
    switch $unparsed_tokens[1]
    case 'vivace'
        __vivace_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'generate'
            __vivace_parse_subcommand 1 'duration=' 'lyrics=' 'lyrics-file=' 'instrumental' 'no-instrumental' 'language=' 'bpm=' 'key=' 'time-signature=' 'steps=' 'guidance-scale=' 'seed=' 'batch=' 'shift=' 'timesteps=' 'latent-shift=' 'latent-rescale=' 'adg' 'no-adg' 'cfg-interval-start=' 'cfg-interval-end=' 'solver=' 'snap-timesteps' 'no-snap-timesteps' 'task=' 'source=' 'reference=' 'instruction=' 'audio-codes=' 'track=' 'tracks=' 'region=+' 'repainting-start=' 'repainting-end=' 'keep-source' 'no-keep-source' 'cover-strength=' 'cover-rule=' 'cover-noise-strength=' 'thinking' 'no-thinking' 'use-cot-metas' 'no-use-cot-metas' 'use-cot-caption' 'no-use-cot-caption' 'use-cot-lyrics' 'no-use-cot-lyrics' 'use-cot-language' 'no-use-cot-language' 'lm-batch-chunk-size=' 'allow-lm-batch' 'no-allow-lm-batch' 'lm-temperature=' 'lm-cfg-scale=' 'lm-top-k=' 'lm-top-p=' 'lm-repetition-penalty=' 'lm-negative-prompt=' 'use-constrained-decoding' 'no-use-constrained-decoding' 'lm=' 'memory-tier=' 'model=' 'from=' 'request=' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'normalize=' 'normalization-db=' 'o/output=' 'bit-depth=' 'save-latents=' 'json' 'q/quiet' 'v/verbose' 'stream=' 'play' 'version' 'h/help'
        case 'create'
            __vivace_parse_subcommand 1 'instrumental' 'language=' 'generate' 'o/output=' 'duration=' 'model=' 'lm=' 'lm-temperature=' 'lm-top-k=' 'lm-top-p=' 'lm-repetition-penalty=' 'use-constrained-decoding' 'no-use-constrained-decoding' 'seed=' 'memory-tier=' 'json' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'version' 'h/help'
        case 'format'
            __vivace_parse_subcommand 1 'duration=' 'lyrics=' 'lyrics-file=' 'language=' 'bpm=' 'key=' 'time-signature=' 'model=' 'lm=' 'lm-temperature=' 'lm-top-k=' 'lm-top-p=' 'lm-repetition-penalty=' 'use-constrained-decoding' 'no-use-constrained-decoding' 'seed=' 'memory-tier=' 'json' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'version' 'h/help'
        case 'understand'
            __vivace_parse_subcommand 1 'codes=' 'model=' 'lm=' 'lm-temperature=' 'lm-top-k=' 'lm-top-p=' 'lm-repetition-penalty=' 'use-constrained-decoding' 'no-use-constrained-decoding' 'seed=' 'memory-tier=' 'json' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'version' 'h/help'
        case 'extract'
            __vivace_parse_subcommand 1 'steps=' 'guidance-scale=' 'seed=' 'tracks=' 'o/output=' 'format=' 'prompt=' 'model=' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'json' 'q/quiet' 'version' 'h/help'
        case 'codes'
            __vivace_parse_subcommand 1 'model=' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'json' 'version' 'h/help'
        case 'info'
            __vivace_parse_subcommand 1 'json' 'version' 'h/help'
        case 'spectrogram'
            __vivace_parse_subcommand 1 'o/output=' 'width=' 'height=' 'version' 'h/help'
        case 'models'
            __vivace_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __vivace_parse_subcommand 0 'installed' 'json' 'version' 'h/help'
            case 'pull'
                __vivace_parse_subcommand -r 1 'source=' 'parallel=' 'json' 'q/quiet' 'version' 'h/help'
            case 'path'
                __vivace_parse_subcommand 1 'component=' 'json' 'version' 'h/help'
            case 'verify'
                __vivace_parse_subcommand 1 'repair' 'json' 'q/quiet' 'version' 'h/help'
            case 'remove'
                __vivace_parse_subcommand 1 'd/dry-run' 'json' 'version' 'h/help'
            case 'quantize'
                __vivace_parse_subcommand 2 'q/quiet' 'version' 'h/help'
            case 'make-random'
                __vivace_parse_subcommand 1 'full-size' 'lm=' 'seed=' 'version' 'h/help'
            end
        case 'doctor'
            __vivace_parse_subcommand 0 'memory-tier=' 'json' 'version' 'h/help'
        case 'bench'
            __vivace_parse_subcommand 0 'model=' 'duration=' 'batch=' 'steps=' 'text-tokens=' 'lyric-tokens=' 'repeats=' 'stage=+' 'dtype=' 'quantize=' 'device=' 'threads=' 'low-memory' 'json' 'version' 'h/help'
        case 'help'
            __vivace_parse_subcommand -r 1 'version'
        end
    end
end

function __vivace_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __vivace_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __vivace_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __vivace_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__vivace_tokens -p)
    if test -z "$(__vivace_tokens -t)"
        set -l index (count (__vivace_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'vivace' -f
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'generate' -d 'Make music from a prompt and lyrics.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'create' -d 'Make caption, lyrics, tempo and key out of a few words.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'format' -d 'Rewrite a caption, and lay out lyrics.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'understand' -d 'Describe a song: caption, tempo, key, metre, language, lyrics.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'extract' -d 'Take the tracks of a song apart, one file for each.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'codes' -d 'Print the audio codes of a song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'info' -d 'Show what is in an audio file and what made it.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'spectrogram' -d 'Draw the mel spectrogram of an audio file as a PNG picture.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'models' -d 'List, download, check, quantize and remove models.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'doctor' -d 'Show what this machine suits, and what is installed.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'bench' -d 'Measure the stages of a generation on this machine.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" duration' -l 'duration' -d 'Length in seconds, 0.2 to 600; -1 leaves it to the model (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lyrics' -l 'lyrics' -d 'Words to sing, with section tags such as [Verse].' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lyrics-file' -l 'lyrics-file' -d 'A UTF-8 text file with the lyrics; - reads standard input.' -rF
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" instrumental' -l 'instrumental' -d 'No vocals.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-instrumental' -l 'no-instrumental' -d 'No vocals.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" language vocal-language' -l 'language' -l 'vocal-language' -d 'Language code of the lyrics (default: en).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" bpm' -l 'bpm' -d 'Beats per minute, 30 to 300.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" key keyscale' -l 'key' -l 'keyscale' -d 'Key and scale, such as "F# minor".' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" time-signature timesignature' -l 'time-signature' -l 'timesignature' -d 'Metre: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" inference-steps steps' -l 'steps' -l 'inference-steps' -d 'Number of denoising steps (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" guidance-scale' -l 'guidance-scale' -d 'Strength of guidance; 1 turns it off (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" seed seeds' -l 'seed' -l 'seeds' -d 'Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" batch batch-size' -l 'batch' -l 'batch-size' -d 'How many songs to make, 1 to 8.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" shift' -l 'shift' -d 'Shift of the noise schedule, above 0 (default: the model\'s; 3 for turbo).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" timesteps' -l 'timesteps' -d 'The noise schedule itself, as falling values in (0, 1] with commas between; a final 0 is implied.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" latent-shift' -l 'latent-shift' -d 'Added to the final latents (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" latent-rescale' -l 'latent-rescale' -d 'Factor on the final latents (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" adg use-adg' -l 'adg' -l 'use-adg' -d 'Angle-based guidance (ADG) in place of APG; base and SFT models only.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-adg no-use-adg' -l 'no-adg' -l 'no-use-adg' -d 'Angle-based guidance (ADG) in place of APG; base and SFT models only.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" cfg-interval-start' -l 'cfg-interval-start' -d 'Lowest flow time at which guidance applies, 0 to 1; steps go from 1 (noise) to 0 (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" cfg-interval-end' -l 'cfg-interval-end' -d 'Highest flow time at which guidance applies, 0 to 1 (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" infer-method solver' -l 'solver' -l 'infer-method' -d 'ode (Euler), sde, heun or dpmpp_2m; the last two are of second order and help base models at few steps (default: ode).' -rfka 'ode sde heun dpmpp_2m'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" snap-timesteps' -l 'snap-timesteps' -d 'Move the flow times to those at which turbo models were trained.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-snap-timesteps' -l 'no-snap-timesteps' -d 'Move the flow times to those at which turbo models were trained.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" task task-type' -l 'task' -l 'task-type' -d 'What is done with the source audio (default: text2music).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" source src-audio' -l 'source' -l 'src-audio' -d 'The audio file that the task works on.' -rF
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" reference reference-audio' -l 'reference' -l 'reference-audio' -d 'An audio file whose timbre the song is to have.' -rF
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" instruction' -l 'instruction' -d 'The task\'s sentence in the prompt, in place of the usual one.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" audio-codes' -l 'audio-codes' -d 'Codes to follow, such as <|audio_code_123|><|audio_code_456|>; @FILE reads them from a file.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" track' -l 'track' -d 'Track to make (lego) or to take out (extract): woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" tracks' -l 'tracks' -d 'Tracks, with commas between: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate"' -l 'region' -d 'Part to repaint, in seconds: 10-20, or 44- up to the end; -5-0 and 60-75 extend the song before its beginning and beyond its end. Give it once for each part.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" repainting-start' -l 'repainting-start' -d 'Start of the part to repaint, in seconds (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" repainting-end' -l 'repainting-end' -d 'End of the part to repaint; -1 is the end of the source (default).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" keep-source' -l 'keep-source' -d 'Outside the repainted parts keep the source sample by sample (default), or make it again too.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-keep-source' -l 'no-keep-source' -d 'Outside the repainted parts keep the source sample by sample (default), or make it again too.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" audio-cover-strength cover-strength' -l 'cover-strength' -l 'audio-cover-strength' -d 'How much of the source a cover follows, 0 to 1 (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" cover-rule' -l 'cover-rule' -d 'What a cover strength below 1 means: switch follows the source for that part of the steps, blend mixes in every step as Diffusers does (default: switch).' -rfka 'switch blend'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" cover-noise-strength' -l 'cover-noise-strength' -d 'How near to the source\'s sound a cover starts, 0 to 1 (default: 0, from noise).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" thinking' -l 'thinking' -d 'Plan with a language model: what is left open, and audio codes that the song follows (default: if one is installed and the memory suits it).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-thinking' -l 'no-thinking' -d 'Plan with a language model: what is left open, and audio codes that the song follows (default: if one is installed and the memory suits it).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" use-cot-metas' -l 'use-cot-metas' -d 'Let it fill in tempo, key, metre and length (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-use-cot-metas' -l 'no-use-cot-metas' -d 'Let it fill in tempo, key, metre and length (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" use-cot-caption' -l 'use-cot-caption' -d 'Let it rewrite the caption (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-use-cot-caption' -l 'no-use-cot-caption' -d 'Let it rewrite the caption (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" use-cot-lyrics' -l 'use-cot-lyrics' -d 'Let it lay out the lyrics anew (default: no).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-use-cot-lyrics' -l 'no-use-cot-lyrics' -d 'Let it lay out the lyrics anew (default: no).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" use-cot-language' -l 'use-cot-language' -d 'Let it name the lyrics\' language (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-use-cot-language' -l 'no-use-cot-language' -d 'Let it name the lyrics\' language (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-batch-chunk-size' -l 'lm-batch-chunk-size' -d 'Most songs whose audio codes are written side by side (default: 8; 0 is 8 too).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" allow-lm-batch' -l 'allow-lm-batch' -d 'Write the audio codes of several songs side by side (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-allow-lm-batch' -l 'no-allow-lm-batch' -d 'Write the audio codes of several songs side by side (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-temperature' -l 'lm-temperature' -d 'Temperature of the language model, 0 to 2 (default: 0.85).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-cfg-scale' -l 'lm-cfg-scale' -d 'Guidance of the audio codes; 1 turns it off (default: 2).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-top-k' -l 'lm-top-k' -d 'Draw from this many likeliest tokens; 0 is all (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-top-p' -l 'lm-top-p' -d 'Draw from the likeliest tokens of this probability (default: 0.9).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-repetition-penalty' -l 'lm-repetition-penalty' -d 'Above 1, tokens that came before are less likely (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm-negative-prompt' -l 'lm-negative-prompt' -d 'What guidance of the audio codes leads away from.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" use-constrained-decoding' -l 'use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" no-use-constrained-decoding' -l 'no-use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" lm' -l 'lm' -d 'The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with the model, else the largest installed one that the memory suits).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" memory-tier' -l 'memory-tier' -d 'Take the machine\'s memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" model' -l 'model' -d 'A folder, a hub id such as ACE-Step/Ace-Step1.5, or a short name (see: vivace models list).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" from' -l 'from' -d 'Repeat the song in this file; options given beside it change the recipe.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" request' -l 'request' -d 'A JSON document with the fields of GenerationParams and GenerationConfig; - reads standard input. Options given beside it win.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" normalize' -l 'normalize' -d 'Level of the result: peak (at most full scale, then -1 dBFS) or none (default: peak).' -rfka 'peak none'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" normalization-db' -l 'normalization-db' -d 'Peak of the result in dB of full scale, -60 to 0 (default: -1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" o output' -l 'output' -s 'o' -d 'File to write; its extension chooses the format: wav, flac, mp3, opus, ogg. With several songs, the next free numbers are put before the extension (default: song-SEED.flac, or the next free number).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" bit-depth' -l 'bit-depth' -d 'Bits per sample: 16, 24 or 32f (default: 16; WAV and FLAC only).' -rfka '16 24 32f'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" save-latents' -l 'save-latents' -d 'Also save the final latents, as .safetensors or .npy (frames x channels, float32).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" json' -l 'json' -d 'Print one JSON document on standard output: files, seeds, parameters, seconds, and the reference\'s result.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" q quiet' -l 'quiet' -s 'q' -d 'Show errors only.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" v verbose' -l 'verbose' -s 'v' -d 'Also show seconds per stage and peak memory.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" stream' -l 'stream' -d 'Also write the samples as they are decoded, as a 16-bit .wav file or pipe, before the level rule.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" play' -l 'play' -d 'Play the song with the system\'s player: aplay, ffplay, mpv, play (SoX) or afplay.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace generate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" instrumental' -l 'instrumental' -d 'Without words to sing.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" language vocal-language' -l 'language' -l 'vocal-language' -d 'Language code of the lyrics (default: the model\'s choice).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" generate' -l 'generate' -d 'Make the song as well.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" o output' -l 'output' -s 'o' -d 'File to write with --generate (default: song-SEED.flac).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" duration' -l 'duration' -d 'Length of the song in seconds, instead of the planned one.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" model' -l 'model' -d 'A folder, a hub id or a short name, as for \'vivace generate\'.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" lm' -l 'lm' -d 'The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with the model, else the largest installed one that the memory suits).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" lm-temperature' -l 'lm-temperature' -d 'Temperature of the language model, 0 to 2 (default: 0.85).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" lm-top-k' -l 'lm-top-k' -d 'Draw from this many likeliest tokens; 0 is all (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" lm-top-p' -l 'lm-top-p' -d 'Draw from the likeliest tokens of this probability (default: 0.9).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" lm-repetition-penalty' -l 'lm-repetition-penalty' -d 'Above 1, tokens that came before are less likely (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" use-constrained-decoding' -l 'use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" no-use-constrained-decoding' -l 'no-use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" seed' -l 'seed' -d 'Seed; drawn if left out.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" memory-tier' -l 'memory-tier' -d 'Take the machine\'s memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" json' -l 'json' -d 'Print one JSON document with the fields of the reference\'s result.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace create" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" duration' -l 'duration' -d 'Length in seconds, 0.2 to 600; -1 leaves it to the model (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lyrics' -l 'lyrics' -d 'Words to sing, with section tags such as [Verse].' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lyrics-file' -l 'lyrics-file' -d 'A UTF-8 text file with the lyrics; - reads standard input.' -rF
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" language vocal-language' -l 'language' -l 'vocal-language' -d 'Language code of the lyrics (default: en).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" bpm' -l 'bpm' -d 'Beats per minute, 30 to 300.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" key keyscale' -l 'key' -l 'keyscale' -d 'Key and scale, such as "F# minor".' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" time-signature timesignature' -l 'time-signature' -l 'timesignature' -d 'Metre: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" model' -l 'model' -d 'The model whose language model is used.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lm' -l 'lm' -d 'The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with the model, else the largest installed one that the memory suits).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lm-temperature' -l 'lm-temperature' -d 'Temperature of the language model, 0 to 2 (default: 0.85).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lm-top-k' -l 'lm-top-k' -d 'Draw from this many likeliest tokens; 0 is all (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lm-top-p' -l 'lm-top-p' -d 'Draw from the likeliest tokens of this probability (default: 0.9).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" lm-repetition-penalty' -l 'lm-repetition-penalty' -d 'Above 1, tokens that came before are less likely (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" use-constrained-decoding' -l 'use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" no-use-constrained-decoding' -l 'no-use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" seed' -l 'seed' -d 'Seed; drawn if left out.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" memory-tier' -l 'memory-tier' -d 'Take the machine\'s memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" json' -l 'json' -d 'Print one JSON document with the fields of the reference\'s result.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace format" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" codes' -l 'codes' -d 'Audio codes instead of a file, as \'vivace codes\' prints them.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" model' -l 'model' -d 'The model that turns audio into codes, as for \'vivace generate\'.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" lm' -l 'lm' -d 'The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with the model, else the largest installed one that the memory suits).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" lm-temperature' -l 'lm-temperature' -d 'Temperature of the language model, 0 to 2 (default: 0.85).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" lm-top-k' -l 'lm-top-k' -d 'Draw from this many likeliest tokens; 0 is all (default: 0).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" lm-top-p' -l 'lm-top-p' -d 'Draw from the likeliest tokens of this probability (default: 0.9).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" lm-repetition-penalty' -l 'lm-repetition-penalty' -d 'Above 1, tokens that came before are less likely (default: 1).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" use-constrained-decoding' -l 'use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" no-use-constrained-decoding' -l 'no-use-constrained-decoding' -d 'Hold the output to the form of a plan (default).'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" seed' -l 'seed' -d 'Seed; drawn if left out.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" memory-tier' -l 'memory-tier' -d 'Take the machine\'s memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" json' -l 'json' -d 'Print one JSON document with the fields of the reference\'s result.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace understand" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" inference-steps steps' -l 'steps' -l 'inference-steps' -d 'Number of denoising steps (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" guidance-scale' -l 'guidance-scale' -d 'Strength of guidance; 1 turns it off (default: the model\'s).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" seed seeds' -l 'seed' -l 'seeds' -d 'Seed, or several with commas between, one per song; songs without one, and -1, draw theirs.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" tracks' -l 'tracks' -d 'Tracks, with commas between: woodwinds, brass, fx, synth, strings, percussion, keyboard, guitar, bass, drums, backing_vocals, vocals.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" o output' -l 'output' -s 'o' -d 'Folder for the files; it is made if need be.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" format' -l 'format' -d 'Kind of the files: wav, flac, mp3, opus or ogg.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" prompt' -l 'prompt' -d 'What the song is like; it helps the model.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" model' -l 'model' -d 'A base model: folder, hub id or short name.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" json' -l 'json' -d 'Print one JSON document: model, seed, file of each track.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" q quiet' -l 'quiet' -s 'q' -d 'Show errors only.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace extract" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" model' -l 'model' -d 'A folder, a hub id or a short name, as for \'vivace generate\'.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" json' -l 'json' -d 'Print one JSON document: file, model, codes.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace codes" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace info" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace info" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace info" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace spectrogram" o output' -l 'output' -s 'o' -d 'The picture; by default the file\'s name with png, and a number if that is taken.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace spectrogram" width' -l 'width' -d 'Width in pixels, 64 to 8192.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace spectrogram" height' -l 'height' -d 'Height in pixels, 32 to 2048.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace spectrogram" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace spectrogram" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'list' -d 'List known models, and which of them are on this machine.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'pull' -d 'Download models, or what has changed of them.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'path' -d 'Print the folder of a model on this machine.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'verify' -d 'Hash a model\'s files anew and compare with what the hub recorded.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'remove' -d 'Remove a model from the cache.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'quantize' -d 'Write a copy of a model with its large weights in 8 bits.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_positional "vivace models" -eq 1' -fa 'make-random' -d 'Write a checkpoint with random weights, to measure speed and memory with.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models list" installed' -l 'installed' -d 'Only models that are on this machine, as a whole or in part.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models list" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models list" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" source' -l 'source' -d 'The site to ask first; the official models are on both, and the other one steps in.' -rfka 'auto huggingface modelscope'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" parallel' -l 'parallel' -d 'How many files to download at the same time.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" q quiet' -l 'quiet' -s 'q' -d 'No progress.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models pull" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models path" component' -l 'component' -d 'Print the folder of one part, such as vae.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models path" json' -l 'json' -d 'Print one JSON document with the folders of all parts.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models path" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models path" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models verify" repair' -l 'repair' -d 'Download damaged and missing files anew.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models verify" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models verify" q quiet' -l 'quiet' -s 'q' -d 'No progress, and nothing about intact files.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models verify" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models remove" d dry-run' -l 'dry-run' -s 'd' -d 'Say what would go, and remove nothing.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models remove" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models remove" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models quantize" q quiet' -l 'quiet' -s 'q' -d 'No progress.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models quantize" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models quantize" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models make-random" full-size' -l 'full-size' -d 'The model that makes audio, with all sizes as published: 2.4 billion weights, 4.6 GiB.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models make-random" lm' -l 'lm' -d 'Instead, the language model of a published size: 0.6B, 1.7B or 4B.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models make-random" seed' -l 'seed' -d 'Seed of the weights.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models make-random" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace models make-random" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace doctor" memory-tier' -l 'memory-tier' -d 'Take the machine\'s memory for that of this many gigabytes: 8, 16, 24 or 48; see vivace doctor.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace doctor" json' -l 'json' -d 'Print one JSON document.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace doctor" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" model' -l 'model' -d 'A folder, a hub id or a short name, instead of random weights.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" duration' -l 'duration' -d 'Length of the song, 0.2 to 600.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" batch' -l 'batch' -d 'How many songs, 1 to 8.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" steps' -l 'steps' -d 'Denoising steps of the stage end-to-end.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" text-tokens' -l 'text-tokens' -d 'Tokens of the prompt, 1 to 256.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" lyric-tokens' -l 'lyric-tokens' -d 'Tokens of the lyrics, 1 to 2048.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" repeats' -l 'repeats' -d 'Timed runs of each stage, after one that warms up.' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench"' -l 'stage' -d 'Measure this stage only; repeatable.' -rfka 'text-encoder condition-encoder dit vae-encode vae-decode end-to-end lm-prefill lm lm-cfg'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" dtype' -l 'dtype' -d 'Number format: auto, f32 or bf16.' -rfka 'auto f32 bf16'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" quantize' -l 'quantize' -d 'Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.' -rfka 'none q8'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" device' -l 'device' -d 'Where to compute: auto, cpu or gpu.' -rfka 'auto cpu gpu'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" threads' -l 'threads' -d 'Threads on a CPU (default: one for each physical core).' -rfka ''
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" low-memory' -l 'low-memory' -d 'Let go of each network when its stage is over, and load it again for the next song.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" json' -l 'json' -d 'Print one JSON document on standard output.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" version' -l 'version' -d 'Show the version.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace bench" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'vivace' -n '__vivace_should_offer_completions_for_flags_or_options "vivace help" version' -l 'version' -d 'Show the version.'
