// Sources of VivaceCommands.
