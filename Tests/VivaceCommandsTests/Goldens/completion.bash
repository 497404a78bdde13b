#!/bin/bash

__vivace_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__vivace_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__vivace_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__vivace_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_vivace() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __vivace_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    generate|create|format|understand|extract|bgm|codes|lrc|info|spectrogram|waveform|adapter|repl|t2m|dj|mix|models|doctor|bench|serve|keys|library|help)
        # Offer subcommand argument completions
        "_vivace_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'generate create format understand extract bgm codes lrc info spectrogram waveform adapter repl t2m dj mix models doctor bench serve keys library help' -- "${cur}"))
        ;;
    esac
}

_vivace_generate() {
    repeating_flags=()
    non_repeating_flags=(--instrumental --no-instrumental --use-sft-prompt --no-use-sft-prompt --null-lyric-condition --no-null-lyric-condition --adg --use-adg --no-adg --no-use-adg --snap-timesteps --no-snap-timesteps --dcw --dcw-enabled --no-dcw --no-dcw-enabled --retry-non-finite --no-retry-non-finite --keep-source --no-keep-source --flow-edit --flow-edit-morph --no-flow-edit --no-flow-edit-morph --thinking --no-thinking --use-cot-metas --no-use-cot-metas --use-cot-caption --no-use-cot-caption --use-cot-lyrics --no-use-cot-lyrics --use-cot-language --no-use-cot-language --allow-lm-batch --no-allow-lm-batch --use-constrained-decoding --no-use-constrained-decoding --low-memory --offload-to-cpu --enable-normalization --no-enable-normalization --latents-only --no-latents-only --check-audio --no-check-audio --remove-dc-offset --no-remove-dc-offset --lrc --no-lrc --score --no-score --json --quiet -q --verbose -v --keep-all --play --version -h --help)
    repeating_options=(--caption --prompt --lyrics --lyrics-file --language --vocal-language --adapter --audio-codes --region --flow-edit-source-lyrics-file)
    non_repeating_options=(--duration --genres --tags --bpm --tempo --key --keyscale --time-signature --timesignature --max-text-length --max-lyric-length --steps --inference-steps --guidance-scale --seed --seeds --noise-latents --batch --batch-size --shift --timesteps --latent-shift --latent-rescale --retake-variance --retake-seed --cfg-interval-start --cfg-interval-end --solver --infer-method --dcw-mode --dcw-scaler --dcw-high-scaler --dcw-wavelet --velocity-norm-threshold --velocity-ema-factor --task --task-type --source --src-audio --reference --reference-audio --instruction --track --tracks --repainting-start --repainting-end --cover-strength --audio-cover-strength --cover-rule --cover-noise-strength --flow-edit-source-caption --flow-edit-source-lyrics --flow-edit-n-min --flow-edit-n-max --flow-edit-n-avg --lm-batch-chunk-size --lm-temperature --lm-cfg-scale --lm-top-k --lm-top-p --lm-repetition-penalty --lm-negative-prompt --lm --memory-tier --model --from --request --dtype --quantize --device --threads --max-memory --mps-max-memory-gb --normalize --normalization-db --fade-in --fade-in-duration --fade-out --fade-out-duration --score-scale --output -o --audio-format --bit-depth --save-latents --best-of --keep --stream)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--caption'|'--prompt')
        return
        ;;
    '--duration')
        return
        ;;
    '--genres'|'--tags')
        return
        ;;
    '--lyrics')
        return
        ;;
    '--lyrics-file')
        __vivace_add_completions -f
        return
        ;;
    '--language'|'--vocal-language')
        return
        ;;
    '--bpm'|'--tempo')
        return
        ;;
    '--key'|'--keyscale')
        return
        ;;
    '--time-signature'|'--timesignature')
        return
        ;;
    '--max-text-length')
        return
        ;;
    '--max-lyric-length')
        return
        ;;
    '--steps'|'--inference-steps')
        return
        ;;
    '--guidance-scale')
        return
        ;;
    '--seed'|'--seeds')
        return
        ;;
    '--noise-latents')
        __vivace_add_completions -f
        return
        ;;
    '--batch'|'--batch-size')
        return
        ;;
    '--adapter')
        return
        ;;
    '--shift')
        return
        ;;
    '--timesteps')
        return
        ;;
    '--latent-shift')
        return
        ;;
    '--latent-rescale')
        return
        ;;
    '--retake-variance')
        return
        ;;
    '--retake-seed')
        return
        ;;
    '--cfg-interval-start')
        return
        ;;
    '--cfg-interval-end')
        return
        ;;
    '--solver'|'--infer-method')
        __vivace_add_completions -W 'ode'$'\n''sde'$'\n''heun'$'\n''dpmpp_2m'
        return
        ;;
    '--dcw-mode')
        __vivace_add_completions -W 'low'$'\n''high'$'\n''double'$'\n''pix'
        return
        ;;
    '--dcw-scaler')
        return
        ;;
    '--dcw-high-scaler')
        return
        ;;
    '--dcw-wavelet')
        __vivace_add_completions -W 'haar'$'\n''db2'$'\n''db4'$'\n''sym4'$'\n''sym8'$'\n''coif2'
        return
        ;;
    '--velocity-norm-threshold')
        return
        ;;
    '--velocity-ema-factor')
        return
        ;;
    '--task'|'--task-type')
        return
        ;;
    '--source'|'--src-audio')
        __vivace_add_completions -f
        return
        ;;
    '--reference'|'--reference-audio')
        __vivace_add_completions -f
        return
        ;;
    '--instruction')
        return
        ;;
    '--audio-codes')
        return
        ;;
    '--track')
        return
        ;;
    '--tracks')
        return
        ;;
    '--region')
        return
        ;;
    '--repainting-start')
        return
        ;;
    '--repainting-end')
        return
        ;;
    '--cover-strength'|'--audio-cover-strength')
        return
        ;;
    '--cover-rule')
        __vivace_add_completions -W 'switch'$'\n''blend'
        return
        ;;
    '--cover-noise-strength')
        return
        ;;
    '--flow-edit-source-caption')
        return
        ;;
    '--flow-edit-source-lyrics')
        return
        ;;
    '--flow-edit-source-lyrics-file')
        __vivace_add_completions -f
        return
        ;;
    '--flow-edit-n-min')
        return
        ;;
    '--flow-edit-n-max')
        return
        ;;
    '--flow-edit-n-avg')
        return
        ;;
    '--lm-batch-chunk-size')
        return
        ;;
    '--lm-temperature')
        return
        ;;
    '--lm-cfg-scale')
        return
        ;;
    '--lm-top-k')
        return
        ;;
    '--lm-top-p')
        return
        ;;
    '--lm-repetition-penalty')
        return
        ;;
    '--lm-negative-prompt')
        return
        ;;
    '--lm')
        return
        ;;
    '--memory-tier')
        return
        ;;
    '--model')
        return
        ;;
    '--from')
        return
        ;;
    '--request')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    '--normalize')
        __vivace_add_completions -W 'peak'$'\n''none'
        return
        ;;
    '--normalization-db')
        return
        ;;
    '--fade-in'|'--fade-in-duration')
        return
        ;;
    '--fade-out'|'--fade-out-duration')
        return
        ;;
    '--score-scale')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--audio-format')
        return
        ;;
    '--bit-depth')
        __vivace_add_completions -W '16'$'\n''24'$'\n''32f'
        return
        ;;
    '--save-latents')
        return
        ;;
    '--best-of')
        return
        ;;
    '--keep')
        return
        ;;
    '--stream')
        return
        ;;
    esac
}

