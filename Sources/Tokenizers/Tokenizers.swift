// Sources of Tokenizers.
