import MusicJobs

print(Handle.make(.song, ending: "flac"))