_vivace_create() {
    repeating_flags=()
    non_repeating_flags=(--instrumental --generate --use-constrained-decoding --no-use-constrained-decoding --json --quiet -q --verbose -v --low-memory --offload-to-cpu --version -h --help)
    repeating_options=()
    non_repeating_options=(--language --vocal-language --output -o --duration --model --lm --lm-temperature --lm-top-k --lm-top-p --lm-repetition-penalty --seed --memory-tier --request --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--language'|'--vocal-language')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--duration')
        return
        ;;
    '--model')
        return
        ;;
    '--lm')
        return
        ;;
    '--lm-temperature')
        return
        ;;
    '--lm-top-k')
        return
        ;;
    '--lm-top-p')
        return
        ;;
    '--lm-repetition-penalty')
        return
        ;;
    '--seed')
        return
        ;;
    '--memory-tier')
        return
        ;;
    '--request')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_format() {
    repeating_flags=()
    non_repeating_flags=(--generate --use-constrained-decoding --no-use-constrained-decoding --json --quiet -q --verbose -v --low-memory --offload-to-cpu --version -h --help)
    repeating_options=(--lyrics-file)
    non_repeating_options=(--duration --lyrics --language --vocal-language --bpm --tempo --key --keyscale --time-signature --timesignature --output -o --model --lm --lm-temperature --lm-top-k --lm-top-p --lm-repetition-penalty --seed --memory-tier --request --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--duration')
        return
        ;;
    '--lyrics')
        return
        ;;
    '--lyrics-file')
        __vivace_add_completions -f
        return
        ;;
    '--language'|'--vocal-language')
        return
        ;;
    '--bpm'|'--tempo')
        return
        ;;
    '--key'|'--keyscale')
        return
        ;;
    '--time-signature'|'--timesignature')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--model')
        return
        ;;
    '--lm')
        return
        ;;
    '--lm-temperature')
        return
        ;;
    '--lm-top-k')
        return
        ;;
    '--lm-top-p')
        return
        ;;
    '--lm-repetition-penalty')
        return
        ;;
    '--seed')
        return
        ;;
    '--memory-tier')
        return
        ;;
    '--request')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_understand() {
    repeating_flags=()
    non_repeating_flags=(--use-constrained-decoding --no-use-constrained-decoding --json --quiet -q --verbose -v --low-memory --offload-to-cpu --version -h --help)
    repeating_options=()
    non_repeating_options=(--codes --model --lm --lm-temperature --lm-top-k --lm-top-p --lm-repetition-penalty --seed --memory-tier --request --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--codes')
        return
        ;;
    '--model')
        return
        ;;
    '--lm')
        return
        ;;
    '--lm-temperature')
        return
        ;;
    '--lm-top-k')
        return
        ;;
    '--lm-top-p')
        return
        ;;
    '--lm-repetition-penalty')
        return
        ;;
    '--seed')
        return
        ;;
    '--memory-tier')
        return
        ;;
    '--request')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_extract() {
    repeating_flags=()
    non_repeating_flags=(--low-memory --offload-to-cpu --json --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--steps --inference-steps --guidance-scale --seed --seeds --tracks --output -o --format --prompt --model --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--steps'|'--inference-steps')
        return
        ;;
    '--guidance-scale')
        return
        ;;
    '--seed'|'--seeds')
        return
        ;;
    '--tracks')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--format')
        return
        ;;
    '--prompt')
        return
        ;;
    '--model')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_bgm() {
    repeating_flags=()
    non_repeating_flags=(--of-song --instrumental --no-instrumental --use-sft-prompt --no-use-sft-prompt --null-lyric-condition --no-null-lyric-condition --low-memory --offload-to-cpu --quiet -q --verbose -v --version -h --help)
    repeating_options=(--caption --prompt --lyrics --lyrics-file --language --vocal-language)
    non_repeating_options=(--duration --genres --tags --bpm --tempo --key --keyscale --time-signature --timesignature --max-text-length --max-lyric-length --steps --inference-steps --guidance-scale --seed --seeds --tracks --dtype --quantize --device --threads --max-memory --mps-max-memory-gb --model --output -o)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--caption'|'--prompt')
        return
        ;;
    '--duration')
        return
        ;;
    '--genres'|'--tags')
        return
        ;;
    '--lyrics')
        return
        ;;
    '--lyrics-file')
        __vivace_add_completions -f
        return
        ;;
    '--language'|'--vocal-language')
        return
        ;;
    '--bpm'|'--tempo')
        return
        ;;
    '--key'|'--keyscale')
        return
        ;;
    '--time-signature'|'--timesignature')
        return
        ;;
    '--max-text-length')
        return
        ;;
    '--max-lyric-length')
        return
        ;;
    '--steps'|'--inference-steps')
        return
        ;;
    '--guidance-scale')
        return
        ;;
    '--seed'|'--seeds')
        return
        ;;
    '--tracks')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    '--model')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    esac
}

