public import MusicCore

/// The orthogonal wavelets that the wavelet correction knows, by PyWavelets' names.
public enum Wavelet: String, Sendable, Codable, CaseIterable, FieldValue {
    case haar
    /// Daubechies with two vanishing moments, likewise with four.
    case db2, db4
    /// The nearly symmetric ones of Daubechies with four and eight vanishing moments.
    case sym4, sym8
    /// The second Coiflet.
    case coif2

    /// The scaling filter, from the first value on: the synthesis low-pass of the two-channel filter bank.
    ///
    /// The numbers are the published ones, to the digits that PyWavelets has.
    package var filter: [Double] {
        switch self {
        case .haar: [0.7071067811865476, 0.7071067811865476]
        case .db2: [0.48296291314453416, 0.8365163037378079, 0.2241438680420134, -0.12940952255126037]
        case .db4:
            [
                0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854,
                -0.18703481171909309, 0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
            ]
        case .sym4:
            [
                0.0322231006040427, -0.012603967262037833, -0.09921954357684722, 0.29785779560527736,
                0.8037387518059161, 0.49761866763201545, -0.02963552764599851, -0.07576571478927333,
            ]
        case .sym8:
            [
                0.0018899503327594609, -0.0003029205147213668, -0.01495225833704823, 0.003808752013890615,
                0.049137179673607506, -0.027219029917056003, -0.05194583810770904, 0.3644418948353314,
                0.7771857517005235, 0.4813596512583722, -0.061273359067658524, -0.1432942383508097,
                0.007607487324917605, 0.03169508781149298, -0.0005421323317911481, -0.0033824159510061256,
            ]
        case .coif2:
            [
                0.01638733646320364, -0.04146493678687178, -0.0673725547237256, 0.3861100668227629,
                0.8127236354494135, 0.4170051844232391, -0.07648859907828076, -0.05943441864643109,
                0.02368017194684777, 0.005611434819368834, -0.0018232088709110323, -0.000720549445520347,
            ]
        }
    }
}
