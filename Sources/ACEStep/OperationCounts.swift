import Oobleck
import Qwen3

// How many floating-point operations the networks take: two for every multiplication with addition in matrix products
// and attention. Norms, activations and other work by the element are left out.

extension StackConfiguration {
    private var queryWidth: Double { Double(heads * headDimensions) }
    private var keyWidth: Double { Double(keyValueHeads * headDimensions) }

    /// Products of a layer with `length` positions, without attention's.
    private func projections(length: Int, ofKeys: Bool = true) -> Double {
        let width = Double(hiddenSize)
        return 2 * Double(length) * (2 * width * queryWidth + (ofKeys ? 2 * width * keyWidth : 0))
    }

    private func feedForward(length: Int) -> Double {
        2 * Double(length) * 3 * Double(hiddenSize) * Double(intermediateSize)
    }

    /// Scores and weighted sums over all pairs of positions that see each other.
    private func attention(pairs: Double) -> Double { 4 * pairs * queryWidth }

    private func visiblePairs(length: Int, window: Int?) -> Double {
        guard let window, window < length else { return Double(length) * Double(length) }
        return (0..<length).reduce(0) { $0 + Double(min(length - 1, $1 + window) - max(0, $1 - window) + 1) }
    }

    /// Self-attention and feed-forward layers of an encoder.
    func encoderOperations(length: Int) -> Double {
        (0..<layers).reduce(0) { sum, layer in
            sum + projections(length: length) + feedForward(length: length)
                + attention(pairs: visiblePairs(length: length, window: window(ofLayer: layer)))
        }
    }

    /// Layers with cross-attention to keys and values that are there already.
    func transformerOperations(length: Int, condition: Int) -> Double {
        encoderOperations(length: length) + Double(layers)
            * (projections(length: length, ofKeys: false) + attention(pairs: Double(length) * Double(condition)))
    }

    /// Keys and values of a condition for all layers.
    package func crossAttentionCacheOperations(condition: Int) -> Double {
        Double(layers) * 2 * Double(condition) * 2 * Double(hiddenSize) * keyWidth
    }
}

extension TransformerConfiguration {
    /// One step on `frames` latent frames.
    package func stepOperations(frames: Int, condition: Int) -> Double {
        let length = (frames + patchSize - 1) / patchSize
        let width = Double(stack.hiddenSize)
        let ends = 2 * Double(length) * width * Double(patchSize * (inputChannels + acousticChannels))
        return stack.transformerOperations(length: length, condition: condition) + ends
    }

    /// What is done once for a condition.
    package func conditionOperations(_ condition: Int) -> Double {
        2 * Double(condition) * Double(conditionWidth * stack.hiddenSize)
            + stack.crossAttentionCacheOperations(condition: condition)
    }
}

extension ConditionEncoderConfiguration {
    package func operations(text: Int, lyrics: Int, reference: Int) -> Double {
        let projections =
            Double(text * textWidth * lyric.hiddenSize) + Double(lyrics * textWidth * lyric.hiddenSize)
            + Double(reference * timbreChannels * timbre.hiddenSize)
        return 2 * projections + lyric.encoderOperations(length: lyrics) + timbre.encoderOperations(length: reference)
    }
}

extension Qwen3Configuration {
    /// A causal pass over `length` tokens.
    package func operations(length: Int) -> Double {
        let (width, queries) = (Double(hiddenSize), Double(attentionHeads * headDimensions))
        let keys = Double(keyValueHeads * headDimensions)
        let products = 2 * width * queries + 2 * width * keys + 3 * width * Double(intermediateSize)
        let pairs = Double(length) * Double(length + 1) / 2
        return Double(hiddenLayers) * (2 * Double(length) * products + 4 * pairs * queries)
    }
}