_vivace_codes() {
    repeating_flags=()
    non_repeating_flags=(--low-memory --offload-to-cpu --json --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--model --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--model')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_lrc() {
    repeating_flags=()
    non_repeating_flags=(--low-memory --offload-to-cpu --quiet -q --verbose -v --version -h --help)
    repeating_options=()
    non_repeating_options=(--format --output -o --lyrics-file --language --model --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--format')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--lyrics-file')
        return
        ;;
    '--language')
        return
        ;;
    '--model')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_info() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 1
}

_vivace_spectrogram() {
    repeating_flags=()
    non_repeating_flags=(--bare --version -h --help)
    repeating_options=()
    non_repeating_options=(--output -o --width --height --title --scale)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output'|'-o')
        return
        ;;
    '--width')
        return
        ;;
    '--height')
        return
        ;;
    '--title')
        return
        ;;
    '--scale')
        __vivace_add_completions -W 'mel'$'\n''log'$'\n''linear'
        return
        ;;
    esac
}

_vivace_waveform() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--output -o --width --height --title)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output'|'-o')
        return
        ;;
    '--width')
        return
        ;;
    '--height')
        return
        ;;
    '--title')
        return
        ;;
    esac
}

_vivace_adapter() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    info|merge|convert|extract)
        # Offer subcommand argument completions
        "_vivace_adapter_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'info merge convert extract' -- "${cur}"))
        ;;
    esac
}

