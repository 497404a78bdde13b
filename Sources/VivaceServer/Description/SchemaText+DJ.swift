extension SchemaText {
    /// Schemas of the DJ's routes; JSON.
    static let dj = #"""
        {
          "DJProviders": {
            "type": "object", "required": ["data", "default"],
            "properties": {
              "data": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["id", "name", "is_ready", "needs_key", "default_model", "reason"],
                  "properties": {
                    "id": {"$ref": "#/components/schemas/DJProvider"}, "name": {"type": "string"},
                    "is_ready": {"type": "boolean"}, "needs_key": {"type": "boolean"},
                    "default_model": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]}
                  }
                }
              },
              "default": {"$ref": "#/components/schemas/DJProvider"}
            }
          },
          "DJProvider": {"enum": ["local", "openrouter", "gemini", "ollama", "openai"]},
          "DJModels": {
            "type": "object", "required": ["data", "is_listed", "notice"],
            "properties": {
              "data": {"type": "array", "items": {"type": "string"}},
              "is_listed": {"type": "boolean", "description": "whether the service itself has said so"},
              "notice": {"type": ["string", "null"]}
            }
          },
          "DJChat": {
            "type": "object", "required": ["messages"], "additionalProperties": false,
            "properties": {
              "provider": {"anyOf": [{"$ref": "#/components/schemas/DJProvider"}, {"type": "null"}]},
              "model": {"type": ["string", "null"]},
              "messages": {
                "type": "array", "minItems": 1, "description": "oldest first; the last one is the user's",
                "items": {
                  "type": "object", "required": ["role", "content"],
                  "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": "string"}}
                }
              },
              "tracks": {"type": ["integer", "null"], "minimum": 1, "maximum": 20},
              "duration": {"type": ["number", "null"], "minimum": 10, "maximum": 600},
              "instrumental": {"type": ["boolean", "null"]}, "has_reference": {"type": ["boolean", "null"]},
              "plan": {"anyOf": [{"$ref": "#/components/schemas/DJPlan"}, {"type": "null"}]},
              "made": {"type": ["array", "null"], "items": {"type": "string"}}
            }
          },
          "DJPlan": {
            "type": "object", "required": ["tracks"],
            "properties": {
              "narrative": {"type": "string"}, "settings": {"type": "object"},
              "tracks": {"type": "array", "items": {"type": "object"}}
            }
          },
          "DJPlanRequest": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "plan": {"anyOf": [{"$ref": "#/components/schemas/DJPlan"}, {"type": "null"}]},
              "text": {"type": ["string", "null"], "description": "words with a plan in them"},
              "tracks": {"type": ["integer", "null"], "minimum": 1, "maximum": 20},
              "duration": {"type": ["number", "null"], "minimum": 10, "maximum": 600},
              "instrumental": {"type": ["boolean", "null"]},
              "order": {"enum": ["none", "harmonic", null]},
              "mood": {"enum": ["static", "building", "wave", "peak_valley", "wind_down", null]},
              "bpm_min": {"type": ["integer", "null"], "minimum": 30, "maximum": 300},
              "bpm_max": {"type": ["integer", "null"], "minimum": 30, "maximum": 300},
              "reference": {"type": ["string", "null"], "description": "a handle"},
              "influence": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
              "batch": {"type": ["integer", "null"], "minimum": 1, "maximum": 8},
              "audio_format": {"type": ["string", "null"]}, "folder": {"type": ["string", "null"]},
              "locked": {"type": ["array", "null"], "items": {"type": "integer"}}
            }
          },
          "DJPlanAnswer": {
            "type": "object", "required": ["plan", "notices"],
            "properties": {
              "plan": {
                "type": "object", "required": ["narrative", "settings", "tracks"],
                "properties": {
                  "tracks": {
                    "type": "array",
                    "items": {
                      "type": "object", "required": ["title", "caption", "request", "problems"],
                      "properties": {
                        "request": {"type": "object"},
                        "problems": {
                          "type": "array",
                          "items": {
                            "type": "object", "required": ["field", "message"],
                            "properties": {"field": {"type": ["string", "null"]}, "message": {"type": "string"}}
                          }
                        }
                      }
                    }
                  }
                }
              },
              "notices": {"type": "array", "items": {"type": "string"}}
            }
          },
          "DJTransition": {
            "type": "object", "required": ["style"], "additionalProperties": false,
            "properties": {
              "style": {"enum": ["crossfade", "silence", "beat_match"]},
              "seconds": {"type": ["number", "null"], "minimum": 0, "maximum": 30},
              "beats": {"type": ["integer", "null"], "minimum": 4, "maximum": 64}
            }
          },
          "DJMix": {
            "type": "object", "required": ["songs"], "additionalProperties": false,
            "properties": {
              "songs": {"type": "array", "minItems": 2, "maxItems": 50, "items": {"type": "string"}},
              "transitions": {
                "description": "one for each join, or one for all",
                "anyOf": [
                  {"type": "array", "items": {"$ref": "#/components/schemas/DJTransition"}},
                  {"$ref": "#/components/schemas/DJTransition"}, {"type": "null"}
                ]
              },
              "titles": {"type": ["array", "null"], "items": {"type": "string"}},
              "title": {"type": ["string", "null"]}, "audio_format": {"type": ["string", "null"]},
              "folder": {"type": ["string", "null"]}, "priority": {"enum": ["interactive", "normal", null]}
            }
          }
        }
        """#
}
