"""Silences the reference packages' progress bars and advice, which tell nothing about our checkpoints."""

from __future__ import annotations

import warnings

import diffusers
import transformers


def quiet() -> None:
    """Call once before the first use of a pipeline."""
    warnings.filterwarnings("ignore", category=FutureWarning)
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