_vivace_adapter_info() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--model)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--model')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __vivace_add_completions -f
        return
        ;;
    esac
}

_vivace_adapter_merge() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--model --output -o --dtype)
    __vivace_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--model')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __vivace_add_completions -f
        return
        ;;
    esac
}

_vivace_adapter_convert() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--to --output -o)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--to')
        __vivace_add_completions -W 'peft'$'\n''comfyui'$'\n''diffusers'
        return
        ;;
    '--output'|'-o')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __vivace_add_completions -f
        return
        ;;
    esac
}

_vivace_adapter_extract() {
    repeating_flags=()
    non_repeating_flags=(--json --quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--from --rank --output -o)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--from')
        return
        ;;
    '--rank')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    esac
}

_vivace_repl() {
    repeating_flags=()
    non_repeating_flags=(--download --no-download --enhance-prompt --no-enhance-prompt --structure-prompt --no-structure-prompt --auto-lyrics --no-auto-lyrics --instrumental --no-instrumental --print-plan --no-print-plan --verbose --open --version -h --help)
    repeating_options=(--style --negative-style)
    non_repeating_options=(--engine --backend --model-id --model --device --dtype --steps --duration --format --bpm --keyscale --key --timesignature --vocal-language --language --text-planner --composition-mode --guidance-scale --shift --seed --negative --out-dir --prefix --prompt --lyrics)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--engine'|'--backend')
        return
        ;;
    '--model-id'|'--model')
        return
        ;;
    '--device')
        return
        ;;
    '--dtype')
        return
        ;;
    '--steps')
        return
        ;;
    '--duration')
        return
        ;;
    '--format')
        return
        ;;
    '--bpm')
        return
        ;;
    '--keyscale'|'--key')
        return
        ;;
    '--timesignature')
        return
        ;;
    '--vocal-language'|'--language')
        return
        ;;
    '--text-planner')
        return
        ;;
    '--composition-mode')
        return
        ;;
    '--guidance-scale')
        return
        ;;
    '--shift')
        return
        ;;
    '--seed')
        return
        ;;
    '--negative')
        return
        ;;
    '--style')
        return
        ;;
    '--negative-style')
        return
        ;;
    '--out-dir')
        return
        ;;
    '--prefix')
        return
        ;;
    '--prompt')
        return
        ;;
    '--lyrics')
        return
        ;;
    esac
}

