public import MusicCore

extension FamilyCatalog {
    /// What ACE-Step 1.5 tells of itself: its published checkpoints, and what its folders look like.
    public static let aceStep = FamilyCatalog(
        family: "ace-step", title: "ACE-Step 1.5", models: ACEStepModels.all, preferred: ACEStepModels.preferred,
        extraFiles: [ACEStepFiles.silence], checkpointVariables: ["ACESTEP_CHECKPOINTS_DIR"],
        sourceVariables: ["ACESTEP_DOWNLOAD_SOURCE"],
        folderDescription: "a folder with model_index.json, one with \(ACEStepFolders.usualModel)/, "
            + "\(ACEStepFolders.autoencoder)/ and \(ACEStepFolders.textEncoder)/, or one DiT folder of these",
        recognise: ACEStepFolders.recognise)
}
