/// Schemas of what the server answers, and of the bodies that it reads strictly; JSON.
enum SchemaText {
    static let json = #"""
        {
          "Error": {
            "type": "object", "required": ["error", "detail"],
            "properties": {
              "error": {
                "type": "object", "required": ["message", "type", "code"],
                "properties": {
                  "message": {"type": "string"}, "type": {"type": "string"}, "code": {"type": "integer"},
                  "field": {"type": ["string", "null"]}, "expected": {"type": ["string", "null"]}
                }
              },
              "detail": {}
            }
          },
          "NativeError": {
            "type": "object", "required": ["detail", "error", "code", "data", "timestamp", "extra", "error_code"],
            "properties": {
              "detail": {}, "error": {"type": "string"}, "code": {"type": "integer"}, "data": {"type": "null"},
              "timestamp": {"type": "integer"}, "extra": {"type": "null"}, "error_code": {"type": "string"}
            }
          },
          "Envelope": {
            "type": "object", "required": ["data", "code", "error", "timestamp", "extra"],
            "properties": {
              "data": {}, "code": {"type": "integer"}, "error": {"type": ["string", "null"]},
              "timestamp": {"type": "integer"}, "extra": {"type": "null"}
            }
          },
          "Submitted": {
            "allOf": [{"$ref": "#/components/schemas/Envelope"}],
            "type": "object", "required": ["task_id", "status"],
            "properties": {
              "task_id": {"type": "string"}, "status": {"const": "queued"},
              "data": {
                "type": "object", "required": ["task_id", "status", "queue_position"],
                "properties": {
                  "task_id": {"type": "string"}, "status": {"type": "string"},
                  "queue_position": {"type": "integer", "minimum": 1},
                  "notices": {"type": "array", "items": {"type": "string"}}
                }
              }
            }
          },
          "TaskResults": {
            "allOf": [{"$ref": "#/components/schemas/Envelope"}],
            "type": "object",
            "properties": {
              "data": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["task_id", "result", "status", "error", "state"],
                  "properties": {
                    "task_id": {"type": "string"},
                    "result": {"type": "string", "contentMediaType": "application/json"},
                    "status": {"enum": [0, 1, 2]}, "progress_text": {"type": "string"},
                    "error": {"type": ["string", "null"]},
                    "state": {"enum": ["queued", "running", "succeeded", "failed", "cancelled"]},
                    "progress": {"type": "number", "minimum": 0, "maximum": 1},
                    "queue_position": {"type": ["integer", "null"]}, "eta_seconds": {"type": ["number", "null"]}
                  }
                }
              }
            }
          },
          "QueryResult": {
            "type": "object",
            "properties": {
              "task_id_list": {
                "description": "ids, or the JSON text of a list of ids",
                "anyOf": [{"type": "array", "items": {"type": "string"}, "maxItems": 100}, {"type": "string"}]
              }
            }
          },
          "Job": {
            "type": "object",
            "required": ["id", "kind", "status", "fraction", "created_at", "request", "notices", "error", "result", "events"],
            "properties": {
              "id": {"type": "string", "format": "uuid"}, "job_id": {"type": "string"}, "task_id": {"type": "string"},
              "kind": {"enum": ["generate", "create", "format", "understand", "codes", "mix"]},
              "status": {"enum": ["queued", "running", "succeeded", "failed", "cancelled"]},
              "stage": {"type": ["string", "null"]}, "fraction": {"type": "number", "minimum": 0, "maximum": 1},
              "seconds_left": {"type": ["number", "null"]}, "queue_position": {"type": ["integer", "null"]},
              "eta_seconds": {"type": ["number", "null"]}, "avg_job_seconds": {"type": ["number", "null"]},
              "attempts": {"type": "integer", "minimum": 0}, "batch": {"type": ["string", "null"]},
              "created_at": {"type": "number"}, "started_at": {"type": ["number", "null"]},
              "finished_at": {"type": ["number", "null"]}, "request": {"type": "object"},
              "notices": {"type": "array", "items": {"type": "string"}},
              "error": {"anyOf": [{"$ref": "#/components/schemas/JobError"}, {"type": "null"}]},
              "result": {"anyOf": [{"$ref": "#/components/schemas/JobResult"}, {"type": "null"}]},
              "events": {"type": "string"}
            }
          },
          "JobError": {
            "type": "object", "required": ["code", "message", "field", "expected"],
            "properties": {
              "code": {"type": "string"}, "message": {"type": "string"}, "field": {"type": ["string", "null"]},
              "expected": {"type": ["string", "null"]}
            }
          },
          "JobResult": {
            "type": "object", "required": ["songs", "audio_paths"],
            "properties": {
              "songs": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["handle", "url", "seed", "duration", "sample_rate", "parameters"],
                  "properties": {
                    "handle": {"type": "string"}, "url": {"type": "string"}, "seed": {"type": "integer", "minimum": 0},
                    "duration": {"type": ["number", "null"]}, "sample_rate": {"type": "integer"},
                    "parameters": {"type": "object"}
                  }
                }
              },
              "audio_paths": {"type": "array", "items": {"type": "string"}}, "description": {}, "document": {},
              "seconds": {"type": "object", "additionalProperties": {"type": "number"}},
              "dit_model": {"type": ["string", "null"]}
            }
          },
          "JobList": {
            "type": "object", "required": ["jobs"],
            "properties": {
              "batch": {"type": ["string", "null"]},
              "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
              "cursor": {"type": ["string", "null"]}
            }
          },
          "JobRequest": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "kind": {"enum": ["generate", "create", "format", "understand", "codes", "mix", null]},
              "request": {"anyOf": [{"$ref": "#/components/schemas/MusicRequest"}, {"type": "null"}]},
              "prelude": {
                "type": ["object", "null"], "additionalProperties": false, "required": ["request"],
                "properties": {"kind": {"enum": ["create", "format"]}, "request": {"type": "object"}}
              },
              "model": {"type": ["string", "null"]}, "lm": {"type": ["string", "null"]},
              "planning": {
                "type": ["object", "null"], "additionalProperties": false,
                "properties": {
                  "wish": {"enum": ["never", "ifThere", "required", null]}, "tier": {"type": ["string", "null"]}
                }
              },
              "audio_format": {"type": ["string", "null"]}, "title": {"type": ["string", "null"]},
              "folder": {"type": ["string", "null"]}, "priority": {"enum": ["interactive", "normal", null]},
              "callback_url": {"type": ["string", "null"], "format": "uri"},
              "adapters": {
                "type": ["array", "null"], "maxItems": 16,
                "items": {
                  "oneOf": [
                    {"type": "string"},
                    {
                      "type": "object", "required": ["path"],
                      "properties": {
                        "path": {"type": "string"}, "scale": {"type": "number"},
                        "groups": {"type": "object", "additionalProperties": {"type": "number"}}
                      }
                    }
                  ]
                },
                "description": "adapters of the server by name, such as voice:0.8"
              },
              "parts": {"type": ["boolean", "null"], "description": "whether the songs can be heard while they are made"}
            }
          },
          "JobMove": {
            "type": "object", "additionalProperties": false, "required": ["before"],
            "properties": {"before": {"type": ["string", "null"], "description": "id of a job; null for the end"}}
          },
          "QueueLine": {
            "type": "object", "required": ["is_paused", "jobs"],
            "properties": {
              "is_paused": {"type": "boolean"}, "jobs": {"type": "array", "items": {"type": "string"}}
            }
          },
          "QueueChange": {
            "type": "object", "additionalProperties": false, "required": ["is_paused"],
            "properties": {"is_paused": {"type": "boolean"}}
          },
          "ModelPull": {
            "type": "object", "required": ["model", "state", "files", "files_done", "bytes", "total_bytes", "error"],
            "properties": {
              "model": {"type": "string"}, "state": {"enum": ["listing", "downloading", "succeeded", "failed", "stopped"]},
              "files": {"type": "integer"}, "files_done": {"type": "integer"}, "bytes": {"type": "integer"},
              "total_bytes": {"type": "integer"}, "resumed_bytes": {"type": "integer"},
              "bytes_per_second": {"type": "number"}, "seconds_left": {"type": ["number", "null"]},
              "file": {"type": ["string", "null"]}, "notices": {"type": "array", "items": {"type": "string"}},
              "error": {"anyOf": [{"$ref": "#/components/schemas/JobError"}, {"type": "null"}]}
            }
          },
          "ModelCatalog": {
            "type": "object", "required": ["models", "memory", "free_bytes"],
            "properties": {
              "memory": {"type": "integer"}, "free_bytes": {"type": ["integer", "null"]},
              "models": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["name", "status", "pull"],
                  "properties": {
                    "name": {"type": "string"}, "purpose": {"type": ["string", "null"]},
                    "status": {"enum": ["installed", "partial", "unreadable", "absent"]},
                    "summary": {"type": ["string", "null"]}, "parameters": {"type": ["string", "null"]},
                    "licence": {"type": ["string", "null"]}, "is_gated": {"type": ["boolean", "null"]},
                    "is_recommended": {"type": "boolean"}, "download_bytes": {"type": ["integer", "null"]},
                    "missing_bytes": {"type": ["integer", "null"]}, "disk_bytes": {"type": "integer"},
                    "memory_bytes": {"type": ["integer", "null"]}, "fits": {"type": ["boolean", "null"]},
                    "pull": {"anyOf": [{"$ref": "#/components/schemas/ModelPull"}, {"type": "null"}]}
                  }
                }
              }
            }
          },
          "JobBatch": {
            "type": "object", "additionalProperties": false, "required": ["jobs"],
            "properties": {
              "jobs": {
                "type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/components/schemas/JobRequest"}
              }
            }
          },
          "Song": {
            "type": "object", "required": ["id", "url", "title", "caption", "seed", "favourite", "folder"],
            "properties": {
              "id": {"type": "string"}, "url": {"type": "string"}, "job": {"type": ["string", "null"]},
              "index": {"type": "integer"}, "title": {"type": "string"}, "caption": {"type": "string"},
              "lyrics": {"type": "string"}, "parameters": {"type": "object"}, "model": {"type": "string"},
              "seed": {"type": "integer", "minimum": 0}, "duration": {"type": ["number", "null"]},
              "sample_rate": {"type": ["integer", "null"]}, "bytes": {"type": "integer"}, "format": {"type": "string"},
              "created_at": {"type": "number"}, "rating": {"type": ["integer", "null"]},
              "favourite": {"type": "boolean"}, "folder": {"type": "string"}, "trashed_at": {"type": ["number", "null"]}
            }
          },
          "SongPage": {
            "type": "object", "required": ["songs", "total", "next_offset"],
            "properties": {
              "songs": {"type": "array", "items": {"$ref": "#/components/schemas/Song"}},
              "total": {"type": "integer", "minimum": 0}, "next_offset": {"type": ["integer", "null"]}
            }
          },
          "SongChange": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "title": {"type": ["string", "null"], "maxLength": 200},
              "rating": {"type": ["integer", "null"], "minimum": 0, "maximum": 5},
              "favourite": {"type": ["boolean", "null"]}, "folder": {"type": ["string", "null"], "maxLength": 200}
            }
          },
          "Folders": {
            "type": "object", "required": ["folders"],
            "properties": {
              "folders": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["name", "songs"],
                  "properties": {"name": {"type": "string"}, "songs": {"type": "integer"}}
                }
              }
            }
          },
          "Removed": {
            "type": "object", "required": ["removed"],
            "properties": {"removed": {"type": "array", "items": {"type": "string"}}}
          },
          "Upload": {
            "type": "object", "required": ["id", "name", "bytes", "offset", "expires"],
            "properties": {
              "id": {"type": "string"}, "name": {"type": "string"}, "bytes": {"type": "integer"},
              "offset": {"type": "integer"}, "sha256": {"type": ["string", "null"]},
              "duration": {"type": ["number", "null"]}, "sample_rate": {"type": ["integer", "null"]},
              "channels": {"type": ["integer", "null"]}, "expires": {"type": "number"}
            }
          },
          "ChatRequest": {
            "type": "object", "required": ["messages"], "additionalProperties": true,
            "properties": {
              "model": {"type": ["string", "null"]},
              "messages": {
                "type": "array", "minItems": 1,
                "items": {
                  "type": "object",
                  "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array", "null"]}}
                }
              },
              "audio_config": {"type": ["object", "null"]}, "stream": {"type": ["boolean", "null"]},
              "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 2},
              "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1}
            }
          },
          "ChatCompletion": {
            "type": "object", "required": ["id", "object", "created", "model", "choices", "usage"],
            "properties": {
              "id": {"type": "string"}, "object": {"const": "chat.completion"}, "created": {"type": "integer"},
              "model": {"type": "string"},
              "choices": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["index", "message", "finish_reason"],
                  "properties": {
                    "index": {"type": "integer"}, "finish_reason": {"type": "string"},
                    "message": {
                      "type": "object", "required": ["role", "content", "audio"],
                      "properties": {
                        "role": {"const": "assistant"}, "content": {"type": "string"},
                        "audio": {"type": ["array", "null"]}, "audio_codes": {"type": ["string", "null"]}
                      }
                    }
                  }
                }
              },
              "usage": {"type": "object"}, "system_fingerprint": {"type": ["string", "null"]}
            }
          },
          "ModelList": {
            "type": "object", "required": ["object", "data"],
            "properties": {
              "object": {"const": "list"},
              "data": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["id", "object", "created", "owned_by"],
                  "properties": {
                    "id": {"type": "string"}, "object": {"const": "model"}, "created": {"type": "integer"},
                    "owned_by": {"type": "string"}
                  }
                }
              },
              "models": {"type": "array"}, "default_model": {"type": ["string", "null"]}
            }
          },
          "AnyModelList": {
            "anyOf": [{"$ref": "#/components/schemas/ModelList"}, {"$ref": "#/components/schemas/Envelope"}]
          },
          "Capabilities": {
            "type": "object",
            "required": ["version", "families", "models", "kinds", "adapters", "audio_formats", "limits"],
            "properties": {
              "version": {"type": "string"}, "families": {"type": "array"}, "models": {"type": "object"},
              "adapters": {"type": "array", "items": {"type": "string"}, "description": "names that jobs may give"},
              "kinds": {"type": "array", "items": {"type": "string"}},
              "audio_formats": {"type": "array", "items": {"type": "string"}}, "limits": {"type": "object"}
            }
          },
          "Session": {
            "type": "object", "required": ["needs_key", "is_open", "name", "scopes", "language"],
            "properties": {
              "needs_key": {"type": "boolean"}, "is_open": {"type": "boolean"}, "name": {"type": ["string", "null"]},
              "scopes": {"type": "array", "items": {"type": "string"}}, "language": {"type": "string"}
            }
          },
          "Status": {
            "type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}
          }
        }
        """#
}
