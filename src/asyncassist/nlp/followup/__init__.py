"""Short follow-up messages: cues, added passengers, airport codes, language switches."""