_vivace_t2m() {
    repeating_flags=()
    non_repeating_flags=(--download --no-download --enhance-prompt --no-enhance-prompt --structure-prompt --no-structure-prompt --auto-lyrics --no-auto-lyrics --instrumental --no-instrumental --print-plan --no-print-plan --verbose --version -h --help)
    repeating_options=(--style --negative-style)
    non_repeating_options=(--lyrics --out -o --output --engine --backend --model-id --model --device --dtype --steps --duration --format --bpm --keyscale --key --timesignature --vocal-language --language --text-planner --composition-mode --guidance-scale --shift --seed --negative)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--lyrics')
        return
        ;;
    '--out'|'-o'|'--output')
        return
        ;;
    '--engine'|'--backend')
        return
        ;;
    '--model-id'|'--model')
        return
        ;;
    '--device')
        return
        ;;
    '--dtype')
        return
        ;;
    '--steps')
        return
        ;;
    '--duration')
        return
        ;;
    '--format')
        return
        ;;
    '--bpm')
        return
        ;;
    '--keyscale'|'--key')
        return
        ;;
    '--timesignature')
        return
        ;;
    '--vocal-language'|'--language')
        return
        ;;
    '--text-planner')
        return
        ;;
    '--composition-mode')
        return
        ;;
    '--guidance-scale')
        return
        ;;
    '--shift')
        return
        ;;
    '--seed')
        return
        ;;
    '--negative')
        return
        ;;
    '--style')
        return
        ;;
    '--negative-style')
        return
        ;;
    esac
}

_vivace_dj() {
    repeating_flags=()
    non_repeating_flags=(--make --instrumental --version -h --help)
    repeating_options=()
    non_repeating_options=(--provider --chat-model --model --tracks --duration --reference --influence --mood --transition --seconds --beats --format --output -o --env-file)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--provider')
        return
        ;;
    '--chat-model')
        return
        ;;
    '--model')
        return
        ;;
    '--tracks')
        return
        ;;
    '--duration')
        return
        ;;
    '--reference')
        return
        ;;
    '--influence')
        return
        ;;
    '--mood')
        return
        ;;
    '--transition')
        return
        ;;
    '--seconds')
        return
        ;;
    '--beats')
        return
        ;;
    '--format')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--env-file')
        return
        ;;
    esac
}

_vivace_mix() {
    repeating_flags=()
    non_repeating_flags=(--json --quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--transition --seconds --beats --output -o --title --cue)
    __vivace_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--transition')
        return
        ;;
    '--seconds')
        return
        ;;
    '--beats')
        return
        ;;
    '--output'|'-o')
        return
        ;;
    '--title')
        return
        ;;
    '--cue')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __vivace_add_completions -f
        return
        ;;
    esac
}

_vivace_models() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|pull|path|verify|remove|quantize|make-random)
        # Offer subcommand argument completions
        "_vivace_models_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list pull path verify remove quantize make-random' -- "${cur}"))
        ;;
    esac
}

_vivace_models_list() {
    repeating_flags=()
    non_repeating_flags=(--installed --json --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 0
}

_vivace_models_pull() {
    repeating_flags=()
    non_repeating_flags=(--json --quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--source --download-source --parallel)
    __vivace_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--source'|'--download-source')
        __vivace_add_completions -W 'auto'$'\n''huggingface'$'\n''modelscope'
        return
        ;;
    '--parallel')
        return
        ;;
    esac
}

_vivace_models_path() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--component)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--component')
        return
        ;;
    esac
}

_vivace_models_verify() {
    repeating_flags=()
    non_repeating_flags=(--repair --json --quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 1
}

_vivace_models_remove() {
    repeating_flags=()
    non_repeating_flags=(--dry-run -d --json --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 1
}

_vivace_models_quantize() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 2
}

_vivace_models_make-random() {
    repeating_flags=()
    non_repeating_flags=(--full-size --version -h --help)
    repeating_options=()
    non_repeating_options=(--lm --seed)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--lm')
        return
        ;;
    '--seed')
        return
        ;;
    esac
}

_vivace_doctor() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--memory-tier --server)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--memory-tier')
        return
        ;;
    '--server')
        return
        ;;
    esac
}

