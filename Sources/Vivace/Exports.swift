// What a program needs beside this module's own names: one import is enough.
@_exported import ACEStep
@_exported import ACEStepForms
@_exported import AudioFile
@_exported import MusicCore
@_exported import MusicEngine
