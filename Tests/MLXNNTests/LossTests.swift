import Foundation
import MLX
import MLXNN
import Testing

extension NNTests {
    @Suite struct Losses {
        let predictions = floats([1, 2, 4])
        let targets = floats([1, 4, 1])

        @Test func differences() {
            expect(mseLoss(predictions: predictions, targets: targets), [13.0 / 3])
            expect(mseLoss(predictions: predictions, targets: targets, reduction: .sum), [13])
            expect(mseLoss(predictions: predictions, targets: targets, reduction: .none), [0, 4, 9])
            expect(l1Loss(predictions: predictions, targets: targets), [5.0 / 3])
            expect(
                smoothL1Loss(predictions: predictions, targets: targets + 0.5, beta: 1, reduction: .none),
                [0.125, 2, 2])
            expect(
                smoothL1Loss(predictions: predictions, targets: targets, beta: 2.5, reduction: .none), [0, 0.8, 1.75])
            expect(huberLoss(inputs: predictions, targets: targets + 0.5), [0.125, 2, 2])
            expect(huberLoss(inputs: predictions, targets: targets, delta: 2.5), [0, 2, 4.375])
        }

        @Test func crossEntropyOfClassesAndOfProbabilities() {
            let logits = floats([0, log(3), log(2), log(2)], [2, 2])
            let (a, b) = (log(4.0 / 3), log(2.0))
            expect(crossEntropy(logits: logits, targets: MLXArray([1, 0])), [a, b])
            expect(crossEntropy(logits: logits, targets: MLXArray([1, 0]), reduction: .mean), [(a + b) / 2])
            expect(
                crossEntropy(logits: logits, targets: MLXArray([1, 0]), weights: floats([2, 0.5])), [2 * a, b / 2])
            expect(crossEntropy(logits: logits, targets: floats([0, 1, 0.5, 0.5], [2, 2])), [a, b])
            // 0.8 of class 1, and 0.2 spread over both classes.
            expect(
                crossEntropy(logits: logits, targets: MLXArray([1, 0]), labelSmoothing: 0.2),
                [log(4.0) - 0.9 * log(3.0), b])
            expect(crossEntropy(logits: logits.T, targets: MLXArray([1, 0]), axis: 0), [a, b])
        }

        @Test func binaryCrossEntropyOfLogitsAndOfProbabilities() {
            let logits = floats([0, log(3)])
            let losses = [log(2.0), log(4.0)]
            expect(
                binaryCrossEntropy(logits: logits, targets: floats([1, 0]), reduction: .none), losses)
            expect(binaryCrossEntropy(logits: logits, targets: floats([1, 0])), [(losses[0] + losses[1]) / 2])
            expect(
                binaryCrossEntropy(
                    logits: sigmoid(logits), targets: floats([1, 0]), withLogits: false, reduction: .none), losses)
            expect(
                binaryCrossEntropy(
                    logits: floats([0, 1]), targets: floats([1, 1]), weights: floats([0.5, 1]), withLogits: false,
                    reduction: .none), [50, 0])
        }

        @Test func likelihoods() {
            let logs = log(floats([0.25, 0.75, 0.5, 0.5], [2, 2]))
            expect(nllLoss(inputs: logs, targets: MLXArray([1, 0])), [-log(0.75), log(2.0)])
            let target = log(floats([0.5, 0.5, 0.5, 0.5], [2, 2]))
            expect(
                klDivLoss(inputs: logs, targets: target),
                [0.5 * (log(0.5) - log(0.25)) + 0.5 * (log(0.5) - log(0.75)), 0])
        }

        @Test func cosineSimilarity() {
            let x = floats([3, 4, 1, 0], [2, 2])
            let y = floats([4, 3, 0, 2], [2, 2])
            expect(cosineSimilarityLoss(x1: x, x2: y), [0.96, 0])
            expect(cosineSimilarityLoss(x1: x, x2: x, reduction: .mean), [1])
            expect(cosineSimilarityLoss(x1: x * 0, x2: x), [0, 0])
        }
    }
}