_vivace_bench() {
    repeating_flags=()
    non_repeating_flags=(--low-memory --offload-to-cpu --json --version -h --help)
    repeating_options=(--stage --adapter)
    non_repeating_options=(--model --duration --batch --steps --text-tokens --lyric-tokens --repeats --dtype --quantize --device --threads --max-memory --mps-max-memory-gb)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--model')
        return
        ;;
    '--duration')
        return
        ;;
    '--batch')
        return
        ;;
    '--steps')
        return
        ;;
    '--text-tokens')
        return
        ;;
    '--lyric-tokens')
        return
        ;;
    '--repeats')
        return
        ;;
    '--stage')
        __vivace_add_completions -W 'text-encoder'$'\n''condition-encoder'$'\n''dit'$'\n''vae-encode'$'\n''vae-decode'$'\n''end-to-end'$'\n''lm-prefill'$'\n''lm'$'\n''lm-cfg'
        return
        ;;
    '--adapter')
        __vivace_add_completions -f
        return
        ;;
    '--dtype')
        __vivace_add_completions -W 'auto'$'\n''f32'$'\n''bf16'
        return
        ;;
    '--quantize')
        __vivace_add_completions -W 'none'$'\n''q8'
        return
        ;;
    '--device')
        __vivace_add_completions -W 'auto'$'\n''cpu'$'\n''gpu'
        return
        ;;
    '--threads')
        return
        ;;
    '--max-memory'|'--mps-max-memory-gb')
        return
        ;;
    esac
}

_vivace_serve() {
    repeating_flags=()
    non_repeating_flags=(--no-auth --enable-api --debug --version -h --help)
    repeating_options=(--allowed-host --allowed-origin --allowed-path --webhook-host)
    non_repeating_options=(--server-name --host --port --dj-port --config --env-file --data --home --api-key --keys-file --auth-username --auth-password --lora-dir --config-path --model --lm-model-path --lm --init-service --init-llm --no-init --device --dtype --quantize --quantization --threads --offload-to-cpu --max-memory --batch-size --download-source --queue-size --drain-seconds --log-format --log-level --backend --use-flash-attention --offload-dit-to-cpu --checkpoint --service-mode --language)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--server-name'|'--host')
        return
        ;;
    '--port')
        return
        ;;
    '--dj-port')
        return
        ;;
    '--config')
        return
        ;;
    '--env-file')
        return
        ;;
    '--data'|'--home')
        return
        ;;
    '--api-key')
        return
        ;;
    '--keys-file')
        return
        ;;
    '--auth-username')
        return
        ;;
    '--auth-password')
        return
        ;;
    '--allowed-host')
        return
        ;;
    '--allowed-origin')
        return
        ;;
    '--allowed-path')
        return
        ;;
    '--lora-dir')
        return
        ;;
    '--config-path'|'--model')
        return
        ;;
    '--lm-model-path'|'--lm')
        return
        ;;
    '--init-service')
        return
        ;;
    '--init-llm')
        return
        ;;
    '--no-init')
        return
        ;;
    '--device')
        return
        ;;
    '--dtype')
        return
        ;;
    '--quantize'|'--quantization')
        return
        ;;
    '--threads')
        return
        ;;
    '--offload-to-cpu')
        return
        ;;
    '--max-memory')
        return
        ;;
    '--batch-size')
        return
        ;;
    '--download-source')
        return
        ;;
    '--queue-size')
        return
        ;;
    '--drain-seconds')
        return
        ;;
    '--log-format')
        return
        ;;
    '--log-level')
        return
        ;;
    '--webhook-host')
        return
        ;;
    '--backend')
        return
        ;;
    '--use-flash-attention')
        return
        ;;
    '--offload-dit-to-cpu')
        return
        ;;
    '--checkpoint')
        return
        ;;
    '--service-mode')
        return
        ;;
    '--language')
        return
        ;;
    esac
}

_vivace_keys() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    new|list)
        # Offer subcommand argument completions
        "_vivace_keys_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'new list' -- "${cur}"))
        ;;
    esac
}

_vivace_keys_new() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--scope --scopes)
    non_repeating_options=(--file --waiting)
    __vivace_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--file')
        return
        ;;
    '--scope'|'--scopes')
        return
        ;;
    '--waiting')
        return
        ;;
    esac
}

_vivace_keys_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--file)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--file')
        return
        ;;
    esac
}

_vivace_library() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|rebuild)
        # Offer subcommand argument completions
        "_vivace_library_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list rebuild' -- "${cur}"))
        ;;
    esac
}

_vivace_library_list() {
    repeating_flags=()
    non_repeating_flags=(--trashed --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --limit)
    __vivace_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--limit')
        return
        ;;
    esac
}

_vivace_library_rebuild() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data)
    __vivace_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    esac
}

_vivace_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __vivace_offer_flags_options -1
}

complete -o filenames -F _vivace vivace
